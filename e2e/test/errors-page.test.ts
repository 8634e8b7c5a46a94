import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import { type ErrorTable, errorTables } from '../src/errors-page/error-tables.ts';

const page = readFileSync(new URL('../../docs/errors.md', import.meta.url), 'utf8');

test('docs/errors.md lists every code of every package with its exit status, and no other', () => {
  for (const [name, errors] of Object.entries(errorTables)) {
    const [, section = ''] = new RegExp(`generated: errors-${name} -->(.*?)<!-- end`, 's').exec(page) ?? [];
    const listed = [...section.matchAll(/^\| `([A-Z_]+)` \| (\d+) \|/gm)].map(([, code, exit]) => `${code} ${exit}`);
    const expected = Object.entries<{ exit: number }>(errors).map(([code, { exit }]) => `${code} ${exit}`);
    assert.deepEqual(listed, expected, `section ${name}`);
  }
});

test('every exit status is one of the contract’s', () => {
  const allowed = [...page.matchAll(/^\| (\d+) \|/gm)].map(([, status]) => Number(status));
  assert.deepEqual(allowed, [0, 1, 2, 3, 4, 5, 6, 7, 70]);
  for (const errors of Object.values<ErrorTable>(errorTables))
    for (const [code, { exit }] of Object.entries(errors)) assert.ok(allowed.includes(exit) && exit > 1, code);
});

test('a code means the same exit status in every package', () => {
  const known = new Map<string, number>();
  for (const errors of Object.values<ErrorTable>(errorTables)) {
    for (const [code, { exit }] of Object.entries(errors)) {
      assert.equal(known.get(code) ?? exit, exit, code);
      known.set(code, exit);
    }
  }
});

test('the advice names codes that exist', () => {
  const [, advice = ''] = /## What to do(.*?)\n## /s.exec(page) ?? [];
  const named = [...advice.matchAll(/^\| (.*?) \|/gm)].flatMap(
    ([, cell = '']) => cell.match(/[A-Z]+(_[A-Z]+)*/g) ?? [],
  );
  const codes = Object.values<ErrorTable>(errorTables).flatMap((errors) => Object.keys(errors));
  for (const code of named) assert.ok(codes.includes(code), code);
});
