/**
 * The law of how long a single activity holds demand open: a histogram over the duration classes 1, 2, 4 … M periods,
 * uniform inside each class (period-clock.md section 4.3). Cover draws from it, the run-length formulas integrate it.
 */
import { durationClasses } from '../parameters.ts';
import type { Random } from '../random.ts';

/** A law of demand durations D in ms, as the formulas of period-clock.md section 5 use it. */
export interface DurationLaw {
  /** One duration, ms. Takes one number from `random`. */
  sample(random: Random): number;
  /** F(x) = P(D ≤ x); x in ms. */
  cdf(x: number): number;
  /** ∫_0^x P(D > t) dt, ms; E[min(D, x)]. */
  integralSurvival(x: number): number;
  /** E[D], ms. */
  readonly mean: number;
}

/** What bounds the duration classes; times in ms. */
export interface DurationBounds {
  readonly periodMs: number;
  readonly leadMs: number;
  readonly holdMs: number;
  readonly longestRun: number;
}

/** Added to the count of every class, so that no length of a run says "real" for certain (SPEC.md section 10.5). */
const countAdded = 0.5;

/**
 * Weights of the classes 1, 2, 4 … longestRun periods, from counts of single activities (missing ones are 0): half a count is
 * added to each. Where nothing was counted, the assumption of Apthorpe et al. 2019 stands in: every activity fits into one
 * period. Source: SPEC.md section 10.5, decision 0019.
 */
export function durationWeights(counts: readonly number[] | undefined, longestRun: number): number[] {
  const measured = countedActivities(counts) > 0;
  return durationClasses(longestRun).map((length, index) => {
    if (!measured) return length === 1 ? 1 : 0;
    return (counts?.[index] ?? 0) + countAdded;
  });
}

/** Activities that counts of duration classes rest on. */
export function countedActivities(counts: readonly number[] | undefined): number {
  return (counts ?? []).reduce((sum, count) => sum + count, 0);
}

interface DurationClass {
  readonly low: number;
  readonly high: number;
  readonly share: number;
}

/**
 * The law of durations for class weights (need not sum to 1; missing ones are 0).
 *
 * Class m holds the demand that alone gives a run of m periods, since a run of m periods goes on when demand is open at
 * mT − G: class 1 is (W, T − G], class m ≥ 2 is (max(mT/2 − G, W), mT − G]. A real demand is never shorter than the hold W,
 * so virtual ones are not either: the weight of classes that end before W goes to the first that reaches it. Where none
 * does, D is W.
 *
 * Source: period-clock.md sections 2, 3 and 4; SPEC.md section 10.2.
 */
export function durationLaw(weights: readonly number[], bounds: DurationBounds): DurationLaw {
  const classes = classBounds(weights, bounds);
  const sample = (random: Random): number => {
    let rest = random.next();
    for (const { low, high, share } of classes) {
      if (rest < share) return high - (high - low) * (rest / share);
      rest -= share;
    }
    return classes.at(-1)?.high ?? Number.NaN;
  };
  const cdf = (x: number): number => {
    let sum = 0;
    for (const { low, high, share } of classes) {
      if (x >= high) sum += share;
      else if (x > low) sum += (share * (x - low)) / (high - low);
    }
    return Math.min(sum, 1);
  };
  const integralSurvival = (x: number): number => {
    let sum = 0;
    for (const { low, high, share } of classes) sum += share * meanBelow(low, high, x);
    return sum;
  };
  return { sample, cdf, integralSurvival, mean: integralSurvival(Number.POSITIVE_INFINITY) };
}

/** Bounds (ms, low exclusive, high inclusive) and share of every class with weight. */
function classBounds(weights: readonly number[], bounds: DurationBounds): DurationClass[] {
  const { periodMs, leadMs, holdMs, longestRun } = bounds;
  const lengths = durationClasses(longestRun);
  const total = lengths.reduce((sum, _, index) => sum + (weights[index] ?? 0), 0);
  /** Of the classes that no real demand is in. */
  let tooShort = 0;
  return lengths.flatMap((length, index) => {
    const weight = tooShort + (weights[index] ?? 0);
    const endMs = length * periodMs - leadMs;
    const reaches = endMs >= holdMs || length === longestRun;
    tooShort = reaches ? 0 : weight;
    if (!reaches || !(weight > 0)) return [];
    const startMs = length === 1 ? 0 : (length * periodMs) / 2 - leadMs;
    return [{ low: Math.max(startMs, holdMs), high: Math.max(endMs, holdMs), share: weight / total }];
  });
}

/** E[min(D, x)] for D uniform in (low, high]. */
function meanBelow(low: number, high: number, x: number): number {
  if (x <= low) return Math.max(x, 0);
  if (x >= high) return (low + high) / 2;
  const inside = (x - low) / (high - low);
  return (inside * (low + x)) / 2 + (1 - inside) * x;
}
