import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { activityProbability, coverRate, realShare } from '../../src/formula/confidence.ts';
import { durationLaw } from '../../src/formula/duration-law.ts';
import {
  type CoverTradeoff,
  kneeOf,
  type Objective,
  solveObjective,
  tradeoffCurve,
} from '../../src/formula/objective.ts';
import { ilpTraffic, overhead, stpTraffic, type TunnelShape } from '../../src/formula/traffic.ts';

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
const law = durationLaw(mixed, { ...shape, holdMs: 3000 });
const activityRate = 24 / 86_400;
const probability = activityProbability(activityRate, 5000);
const tradeoff: CoverTradeoff = {
  activityRate,
  probability,
  overhead: (cover) => {
    const traffic = Number.isFinite(cover)
      ? stpTraffic(activityRate + cover, law, shape)
      : ilpTraffic(shape.upstream, shape.downstream);
    return overhead(traffic.both, activityRate);
  },
};

function rateFor(objective: Objective): number {
  const result = solveObjective(objective, tradeoff);
  assert.ok(result.reached);
  return result.coverRate;
}

describe('objectives', () => {
  it('a confidence gives the share of real runs that it stands for', () => {
    const rate = rateFor({ kind: 'adversaryConfidence', value: 0.2 });
    const c0 = realShare(activityRate, rate);
    assert.ok(Math.abs(c0 + (1 - c0) * probability - 0.2) < 1e-12);
    assert.equal(rateFor({ kind: 'adversaryConfidence', value: 1 }), 0);
  });

  it('a confidence at or below p is not reached, and p is named', () => {
    for (const value of [probability, probability / 2]) {
      assert.deepEqual(solveObjective({ kind: 'adversaryConfidence', value }, tradeoff), {
        reached: false,
        limit: probability,
      });
    }
  });

  it('a probability of 0 is no cover, of 1 is ILP', () => {
    assert.equal(rateFor({ kind: 'probability', value: 0 }), 0);
    assert.equal(rateFor({ kind: 'probability', value: 1 }), Number.POSITIVE_INFINITY);
    assert.equal(rateFor({ kind: 'probability', value: 0.3 }), coverRate(activityRate, probability, 0.3));
  });

  it('an overhead is met exactly, from below', () => {
    for (const value of [50, 100, 500, 1000]) {
      const b = tradeoff.overhead(rateFor({ kind: 'overhead', value }));
      assert.ok(b <= value && b > value * (1 - 1e-6), `${b} for ${value}`);
    }
  });

  it('an overhead below that without cover is not reached; one above that of ILP is ILP', () => {
    assert.deepEqual(solveObjective({ kind: 'overhead', value: 2 }, tradeoff), {
      reached: false,
      limit: tradeoff.overhead(0),
    });
    assert.equal(rateFor({ kind: 'overhead', value: 1e6 }), Number.POSITIVE_INFINITY);
  });

  it('the knee lies where the curve bends, at one of its points', () => {
    const rate = rateFor({ kind: 'knee' });
    const index = tradeoffCurve(tradeoff).findIndex((point) => point.coverRate === rate);
    assert.ok(index > 0 && index < 10, `point ${index}`);
  });

  it('the curve has 101 points from no cover to ILP, falls in c and rises in b', () => {
    const curve = tradeoffCurve(tradeoff);
    assert.equal(curve.length, 101);
    assert.deepEqual([curve[0]?.c, curve[100]?.q], [1, 1]);
    for (const [index, point] of curve.entries()) {
      const previous = curve[index - 1];
      assert.ok(!previous || (point.c <= previous.c && point.b > previous.b), `point ${index}`);
    }
  });

  it('the knee of a corner is the corner, whatever the units of the axes', () => {
    const corner = [0, 1, 2, 3, 4, 5, 6].map((index) => ({
      b: 1000 * Math.max(0, index - 3),
      c: Math.max(0, 3 - index) / 1e6,
    }));
    assert.deepEqual(kneeOf(corner), { b: 0, c: 0 });
  });
});
