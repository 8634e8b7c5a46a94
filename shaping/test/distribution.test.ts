import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { createSampler, type Distribution } from '../src/distribution.ts';
import { normalCdf, normalQuantile } from '../src/distribution-laws.ts';
import { seededRandom } from '../src/random.ts';

const laws: [string, Distribution][] = [
  ['a constant', { kind: 'constant', value: 100 }],
  ['a constant below its bound', { kind: 'constant', value: 10, min: 20 }],
  ['uniform', { kind: 'uniform', low: 20, high: 80 }],
  ['uniform, cut at both ends', { kind: 'uniform', low: 20, high: 80, min: 30, max: 50 }],
  ['uniform, wholly below the bound', { kind: 'uniform', low: 5, high: 15, min: 20 }],
  ['normal', { kind: 'normal', mean: 512, deviation: 100 }],
  ['normal, truncated below', { kind: 'normal', mean: 50, deviation: 30, min: 20 }],
  ['normal, truncated far above its mean', { kind: 'normal', mean: 0, deviation: 10, min: 60, max: 90 }],
  ['normal, truncated far below its mean', { kind: 'normal', mean: 0, deviation: 10, min: -90, max: -60 }],
  ['normal, narrowed to its mean', { kind: 'normal', mean: 50, deviation: 0, min: 20, max: 80 }],
  ['normal, narrowed to a mean at the bound', { kind: 'normal', mean: 20, deviation: 0, min: 20, max: 80 }],
  ['normal, narrowed to a mean beyond the bound', { kind: 'normal', mean: 10, deviation: 0, min: 20, max: 80 }],
  ['lognormal, narrowed to its median', { kind: 'lognormal', median: 50, sigma: 0, min: 20, max: 80 }],
  ['lognormal, narrowed to a median at the bound', { kind: 'lognormal', median: 20, sigma: 0, min: 20, max: 80 }],
  ['lognormal around 0', { kind: 'lognormal', median: 0, sigma: 0.5, min: 20, max: 80 }],
  ['exponential with mean 0', { kind: 'exponential', mean: 0, min: 20, max: 80 }],
  ['exponential', { kind: 'exponential', mean: 100 }],
  ['exponential, cut at both ends', { kind: 'exponential', mean: 100, min: 20, max: 300 }],
  ['lognormal', { kind: 'lognormal', median: 100, sigma: 0.5 }],
  ['lognormal, cut at both ends', { kind: 'lognormal', median: 100, sigma: 1, min: 50, max: 400 }],
  ['empirical', { kind: 'empirical', values: [1400, 64, 512], weights: [1, 5, 4] }],
  ['empirical, cut', { kind: 'empirical', values: [10, 20, 500], weights: [1, 1, 2], min: 20, max: 400 }],
  ['a spline', { kind: 'spline', samples: [20, 21, 25, 60, 400, 401] }],
  ['a spline, cut', { kind: 'spline', samples: [1, 30, 90, 1000], min: 20, max: 500 }],
];

describe('distributions', () => {
  for (const [name, distribution] of laws) {
    it(`${name}: samples have the stated mean, bounds and quantiles`, () => {
      const sampler = createSampler(distribution);
      const random = seededRandom(`distribution ${name}`);
      const count = 40_000;
      const samples = Float64Array.from({ length: count }, () => sampler.sample(random)).sort();
      const mean = samples.reduce((sum, value) => sum + value, 0) / count;
      const variance = samples.reduce((sum, value) => sum + (value - mean) ** 2, 0) / count;
      assert.ok(
        Math.abs(mean - sampler.mean) <= 4 * Math.sqrt(variance / count) + 1e-9,
        `mean ${mean}, stated ${sampler.mean}`,
      );
      assert.ok((samples[0] ?? Number.NaN) >= sampler.min, 'a sample below min');
      assert.ok((samples[count - 1] ?? Number.NaN) <= sampler.max, 'a sample above max');
      for (const q of [0.1, 0.25, 0.5, 0.75, 0.9]) {
        const value = sampler.quantile(q);
        const below = samples.filter((sample) => sample < value - 1e-9).length / count;
        const notAbove = samples.filter((sample) => sample <= value + 1e-9).length / count;
        assert.ok(below <= q + 0.012 && notAbove >= q - 0.012, `quantile ${q}: ${below} … ${notAbove}`);
      }
    });

    it(`${name}: quantiles never fall and stay within the bounds`, () => {
      const sampler = createSampler(distribution);
      let previous = sampler.min;
      for (let q = 0; q < 1; q += 1 / 512) {
        const value = sampler.quantile(q);
        assert.ok(value >= previous - 1e-9 && value <= sampler.max, `quantile ${q} = ${value} after ${previous}`);
        previous = value;
      }
    });

    it(`${name}: one sample takes one random number`, () => {
      let taken = 0;
      createSampler(distribution).sample({
        next: () => {
          taken += 1;
          return 0.25;
        },
      });
      assert.equal(taken, 1);
    });
  }

  it('the stated mean is the integral of the quantiles', () => {
    for (const [name, distribution] of laws) {
      const sampler = createSampler(distribution);
      const steps = 200_000;
      let sum = 0;
      for (let index = 0; index < steps; index += 1) sum += sampler.quantile((index + 0.5) / steps);
      assert.ok(
        Math.abs(sum / steps - sampler.mean) <= 2e-4 * Math.abs(sampler.mean),
        `${name}: ${sum / steps}, ${sampler.mean}`,
      );
    }
  });

  it('the normal law and its inverse agree with tables', () => {
    assert.ok(Math.abs(normalCdf(1.959963984540054) - 0.975) < 1e-15);
    assert.ok(Math.abs(normalQuantile(0.975) - 1.959963984540054) < 1e-12);
    for (let z = -8; z <= 8; z += 0.37)
      assert.ok(Math.abs(normalQuantile(normalCdf(z)) - z) < (z < 5 ? 1e-9 : 0.3), String(z));
  });
});
