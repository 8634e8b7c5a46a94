import assert from 'node:assert/strict';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { RowFile } from '../../src/tap/system-row-file.ts';

test('every line is in the file, in order, once it is closed', async (t) => {
  const directory = await mkdtemp(join(tmpdir(), 'quietwire-'));
  t.after(() => rm(directory, { recursive: true }));
  const path = join(directory, 'rows.csv');
  const rows = await RowFile.open(path, assert.fail);
  const lines = Array.from({ length: 50_000 }, (_, index) => `row,${index}\n`);
  for (const [index, line] of lines.entries()) {
    rows.add(line);
    if (index % 20_000 === 0) await new Promise(setImmediate);
  }
  await rows.close();
  assert.equal(await readFile(path, 'utf8'), lines.join(''));
});

test('a file that cannot be opened is refused with its path', async () => {
  await assert.rejects(RowFile.open('/nowhere/rows.csv', assert.fail), {
    code: 'FILE_UNWRITABLE',
    message: /^\/nowhere\/rows.csv: /,
  });
});

test('a write that fails is told once and nothing is waited for', {
  skip: process.platform !== 'linux' && 'needs /dev/full',
}, async () => {
  const codes: string[] = [];
  const rows = await RowFile.open('/dev/full', (error) => codes.push(error.code));
  rows.add('a\n'.repeat(40_000));
  await new Promise((resolve) => setTimeout(resolve, 20));
  rows.add('b\n'.repeat(40_000));
  await rows.close();
  assert.deepEqual(codes, ['FILE_UNWRITABLE']);
});
