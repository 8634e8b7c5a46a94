import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { paperEquation1, paperEquation2 } from '../../src/formula/apthorpe.ts';
import {
  activityProbability,
  activityRate,
  confidence,
  coverProbability,
  coverProbabilityOfRate,
  coverRate,
  coverRateForConfidence,
  realShare,
  realShareOfConfidence,
} from '../../src/formula/confidence.ts';
import { seededRandom } from '../../src/random.ts';

const close = (actual: number, expected: number, tolerance = 1e-9): void => {
  assert.ok(Math.abs(actual - expected) <= tolerance * Math.max(1, Math.abs(expected)), `${actual} is not ${expected}`);
};

const random = seededRandom('confidence');
const cases = Array.from({ length: 300 }, () => {
  const [p, q] = [10 ** (-5 * random.next()), random.next()] as const;
  return { p: Math.min(p, 0.99), q: Math.max(q, 1e-6), periodMs: 400 + 20_000 * random.next() };
});

describe('confidence and rates of cover', () => {
  it('p and the rate of activities are inverse', () => {
    for (const { p, periodMs } of cases) close(activityProbability(activityRate(p, periodMs), periodMs), p);
  });

  it('c falls with q from 1 to p, and q is its inverse', () => {
    for (const { p, q } of cases) {
      const c = confidence(p, q);
      assert.ok(c < confidence(p, q * 0.9) && c > p, `p ${p}, q ${q}: ${c}`);
      close(coverProbability(p, c), q);
    }
  });

  it('all ways to the rate of cover agree', () => {
    for (const { p, q, periodMs } of cases) {
      const real = activityRate(p, periodMs);
      const cover = coverRate(real, p, q);
      const c = confidence(p, q);
      close(coverRateForConfidence(real, p, c) ?? Number.NaN, cover, 1e-6);
      close(coverProbabilityOfRate(real, p, cover), q);
      close(realShare(real, cover), realShareOfConfidence(p, c), 1e-6);
      close(realShare(real, cover) + (1 - realShare(real, cover)) * p, c, 1e-6);
    }
  });

  it('a confidence below p has no rate, at p only ILP reaches it', () => {
    assert.equal(coverRateForConfidence(1, 0.1, 0.09), undefined);
    assert.equal(coverRateForConfidence(1, 0.1, 0.1), Number.POSITIVE_INFINITY);
    assert.equal(coverRateForConfidence(1, 0.1, 1), 0);
  });
});

describe('equations 1 and 2 of Apthorpe et al. 2019', () => {
  const bytes = { shaped: 1, activity: 0.9, other: 0.05 };

  it('q = 0: every shaped period is real, and costs only its padding', () => {
    for (const { p } of cases) {
      assert.equal(paperEquation1(p, 0), 1);
      close(paperEquation2(p, 0, bytes), (p + 0.05 * (1 - p)) / (0.9 * p + 0.05 * (1 - p)));
    }
    assert.equal(paperEquation1(0, 0), 1);
    close(paperEquation2(0.3, 0, { ...bytes, shaped: 0.9 }), 1);
  });

  it('q = 1: the adversary learns nothing beyond p, at the cost of ILP', () => {
    for (const { p } of cases) {
      close(paperEquation1(p, 1), p);
      close(paperEquation2(p, 1, bytes), 1 / (0.9 * p + 0.05 * (1 - p)));
      assert.equal(coverRate(1, p, 1), Number.POSITIVE_INFINITY);
    }
  });

  it('the cost rises with q, in a straight line', () => {
    for (const { p, q } of cases) {
      const [none, some, all] = [0, q, 1].map((at) => paperEquation2(p, at, bytes)) as [number, number, number];
      close(some, none + q * (all - none));
      assert.ok(none < some);
    }
  });
});
