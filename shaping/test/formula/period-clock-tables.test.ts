import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import {
  activityProbability,
  activityRate,
  confidence,
  confidenceOfAllPeriods,
  coverRate,
  realShare,
} from '../../src/formula/confidence.ts';
import type { DurationLaw } from '../../src/formula/duration-law.ts';
import {
  constantDurations,
  exponentialDurations,
  lognormalDurations,
  mixedDurations,
} from '../../src/formula/durations.ts';
import { overhead, type StpTraffic, stpTraffic, type TunnelShape, type WireCosts } from '../../src/formula/traffic.ts';

/** period-clock.md section 6: w = 1,086 for every frame. */
const costs: WireCosts = { recordBytes: 22, headerBytes: 40, timestampBytes: 0, acknowledgements: 0 };

interface Row {
  readonly c: number;
  readonly cAll: number;
  readonly b: number;
  readonly traffic: StpTraffic;
}

function row(periodMs: number, p: number, q: number, durations: DurationLaw): Row {
  const shape: TunnelShape = {
    periodMs,
    leadMs: 500,
    restMs: 100,
    longestRun: 64,
    powersOfTwo: false,
    upstream: { intervalMs: 100, frameBytes: 1024 },
    downstream: { intervalMs: 50, frameBytes: 1024 },
    background: { intervalMs: 30_000, frameBytes: 1024 },
  };
  const real = activityRate(p, periodMs);
  const cover = coverRate(real, p, q);
  const traffic = stpTraffic(real + cover, durations, shape, costs);
  assert.ok(Math.abs(activityProbability(real, periodMs) - p) < 1e-15);
  return {
    c: confidence(p, q),
    cAll: confidenceOfAllPeriods(p, realShare(real, cover), traffic.runs.merged, traffic.runs.mean),
    b: overhead(traffic.both, real),
    traffic,
  };
}

/** Agreement to the digits printed; 0.05 units more, since 0.19348 is printed as 0.194. */
function agrees(actual: number, printed: string): void {
  const digits = printed.split('.')[1]?.length ?? 0;
  assert.ok(Math.abs(actual - Number(printed)) <= 0.55 * 10 ** -digits, `${actual} is not ${printed}`);
}

function isWithin(share: number, actual: number, expected: number): void {
  assert.ok(Math.abs(actual / expected - 1) <= share, `${actual} is not ${expected} ± ${100 * share} %`);
}

const twoOrThirtySeconds = mixedDurations([
  { share: 0.9, law: constantDurations(2000) },
  { share: 0.1, law: constantDurations(30_000) },
]);

describe('the formulas give the numbers in brackets of period-clock.md section 6', () => {
  const first: [number, number, number, string, string, string, number, number][] = [
    [2000, 0.01, 0.05, '0.168', '0.160', '1.032', 2058, 112],
    [2000, 0.01, 0.2, '0.0481', '0.0409', '1.140', 7857, 427],
    [2000, 0.05, 0.2, '0.208', '0.174', '1.166', 9096, 149],
    [5000, 0.01, 0.05, '0.168', '0.165', '1.013', 2020, 166],
    [5000, 0.01, 0.2, '0.0481', '0.0450', '1.054', 7202, 593],
    [5000, 0.05, 0.2, '0.208', '0.194', '1.063', 8240, 282],
  ];
  for (const [periodMs, p, q, c, cAll, meanRun, bytes, simulatedB] of first) {
    // The table has each of these twice, for two delays, which the formulas do not know.
    it(`D = 1 s, T = ${periodMs} ms, p = ${p}, q = ${q}`, () => {
      const { traffic, ...values } = row(periodMs, p, q, constantDurations(1000));
      agrees(values.c, c);
      agrees(values.cAll, cAll);
      agrees(traffic.runs.mean, meanRun);
      agrees(traffic.both, String(bytes));
      isWithin(0.015, values.b, simulatedB);
    });
  }

  // The brackets of this table were computed from sampled durations (up to 2 % off the exact formula, which is closer to
  // the simulation beside them), so both columns are compared. Simulated, then in brackets.
  const second: [string, DurationLaw, number, number, [number, number], [number, number], [number, number]][] = [
    ['2 s', constantDurations(2000), 0.01, 0.2, [0.043, 0.0432], [1.11, 1.11], [0.23, 0.229]],
    ['exponential, 4 s', exponentialDurations(4000), 0.01, 0.2, [0.0316, 0.0317], [1.7, 1.703], [0.313, 0.313]],
    ['lognormal', lognormalDurations(1000 * Math.exp(1.2), 0.9), 0.05, 0.2, [0.127, 0.126], [1.99, 2], [0.388, 0.389]],
    ['2 s, one in ten 30 s', twoOrThirtySeconds, 0.01, 0.05, [0.104, 0.106], [1.67, 1.64], [0.096, 0.094]],
  ];
  for (const [name, law, p, q, cAll, meanRun, shapedShare] of second) {
    it(`D ${name}, p = ${p}, q = ${q}`, () => {
      const values = row(5000, p, q, law);
      const found = [values.cAll, values.traffic.runs.mean, values.traffic.shapedShare];
      [cAll, meanRun, shapedShare].forEach(([simulated, formula], index) => {
        isWithin(0.01, found[index] ?? Number.NaN, simulated);
        isWithin(0.02, found[index] ?? Number.NaN, formula);
      });
    });
  }
});
