// The mutants themselves, without running them: each fits the sources as they are now, and the test it names is there.
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { invariantOf, knownLeaks, shortLeaks } from '../src/mutants/known-leaks.ts';
import { occurrences, plant } from '../src/mutants/mutant.ts';
import { wireCases } from '../src/wire/wire-cases.ts';
import { examplesOf, fragmentsOf, isPrintable } from './printable.ts';

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

test('the short form plants a leak on the wire and one in memory for each invariant from 1 to 11', () => {
  const covered = (kind: 'wire' | 'test') =>
    [...new Set(shortLeaks.filter(({ caughtBy }) => caughtBy.kind === kind).map(invariantOf))].sort((a, b) => a - b);
  const invariants = Array.from({ length: 11 }, (_, index) => index + 1);
  assert.deepEqual(covered('wire'), invariants);
  const inMemory = new Set(covered('test'));
  assert.deepEqual(
    invariants.filter((number) => !inMemory.has(number)),
    [],
  );
});

test('every fault that a leak on the wire must cause is one that its case can print', () => {
  for (const { name, caughtBy } of knownLeaks) {
    if (caughtBy.kind !== 'wire') continue;
    const fragments = fragmentsOf(caughtBy.name);
    for (const example of examplesOf(caughtBy.fault)) {
      assert.match(example, new RegExp(caughtBy.fault.source.replace(/^\^/, '')));
      assert.ok(isPrintable(example, fragments), `${name}: the case ${caughtBy.name} prints nothing like “${example}”`);
    }
  }
});

test('a fault that a case words otherwise is not printable', () => {
  const fragments = fragmentsOf('backpressure');
  assert.ok(isPrintable("7 bytes lay unread in a tunnel's socket", fragments));
  assert.ok(!isPrintable('7 bytes lay unread in a socket', fragments));
  assert.ok(!isPrintable('lay unread in a tunnel', new Set([' bytes lay unread in a socket'])));
  assert.deepEqual(examplesOf(/^a (b|c) \d+ \(x\)/), ['a b 7 (x)', 'a c 7 (x)']);
  assert.deepEqual(examplesOf(/has \d+|is missing/), ['has 7', 'is missing']);
});
