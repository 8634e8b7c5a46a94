/**
 * Equations 1 and 2 of Apthorpe et al. 2019 ("Keeping the Smart Home Private with Smart(er) IoT Traffic Shaping", PoPETs
 * 2019(3)), as they stand: fixed periods, one coin per period, no headers, no shaped background. For comparison with the
 * paper; policies use `confidence.ts` and `traffic.ts`.
 */
import { confidence } from './confidence.ts';

/** Bytes of one period T on average. */
export interface PeriodBytes {
  /** R·T: a shaped period. */
  readonly shaped: number;
  /** D_A: an unshaped period with an activity. */
  readonly activity: number;
  /** D_NA: an unshaped period without one. */
  readonly other: number;
}

/** c = p / (p + (1 − p) q), equation 1: 1 at q = 0; p at q = 1, where STP is ILP. */
export function paperEquation1(p: number, q: number): number {
  return confidence(p, q);
}

/**
 * b = [R T (p + (1 − p) q) + D_NA (1 − p)(1 − q)] / [D_A p + D_NA (1 − p)], equation 2: bytes with STP over bytes without.
 * At q = 1 it is R T over the mean of a period, the overhead of ILP.
 */
export function paperEquation2(p: number, q: number, bytes: PeriodBytes): number {
  const shaped = p + (1 - p) * q;
  return (bytes.shaped * shaped + bytes.other * (1 - shaped)) / (bytes.activity * p + bytes.other * (1 - p));
}
