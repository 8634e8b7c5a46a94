// The statistics of the wire cases: what they find, and how often they cry wolf.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { seededRandom } from '@quietwire/shaping';
import { compareFrames, compareValues } from '../src/wire/audit/indistinct.ts';
import { largestDistance, quantile, separation, undecided } from '../src/wire/audit/statistics.ts';

const random = seededRandom('wire statistics');
const noise = () => random.next() + random.next() + random.next();

/** Blocks with a mean of their own each, as drifting machines make them. */
function blocks(count: number, length: number, shift = 0): number[][] {
  return Array.from({ length: count }, () => {
    const drift = 0.2 * random.next();
    return Array.from({ length }, () => noise() + drift + shift);
  });
}

test('the separation of two samples is the share of pairs in order', () => {
  assert.equal(separation([[1, 2, 3]], [[4, 5]]).value, 1);
  assert.equal(separation([[1, 2]], [[1, 2]]).value, 0.5);
  assert.equal(separation([[5]], [[1, 2]]).value, 0);
});

test('its interval covers one half about as often as it says, blocks that drift included', () => {
  let covered = 0;
  for (let round = 0; round < 200; round += 1) {
    const { low, high } = separation(blocks(20, 15), blocks(20, 15));
    if (low <= 0.5 && high >= 0.5) covered += 1;
  }
  assert.ok(covered >= 178, `${covered} of 200`);
});

test('a shift is a fault and a sample without one is none', () => {
  const options = { name: 'values', plant: 0.5, margin: 0.03 };
  assert.deepEqual(compareValues(blocks(40, 40), blocks(40, 40), options).faults, []);
  assert.match(compareValues(blocks(40, 40), blocks(40, 40, 0.5), options).faults.join(), /values differ/);
});

test('a look that cannot see its planted shift is blind', () => {
  const options = { name: 'values', plant: 0.001, margin: 0.03 };
  assert.match(compareValues(blocks(40, 40), blocks(40, 40), options).faults.join(), /blind/);
});

test('the classifier finds two peaks that have the mean and the rank of one', () => {
  const frames = (spread: number) =>
    blocks(40, 40).map((block) => block.map((value) => [value + (random.next() < 0.5 ? -spread : spread), noise()]));
  const options = { name: 'frames', plant: 1, margin: 0.03, accuracyLimit: 0.05 };
  const same = compareFrames(frames(0), frames(0), options);
  assert.ok((same.accuracy?.low ?? 1) <= 0.53, `${same.accuracy?.low}`);
  assert.match(compareFrames(frames(0), frames(1), options).faults.join(), /frames differ/);
});

test('a classifier that is wrong nearly always has found a difference', () => {
  // What tells the two apart changes sides from block to block, and so from what is learned to what is tested.
  const frames = (side: number) =>
    blocks(40, 40).map((block, index) => block.map((value) => [noise(), value + (index % 2 === side ? 9 : 0)]));
  const likeness = compareFrames(frames(0), frames(1), { name: 'frames', plant: 1, margin: 0.03 });
  assert.ok((likeness.accuracy?.high ?? 1) < 0.1, `${likeness.accuracy?.high}`);
  assert.match(likeness.faults.join(), /frames differ/);
});

test('quantiles and the largest distance of two distribution functions', () => {
  assert.equal(quantile([3, 1, 2], 0.5), 2);
  assert.equal(largestDistance([1, 2, 3, 4], [1, 2, 3, 4]), 0);
  assert.equal(largestDistance([1, 2], [3, 4]), 1);
});

test('a difference is a fault, and so is a sample too small to tell', () => {
  const single = (count: number, ceiling: number) => Array.from({ length: count }, () => [ceiling * random.next()]);
  const limit = 0.17;
  assert.deepEqual(undecided('waits', separation(single(150, 1), single(150, 1)), limit), []);
  assert.match(undecided('waits', separation(single(150, 1), single(150, 0.6)), limit).join(), /must lie within/);
  assert.match(undecided('waits', separation(single(12, 1), single(12, 1)), limit).join(), /must lie within/);
});
