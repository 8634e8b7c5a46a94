// The mutants themselves, without running them: each fits the sources as they are now, and the test it names is there.
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { knownLeaks } from '../src/mutants/known-leaks.ts';
import { occurrences, plant } from '../src/mutants/mutant.ts';
import { wireCases } from '../src/wire/wire-cases.ts';

const read = (file: string): string => readFileSync(fileURLToPath(new URL(`../../${file}`, import.meta.url)), 'utf8');

test('every mutant has a name of its own and changes the file that it names', () => {
  assert.equal(new Set(knownLeaks.map(({ name }) => name)).size, knownLeaks.length);
  for (const mutant of knownLeaks) {
    assert.match(mutant.name, /^[a-z0-9-]+$/);
    assert.match(mutant.about, /^invariant \d+: /);
    const text = read(mutant.file);
    assert.notEqual(plant(mutant, text), text, mutant.name);
  }
});

test('every test that a mutant names is there', () => {
  for (const { name, caughtBy } of knownLeaks) {
    if (caughtBy.kind === 'wire') {
      assert.ok(
        wireCases.some((entry) => entry.name === caughtBy.name),
        `${name}: no wire case ${caughtBy.name}`,
      );
      continue;
    }
    const text = read(caughtBy.file);
    // Some names are put together: then the part before the first value is there.
    const found = occurrences(text, `'${caughtBy.name}'`) + occurrences(text, `\`${caughtBy.name.split(' (')[0]} (\${`);
    assert.equal(found, 1, `${name}: ${caughtBy.file} has ${found} tests “${caughtBy.name}”`);
  }
});

test('a text that is missing or there twice makes the mutant stale', () => {
  const mutant = { ...knownLeaks[0], edits: [{ find: 'a', replace: '$&' }] } as (typeof knownLeaks)[number];
  assert.throws(() => plant(mutant, 'xyz'), /occurs 0 times/);
  assert.throws(() => plant(mutant, 'a a'), /occurs 2 times/);
  assert.equal(plant(mutant, 'xay'), 'x$&y');
});
