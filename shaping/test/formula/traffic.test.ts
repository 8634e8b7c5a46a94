import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { durationLaw } from '../../src/formula/duration-law.ts';
import {
  constantDurations,
  exponentialDurations,
  lognormalDurations,
  mixedDurations,
} from '../../src/formula/durations.ts';
import { runLengthLaw } from '../../src/formula/run-length.ts';
import { ilpTraffic, stpTraffic, type TunnelShape, usualWireCosts, wireBytes } from '../../src/formula/traffic.ts';
import { seededRandom } from '../../src/random.ts';

/** Weights of the classes 1, 2, 4, 8, 16 periods. */
const mixed = [0.6, 0.25, 0.1, 0.04, 0.01];
const shape: TunnelShape = {
  periodMs: 5000,
  leadMs: 500,
  restMs: 200,
  longestRun: 64,
  upstream: { intervalMs: 100, frameBytes: 1024 },
  downstream: { intervalMs: 50, frameBytes: 1024 },
  background: { intervalMs: 2000, frameBytes: 128 },
};
const mixedLaw = durationLaw(mixed, { ...shape, holdMs: 3000 });

describe('named laws of durations', () => {
  const laws = {
    constant: constantDurations(2000),
    exponential: exponentialDurations(4000),
    lognormal: lognormalDurations(3000, 0.9),
    mixed: mixedDurations([
      { share: 0.9, law: constantDurations(2000) },
      { share: 0.1, law: exponentialDurations(30_000) },
    ]),
  };
  for (const [name, law] of Object.entries(laws)) {
    it(`${name}: samples, distribution function and integral agree`, () => {
      const random = seededRandom(name);
      const samples = Float64Array.from({ length: 20_000 }, () => law.sample(random));
      for (const x of [500, 2000, 5000, 20_000]) {
        const below = samples.filter((sample) => sample <= x).length / samples.length;
        const mean = samples.reduce((sum, sample) => sum + Math.min(sample, x), 0) / samples.length;
        assert.ok(Math.abs(below - law.cdf(x)) < 0.015, `F(${x}) = ${law.cdf(x)}, sampled ${below}`);
        assert.ok(
          Math.abs(mean / law.integralSurvival(x) - 1) < 0.02,
          `∫ to ${x}: ${law.integralSurvival(x)}, ${mean}`,
        );
      }
    });
  }
});

describe('the law of run lengths', () => {
  it('sums to 1, over 1, 2, 4 … M or over all lengths', () => {
    for (const powersOfTwo of [true, false]) {
      for (const rate of [1e-6, 0.001, 0.05, 1]) {
        const law = runLengthLaw(rate, mixedLaw, { ...shape, powersOfTwo });
        const sum = law.probabilities.reduce((total, share) => total + share, 0);
        assert.ok(Math.abs(sum - 1) < 1e-12 && law.probabilities.every((share) => share >= 0));
        assert.equal(law.lengths.at(-1), 64);
      }
    }
  });

  it('is the law of single activities when they are rare', () => {
    const law = runLengthLaw(1e-9, mixedLaw, shape);
    mixed.forEach((share, index) => {
      assert.ok(Math.abs((law.probabilities[index] ?? 0) - share) < 1e-6);
    });
    assert.ok(law.merged < 1e-8);
  });

  it('grows with the rate up to M', () => {
    let previous = 0;
    for (const rate of [1e-6, 1e-4, 0.01, 0.1, 1, 100]) {
      const { mean } = runLengthLaw(rate, mixedLaw, shape);
      assert.ok(mean > previous && mean <= 64);
      previous = mean;
    }
    assert.ok(previous > 63.9);
  });
});

describe('bytes on the wire', () => {
  it('a frame costs what the measurement of period-clock.md found', () => {
    assert.equal(wireBytes({ intervalMs: 100, frameBytes: 1024 }), 1150);
    assert.equal(wireBytes({ intervalMs: 2000, frameBytes: 128 }), 254);
    assert.equal(wireBytes({ intervalMs: 20, frameBytes: 1024 }), 1124);
    assert.equal(
      wireBytes({ intervalMs: 100, frameBytes: 1024 }, { ...usualWireCosts, timestampBytes: 0, acknowledgements: 0 }),
      1086,
    );
  });

  it('without activities only the background is sent', () => {
    const traffic = stpTraffic(0, mixedLaw, shape);
    assert.ok(Math.abs(traffic.both - (2 * 254) / 2) < 1e-9);
    assert.equal(traffic.shapedShare, 0);
    assert.ok(Math.abs(stpTraffic(1e-9, mixedLaw, shape).both - traffic.both) < 0.01);
  });

  it('with ever more activities the traffic nears that of ILP', () => {
    const ilp = ilpTraffic(shape.upstream, shape.downstream);
    let previous = 0;
    for (const rate of [0, 1e-4, 1e-3, 0.01, 0.1, 1, 10]) {
      const traffic = stpTraffic(rate, mixedLaw, shape);
      assert.ok(traffic.both > previous, `${rate}/s: ${traffic.both}`);
      assert.ok(Math.abs(traffic.upstream + traffic.downstream - traffic.both) < 1e-9);
      previous = traffic.both;
    }
    assert.ok(previous < ilp.both && previous > 0.99 * ilp.both, `${previous} of ${ilp.both}`);
  });

  it('acknowledgements count in the direction in which they leave', () => {
    const upstream = { intervalMs: 100, frameBytes: 1000 };
    const downstream = { intervalMs: 1000, frameBytes: 1000 };
    const traffic = ilpTraffic(upstream, downstream);
    assert.equal(traffic.upstream, 10 * 1074 + 52);
    assert.equal(traffic.downstream, 1074 + 10 * 52);
  });
});
