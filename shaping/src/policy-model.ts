/**
 * What the formulas need to know of a policy: rates, the law of durations, slots. Parameters and summaries are both made
 * from it, so that what is promised is what is done.
 */
import type { Distribution } from './distribution.ts';
import { createSampler } from './distribution.ts';
import { parseDuration } from './document/units.ts';
import { activityProbability } from './formula/confidence.ts';
import { countedActivities, type DurationLaw, durationLaw, durationWeights } from './formula/duration-law.ts';
import { mixedDurations } from './formula/durations.ts';
import { type CoverTradeoff, type Objective, type ObjectiveResult, solveObjective } from './formula/objective.ts';
import {
  assumedDevice,
  ilpTraffic,
  overhead,
  type SlotTraffic,
  stpTraffic,
  type TunnelShape,
  type UnshapedDevice,
  usualWireCosts,
  type WireCosts,
} from './formula/traffic.ts';
import type { Pattern } from './parameters.ts';
import type { PolicySpec, ShapingPolicy } from './policy.ts';
import { intervalDistribution, sizeDistribution } from './policy-distribution.ts';

/** What a policy's overhead is stated against. */
export interface Comparison {
  readonly device?: UnshapedDevice;
  readonly costs?: WireCosts;
}

/** What the law of durations rests on, and with it c: activities that were measured, or an assumption. */
export interface DurationBasis {
  /** Measured activities that begin at the device; 0 where the assumption stands in, undefined where none begin there. */
  readonly device: number | undefined;
  /** The same for the cloud. */
  readonly cloud: number | undefined;
}

export interface PolicyModel {
  readonly periodMs: number;
  readonly leadMs: number;
  readonly holdMs: number;
  readonly restMs: number;
  readonly upstream: Pattern;
  readonly downstream: Pattern;
  readonly shape: TunnelShape;
  /** λ_a, activities per second at both ends together. */
  readonly activityRate: number;
  /** p. */
  readonly probability: number;
  /** Weights of the duration classes. */
  readonly deviceDurations: readonly number[];
  readonly cloudDurations: readonly number[];
  /** What the weights rest on. */
  readonly basis: DurationBasis;
  /** The law of all activities, both ends mixed. */
  readonly durations: DurationLaw;
  readonly tradeoff: CoverTradeoff;
}

const shortestRestMs = 100;

/** The model of a valid policy. */
export function policyModel({ spec }: Pick<ShapingPolicy, 'spec'>, comparison: Comparison = {}): PolicyModel {
  const { device = assumedDevice, costs = usualWireCosts } = comparison;
  const [periodMs, leadMs, holdMs] = [spec.period, spec.lead, spec.activity.hold].map(milliseconds) as [
    number,
    number,
    number,
  ];
  const upstream = patternOf(spec.upstream, spec.frameSize);
  const downstream = patternOf(spec.downstream, spec.frameSize);
  const upstreamSlots = slotsOf(upstream);
  const downstreamSlots = slotsOf(downstream);
  const restMs = Math.max(shortestRestMs, 2 * upstreamSlots.intervalMs, 2 * downstreamSlots.intervalMs);
  const background = {
    intervalMs: milliseconds(spec.background.interval.constant),
    frameBytes: spec.background.frameSize,
  };
  const { longestRun } = spec;
  const shape: TunnelShape = {
    periodMs,
    leadMs,
    restMs,
    longestRun,
    upstream: upstreamSlots,
    downstream: downstreamSlots,
    background,
  };

  const share = spec.cover.deviceShare;
  const deviceCounts = spec.cover.durations?.device;
  const cloudCounts = spec.cover.durations?.cloud;
  const deviceDurations = durationWeights(deviceCounts, longestRun);
  const cloudDurations = durationWeights(cloudCounts, longestRun);
  const bounds = { periodMs, leadMs, holdMs, longestRun };
  const durations = mixedDurations([
    { share, law: durationLaw(deviceDurations, bounds) },
    { share: 1 - share, law: durationLaw(cloudDurations, bounds) },
  ]);

  const activityRate = spec.activity.perDay / 86_400;
  const probability = activityProbability(activityRate, periodMs);
  const bytesPerSecond = (coverRate: number): number => {
    return coverRate === Number.POSITIVE_INFINITY
      ? ilpTraffic(upstreamSlots, downstreamSlots, costs).both
      : stpTraffic(activityRate + coverRate, durations, shape, costs).both;
  };
  const tradeoff: CoverTradeoff = {
    activityRate,
    probability,
    overhead: (coverRate) => overhead(bytesPerSecond(coverRate), activityRate, device),
  };
  const basis = {
    device: share > 0 ? countedActivities(deviceCounts) : undefined,
    cloud: share < 1 ? countedActivities(cloudCounts) : undefined,
  };
  return {
    ...{ periodMs, leadMs, holdMs, restMs, upstream, downstream, shape, activityRate, probability },
    ...{ deviceDurations, cloudDurations, basis, durations, tradeoff },
  };
}

/** λ_c that the policy's objective asks for; Infinity where it is ILP, by mode or by objective. */
export function policyCover(spec: PolicySpec, model: PolicyModel): ObjectiveResult {
  if (spec.mode === 'ILP') return { reached: true, coverRate: Number.POSITIVE_INFINITY };
  return solveObjective(objectiveOf(spec), model.tradeoff);
}

/** The policy's one objective. */
export function objectiveOf(spec: PolicySpec): Objective {
  const { adversaryConfidence, probability, overhead: target } = spec.cover.objective;
  if (adversaryConfidence !== undefined) return { kind: 'adversaryConfidence', value: adversaryConfidence };
  if (probability !== undefined) return { kind: 'probability', value: probability };
  return target === undefined ? { kind: 'knee' } : { kind: 'overhead', value: target };
}

/** A duration of a valid policy in ms. */
export function milliseconds(text: string): number {
  return parseDuration(text) ?? Number.NaN;
}

function patternOf(direction: PolicySpec['upstream'], frameSize: number): Pattern {
  return { interval: intervalDistribution(direction.interval), size: sizeDistribution(direction.size, frameSize) };
}

function slotsOf(pattern: Pattern): SlotTraffic {
  return { intervalMs: meanOf(pattern.interval), frameBytes: meanOf(pattern.size) };
}

function meanOf(distribution: Distribution): number {
  return createSampler(distribution).mean;
}
