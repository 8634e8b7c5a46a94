import assert from 'node:assert/strict';
import { test } from 'node:test';
import { loadCorpus } from '../fuzz/corpus.ts';
import { mutate, seededNumbers } from '../fuzz/mutate.ts';
import { targets } from '../fuzz/targets.ts';

test('every input of the corpus, crashes of the past among them, keeps the promises of the decoders', () => {
  const corpus = loadCorpus();
  assert.deepEqual([...new Set(corpus.map(({ target }) => target))].sort(), Object.keys(targets).sort());
  for (const { name, target, input } of corpus) assert.doesNotThrow(() => targets[target]?.(input), name);
});

test('so do 3,000 mutations of them', () => {
  const corpus = loadCorpus();
  const random = seededNumbers(1);
  const pick = () => corpus[Math.floor(random() * corpus.length)] ?? assert.fail('an empty corpus');
  for (let runs = 0; runs < 3000; runs++) {
    const { target, input } = pick();
    const mutated = mutate(input, pick().input, random);
    assert.doesNotThrow(() => targets[target]?.(mutated), `${target} ${Buffer.from(mutated).toString('hex')}`);
  }
});
