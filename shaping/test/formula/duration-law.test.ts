import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { type DurationBounds, durationLaw, durationWeights } from '../../src/formula/duration-law.ts';
import { seededRandom } from '../../src/random.ts';

const mixed = [0.6, 0.25, 0.1, 0.04, 0.01];
const bounds: DurationBounds = { periodMs: 5000, leadMs: 500, holdMs: 3000, longestRun: 64 };

describe('the weights of the classes', () => {
  it('are counts with half a count added to each class, from the first on', () => {
    assert.deepEqual(durationWeights([8, 0, 1], 16), [8.5, 0.5, 1.5, 0.5, 0.5]);
    assert.deepEqual(durationWeights([0, 1], 4), [0.5, 1.5, 0.5]);
    assert.deepEqual(durationWeights([5], 1), [5.5]);
  });

  it('are one period where nothing was counted', () => {
    for (const counts of [undefined, [], [0, 0, 0]]) assert.deepEqual(durationWeights(counts, 8), [1, 0, 0, 0]);
    assert.deepEqual(durationWeights(undefined, 1), [1]);
  });
});

describe('the law of durations', () => {
  it('puts each class between the ends of runs of that length', () => {
    const shares = (x: number): number => durationLaw(mixed, bounds).cdf(x);
    assert.equal(shares(3000), 0);
    assert.ok(Math.abs(shares(3750) - 0.3) < 1e-12);
    assert.ok(Math.abs(shares(4500) - 0.6) < 1e-12);
    assert.ok(Math.abs(shares(9500) - 0.85) < 1e-12);
    assert.ok(Math.abs(shares(19_500) - 0.95) < 1e-12);
    assert.ok(Math.abs(shares(79_500) - 1) < 1e-12);
  });

  it('starts the classes at the hold where that is longer', () => {
    const law = durationLaw([0, 1, 1], { ...bounds, holdMs: 7000 });
    assert.equal(law.cdf(7000), 0);
    assert.ok(Math.abs(law.cdf(9500) - 0.5) < 1e-12);
  });

  it('gives the weight of classes that end before the hold to the first that reaches it', () => {
    const law = durationLaw(mixed, { ...bounds, periodMs: 2000, holdMs: 3000 });
    assert.equal(law.cdf(3000), 0);
    assert.ok(Math.abs(law.cdf(3250) - 0.425) < 1e-12, 'half of classes 1 and 2');
    assert.ok(Math.abs(law.cdf(3500) - 0.85) < 1e-12);
    assert.ok(Math.abs(law.cdf(7500) - 0.95) < 1e-12);
    const alone = durationLaw([1], { ...bounds, holdMs: 10_000 });
    assert.ok(Math.abs(alone.cdf(14_750) - 0.5) < 1e-12, 'class 4 begins at 9,500 without the hold');
  });

  it('is the hold itself where it ends with a class, or after all of them', () => {
    for (const holdMs of [4500, 6000]) {
      const law = durationLaw([1], { ...bounds, holdMs, longestRun: 1 });
      assert.equal(law.cdf(holdMs - 0.1), 0);
      assert.equal(law.cdf(holdMs), 1);
      assert.equal(law.sample(seededRandom(1)), holdMs);
      assert.equal(law.integralSurvival(1000), 1000);
      assert.equal(law.mean, holdMs);
    }
  });

  it('integrates what it samples', () => {
    const law = durationLaw([3, 0.5, 0.5, 2, 0.5, 0.5, 0.5], bounds);
    const random = seededRandom('durations');
    const samples = Array.from({ length: 50_000 }, () => law.sample(random));
    assert.ok(samples.every((sample) => sample > 3000 && sample <= 64 * 5000 - 500));
    const mean = samples.reduce((sum, sample) => sum + sample, 0) / samples.length;
    assert.ok(Math.abs(mean / law.mean - 1) < 0.015, `${mean}, stated ${law.mean}`);
    let integral = 0;
    for (let x = 0; x < 330_000; x += 50) {
      assert.ok(Math.abs(law.integralSurvival(x) - integral) < 30, `at ${x}: ${law.integralSurvival(x)}, ${integral}`);
      integral += 50 * (1 - law.cdf(x + 25));
    }
    assert.ok(Math.abs(law.integralSurvival(Number.POSITIVE_INFINITY) - law.mean) < 1e-9);
  });
});
