/**
 * What an observer may conclude from a run, and the rates of cover that bound it: p, q, c, c0 of period-clock.md section 5.
 * Rates are per second and for both ends together, T in ms, probabilities 0…1.
 */

/** p = 1 − exp(−λ_a T): the probability that an activity starts within a period. period-clock.md section 5. */
export function activityProbability(activityRate: number, periodMs: number): number {
  return -Math.expm1((-activityRate * periodMs) / 1000);
}

/** λ_a = −ln(1 − p) / T, per second: the inverse of `activityProbability`. period-clock.md section 5. */
export function activityRate(probability: number, periodMs: number): number {
  return (-Math.log1p(-probability) * 1000) / periodMs;
}

/**
 * c = p / (p + (1 − p) q): the probability that a shaped period has a real cause. Apthorpe et al. 2019, equation 1. For the
 * period clock: the probability that an activity starts in the first period of a run, for every law of run lengths
 * (period-clock.md section 5). Limits: 1 at q = 0 (no cover), p at q = 1 (ILP).
 */
export function confidence(p: number, q: number): number {
  return q === 0 ? 1 : p / (p + (1 - p) * q);
}

/** q = p (1 − c) / (c (1 − p)): the inverse of `confidence` in q, for p ≤ c ≤ 1. Apthorpe et al. 2019, equation 1. */
export function coverProbability(p: number, c: number): number {
  return (p * (1 - c)) / (c * (1 - p));
}

/**
 * λ_c = λ_a q / (p (1 − q)), per second: the rate of virtual activities that gives equation 1 for this q. 0 at q = 0,
 * Infinity at q = 1, which is mode ILP. period-clock.md section 5.
 */
export function coverRate(rate: number, p: number, q: number): number {
  return q === 1 ? Number.POSITIVE_INFINITY : (rate * q) / (p * (1 - q));
}

/** q = λ_c p / (λ_a + λ_c p): the inverse of `coverRate`. */
export function coverProbabilityOfRate(rate: number, p: number, cover: number): number {
  return cover === Number.POSITIVE_INFINITY ? 1 : (cover * p) / (rate + cover * p);
}

/**
 * λ_c = λ_a (1 − c) / (c − p), per second: the rate of virtual activities for a confidence c. Infinity at c = p; undefined
 * below, where no rate reaches it. period-clock.md section 5.
 */
export function coverRateForConfidence(rate: number, p: number, c: number): number | undefined {
  if (c < p) return undefined;
  return c === p ? Number.POSITIVE_INFINITY : (rate * (1 - c)) / (c - p);
}

/** c0 = λ_a / (λ_a + λ_c): the share of runs that an activity caused. period-clock.md section 5. */
export function realShare(rate: number, cover: number): number {
  return cover === Number.POSITIVE_INFINITY ? 0 : rate / (rate + cover);
}

/** c0 = (c − p) / (1 − p): the same from c. period-clock.md section 5. */
export function realShareOfConfidence(p: number, c: number): number {
  return (c - p) / (1 - p);
}

/**
 * c_all = p + (1 − p) c0 (1 − s) / E[L]: the probability that an activity starts in any shaped period. Lower than c, so never
 * the figure to publish. `merged` is s of `runLengthLaw`. period-clock.md section 5.
 */
export function confidenceOfAllPeriods(p: number, c0: number, merged: number, meanRun: number): number {
  return p + ((1 - p) * c0 * (1 - merged)) / meanRun;
}
