/**
 * The rate of cover that an objective asks for: a confidence, a probability, an overhead, or the knee of the curve.
 */
import { confidence, coverProbabilityOfRate, coverRate, coverRateForConfidence } from './confidence.ts';

export type Objective =
  | { readonly kind: 'adversaryConfidence'; readonly value: number }
  | { readonly kind: 'probability'; readonly value: number }
  | { readonly kind: 'overhead'; readonly value: number }
  | { readonly kind: 'knee' };

/** What a policy costs and hides, without its cover. */
export interface CoverTradeoff {
  /** λ_a, activities per second. */
  readonly activityRate: number;
  /** p, probability of an activity per period. */
  readonly probability: number;
  /** b at a rate of virtual activities (per second); must not fall with the rate. Infinity is mode ILP. */
  overhead(coverRate: number): number;
}

export type ObjectiveResult =
  /** λ_c, virtual activities per second; Infinity is mode ILP. */
  | { readonly reached: true; readonly coverRate: number }
  /** The objective lies below `limit`, which no rate of cover gets under. */
  | { readonly reached: false; readonly limit: number };

/**
 * Solves an objective for λ_c. A confidence at or below p is not reached (limit p), nor is an overhead below that without
 * cover (limit b at λ_c = 0); a probability of 1, or an overhead at or above that of ILP, is ILP. Overheads are solved by
 * bisection, to a relative 1e-9. Source: period-clock.md section 5, design.md section 6.
 */
export function solveObjective(objective: Objective, tradeoff: CoverTradeoff): ObjectiveResult {
  const { activityRate, probability } = tradeoff;
  switch (objective.kind) {
    case 'adversaryConfidence': {
      const rate = coverRateForConfidence(activityRate, probability, objective.value);
      return rate === undefined || rate === Number.POSITIVE_INFINITY
        ? { reached: false, limit: probability }
        : reached(rate);
    }
    case 'probability':
      return reached(coverRate(activityRate, probability, objective.value));
    case 'overhead':
      return solveOverhead(objective.value, tradeoff);
    case 'knee':
      return reached(kneeOf(tradeoffCurve(tradeoff)).coverRate);
  }
}

/** One point of the curve that a user chooses on. */
export interface TradeoffPoint {
  /** Virtual activities per second; Infinity is mode ILP. */
  readonly coverRate: number;
  readonly q: number;
  readonly c: number;
  readonly b: number;
}

const curvePoints = 101;
/** Activities per second beyond which nothing changes any more. */
const endlessRate = 1e6;

/**
 * c over b at 101 overheads, evenly spaced from no cover to ILP. Evenly in b, not in q: towards q = 1 runs merge, b stands
 * still while q rises, and neighbours so close would make the greatest curvature one of rounding. (In the paper's equation
 * 2, b is linear in q, so both are the same there.)
 */
export function tradeoffCurve(tradeoff: CoverTradeoff): TradeoffPoint[] {
  const { activityRate, probability } = tradeoff;
  const least = tradeoff.overhead(0);
  const most = tradeoff.overhead(Number.POSITIVE_INFINITY);
  return Array.from({ length: curvePoints }, (_, index) => {
    const b = least + ((most - least) * index) / (curvePoints - 1);
    const rate = index === 0 ? 0 : rateOfOverhead(b, tradeoff);
    const q = coverProbabilityOfRate(activityRate, probability, rate);
    return { coverRate: rate, q, c: confidence(probability, q), b };
  });
}

/**
 * The inner point of a curve where it bends most: greatest Menger curvature of a point with its two neighbours, both axes
 * scaled to [0, 1]. Source: design.md section 6.
 */
export function kneeOf<Point extends { readonly c: number; readonly b: number }>(curve: readonly Point[]): Point {
  const scaledB = scale(curve.map((point) => point.b));
  const scaledC = scale(curve.map((point) => point.c));
  let knee = curve[0];
  let greatest = Number.NEGATIVE_INFINITY;
  for (let index = 1; index < curve.length - 1; index += 1) {
    const [first, second, third] = [index - 1, index, index + 1].map(
      (at) => [scaledB[at] ?? 0, scaledC[at] ?? 0] as const,
    );
    const curvature = mengerCurvature(first ?? [0, 0], second ?? [0, 0], third ?? [0, 0]);
    if (curvature > greatest) {
      greatest = curvature;
      knee = curve[index];
    }
  }
  if (!knee) throw new RangeError('a knee needs a curve of at least one point');
  return knee;
}

type PlanePoint = readonly [x: number, y: number];

/** 4 × area / product of the sides: one over the radius of the circle through three points; 0 where two coincide. */
function mengerCurvature(first: PlanePoint, second: PlanePoint, third: PlanePoint): number {
  const doubleArea = Math.abs(
    (second[0] - first[0]) * (third[1] - first[1]) - (third[0] - first[0]) * (second[1] - first[1]),
  );
  const sides = distance(first, second) * distance(second, third) * distance(third, first);
  return sides === 0 ? 0 : (2 * doubleArea) / sides;
}

function distance(from: PlanePoint, to: PlanePoint): number {
  return Math.hypot(to[0] - from[0], to[1] - from[1]);
}

function scale(values: readonly number[]): number[] {
  const low = Math.min(...values);
  const width = Math.max(...values) - low;
  return values.map((value) => (width === 0 ? 0 : (value - low) / width));
}

function solveOverhead(target: number, tradeoff: CoverTradeoff): ObjectiveResult {
  const least = tradeoff.overhead(0);
  return target < least ? { reached: false, limit: least } : reached(rateOfOverhead(target, tradeoff));
}

/** The greatest rate of cover whose overhead is not above the target, which is at least that of no cover. */
function rateOfOverhead(target: number, tradeoff: CoverTradeoff): number {
  if (target >= tradeoff.overhead(Number.POSITIVE_INFINITY)) return Number.POSITIVE_INFINITY;
  let low = 0;
  let high = tradeoff.activityRate;
  while (tradeoff.overhead(high) < target) {
    if (high > endlessRate) return Number.POSITIVE_INFINITY;
    low = high;
    high *= 2;
  }
  while (high - low > high * 1e-9) {
    const middle = (low + high) / 2;
    if (tradeoff.overhead(middle) <= target) low = middle;
    else high = middle;
  }
  return low;
}

function reached(rate: number): ObjectiveResult {
  return { reached: true, coverRate: rate };
}
