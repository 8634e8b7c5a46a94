// How cases run again when the machine was too busy, and when they do not.
import assert from 'node:assert/strict';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { type Case, MACHINE_BUSY, runCases } from '../src/harness/cases.ts';

/** A case that ends with these faults, one list for each time it runs. */
function scripted(name: string, runs: readonly (readonly string[])[]): Case & { ran: number } {
  const entry = {
    name,
    about: '',
    ran: 0,
    run: async () => {
      const faults = runs[entry.ran] ?? [];
      entry.ran += 1;
      return { pass: faults.length === 0, figures: {}, faults };
    },
  };
  return entry;
}

test('a case for which the machine was too busy runs again, and its last verdict counts', async () => {
  const directory = await mkdtemp(join(tmpdir(), 'quietwire-cases-'));
  const json = join(directory, 'records.json');
  const entry = scripted('calm-later', [[`${MACHINE_BUSY}: 3 of 4`, `${MACHINE_BUSY}: 5 of 6`], []]);
  assert.equal(await runCases([entry], ['--json', json]), 0);
  assert.equal(entry.ran, 2);
  const records = JSON.parse(await readFile(json, 'utf8')) as unknown;
  assert.deepEqual(records, [{ name: 'calm-later', pass: true, figures: { reruns: 1 } }]);
  await rm(directory, { recursive: true });
});

test('a fault beside those of a busy machine fails at once', async () => {
  const entry = scripted('leak-and-busy', [[`${MACHINE_BUSY}: 3 of 4`, 'a frame off its grid'], []]);
  assert.equal(await runCases([entry], []), 1);
  assert.equal(entry.ran, 1);
});

test('a case runs three times at most, and a fault without a busy machine fails at once', async () => {
  const busy = [`${MACHINE_BUSY}: 3 of 4`];
  const always = scripted('always-busy', [busy, busy, busy, []]);
  assert.equal(await runCases([always], []), 1);
  assert.equal(always.ran, 3);
  const leak = scripted('leak', [['a frame off its grid'], []]);
  assert.equal(await runCases([leak], []), 1);
  assert.equal(leak.ran, 1);
});

test('a part of a case can be asked for, and a case that was asked for without one plays all', async () => {
  const asked: (readonly string[])[] = [];
  const entry: Case = {
    name: 'table',
    about: '',
    run: async ({ parts }) => {
      asked.push(parts);
      return { pass: true, figures: {} };
    },
  };
  assert.equal(await runCases([entry], ['--case', 'table/first,table/second']), 0);
  assert.equal(await runCases([entry], ['--case', 'table']), 0);
  assert.equal(await runCases([entry], ['--case', 'chair/first']), 2);
  assert.deepEqual(asked, [['first', 'second'], []]);
});
