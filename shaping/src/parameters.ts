/**
 * What the two ends of a tunnel must agree on to shape it: the numbers of period-clock.md section 1, already computed from
 * a policy. Policies become these in `policy-parameters.ts`; messages become these in `tunnel`.
 */
import type { Distribution } from './distribution.ts';

export type ShapingMode = 'STP' | 'ILP';

/** How the slots of one direction lie inside a period (STP) or always (ILP). */
export interface Pattern {
  /** Distance from one slot to the next, in ms. STP: constant. */
  readonly interval: Distribution;
  /** Frame size in bytes, at most `frameSize`. STP: constant. */
  readonly size: Distribution;
}

/** Virtual activities that each end draws for itself (period-clock.md section 4). */
export interface CoverParameters {
  /** Virtual activities per second that begin at the device. */
  readonly deviceRate: number;
  /** Virtual activities per second that begin at the cloud. */
  readonly cloudRate: number;
  /** Weights of the duration classes 1, 2, 4 … longestRun periods, of activities that begin at the device. */
  readonly deviceDurations: readonly number[];
  /** The same for activities that begin at the cloud. */
  readonly cloudDurations: readonly number[];
}

export interface ShapingParameters {
  /** Counts changes of the policy; PeriodStart names it. */
  readonly version: number;
  readonly mode: ShapingMode;
  /** Largest frame of a period, bytes. */
  readonly frameSize: number;
  /** T, ms. */
  readonly periodMs: number;
  /** Device to cloud. */
  readonly upstream: Pattern;
  /** Cloud to device. */
  readonly downstream: Pattern;
  /** Slots outside periods, both directions: distance β in ms, size in bytes. */
  readonly background: { readonly intervalMs: number; readonly frameSize: number };
  /** G, ms: a further period is announced this long before the end of the current one. */
  readonly leadMs: number;
  /** W, ms: demand stays open this long after the last payload byte. */
  readonly holdMs: number;
  /** g, ms: rest after a run before an end may start another. */
  readonly restMs: number;
  /** f, ms: from reading a PeriodStart to the follower's first slot. */
  readonly followerOffsetMs: number;
  /** M, periods; a power of two. */
  readonly longestRun: number;
  /** More bytes than this in one direction of a stream within `activityWindowMs` are an activity. */
  readonly quietBytes: number;
  readonly activityWindowMs: number;
  readonly cover: CoverParameters;
}

/** The duration classes 1, 2, 4 … longestRun, in periods. `longestRun` is a power of two. */
export function durationClasses(longestRun: number): number[] {
  const classes: number[] = [];
  for (let length = 1; length <= longestRun; length *= 2) classes.push(length);
  return classes;
}

/** The value of a constant distribution; STP's intervals and sizes are constant (the policy's validation sees to it). */
export function constantOf(distribution: Distribution): number {
  if (distribution.kind !== 'constant') throw new TypeError(`constant expected, got ${distribution.kind}`);
  return distribution.value;
}
