/**
 * What a policy promises and costs, in the figures that status, planner and logs show (contract.md section 6).
 */
import { confidence, coverProbabilityOfRate, realShare } from './formula/confidence.ts';
import { ilpTraffic, stpTraffic, type Traffic } from './formula/traffic.ts';
import type { ShapingMode } from './parameters.ts';
import type { ShapingPolicy } from './policy.ts';
import { type Comparison, type DurationBasis, policyCover, policyModel } from './policy-model.ts';
import { assumedEnd, promiseCondition } from './policy-promise.ts';

export interface PolicySummary {
  readonly mode: ShapingMode;
  /** λ_a, expected activities per second. */
  readonly activityRate: number;
  /** p, probability that an activity starts within a period. */
  readonly p: number;
  /** The confidence that no cover gets below: p, reached by ILP alone. */
  readonly cMin: number;
  /** c, probability that an activity starts in the first period of a run. */
  readonly c: number;
  /** c0, share of runs that an activity caused; 0 for ILP, which has no runs. */
  readonly c0: number;
  /** q, probability of cover per period; 1 for ILP. */
  readonly q: number;
  /** λ_c, virtual activities per second; Infinity for ILP. */
  readonly coverRate: number;
  /** b, bytes on the wire over those of the unshaped device. */
  readonly b: number;
  /** On the wire, headers included. */
  readonly bytesPerSecond: Traffic;
  /** Both directions, in a twelfth of a year. */
  readonly bytesPerMonth: number;
  /** E[L], periods; Infinity for ILP. */
  readonly meanRun: number;
  /** Share of time inside periods; 1 for ILP. */
  readonly shapedShare: number;
  /** What c rests on besides the rate of activities, as the end of a sentence; undefined where it rests on nothing else. */
  readonly condition: string | undefined;
  /** Measured activities behind the law of durations, by the end where they begin. */
  readonly durations: DurationBasis;
  /** Whether an assumption stands in for measured durations at an end where activities begin. */
  readonly uncalibrated: boolean;
}

const secondsPerMonth = (365.25 / 12) * 86_400;

/**
 * The figures of a valid policy, by the formulas of period-clock.md section 5. b needs what the device sends unshaped, which
 * a policy does not say: without a measurement it is 2,048 B per activity and 8 B/s besides.
 */
export function policySummary(policy: Pick<ShapingPolicy, 'spec'>, comparison: Comparison = {}): PolicySummary {
  const model = policyModel(policy, comparison);
  const { activityRate, probability: p, shape, basis } = model;
  const cover = policyCover(policy.spec, model);
  if (!cover.reached) throw new RangeError('the policy has an objective that cannot be reached');
  const { coverRate } = cover;
  const always = coverRate === Number.POSITIVE_INFINITY;
  const stp = always ? undefined : stpTraffic(activityRate + coverRate, model.durations, shape, comparison.costs);
  // Runs have a length only in STP; without cover each of them is real whatever its length.
  const restsOnDurations = !always && coverRate > 0;
  const bytesPerSecond = stp ?? ilpTraffic(shape.upstream, shape.downstream, comparison.costs);
  const q = coverProbabilityOfRate(activityRate, p, coverRate);
  return {
    mode: always ? 'ILP' : 'STP',
    activityRate,
    p,
    cMin: p,
    c: confidence(p, q),
    c0: realShare(activityRate, coverRate),
    q,
    coverRate,
    b: model.tradeoff.overhead(coverRate),
    bytesPerSecond: {
      upstream: bytesPerSecond.upstream,
      downstream: bytesPerSecond.downstream,
      both: bytesPerSecond.both,
    },
    bytesPerMonth: bytesPerSecond.both * secondsPerMonth,
    meanRun: stp?.runs.mean ?? Number.POSITIVE_INFINITY,
    shapedShare: stp?.shapedShare ?? 1,
    condition: restsOnDurations ? promiseCondition(basis, assumedEnd(model)) : undefined,
    durations: basis,
    uncalibrated: restsOnDurations && (basis.device === 0 || basis.cloud === 0),
  };
}
