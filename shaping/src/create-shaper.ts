// The schedule of one end from the parameters: the one place that knows which class belongs to which mode.
import { PoissonCover } from './cover-process.ts';
import { createSampler } from './distribution.ts';
import { durationLaw } from './formula/duration-law.ts';
import { IlpShaper } from './ilp-shaper.ts';
import type { ShapingParameters } from './parameters.ts';
import type { Random } from './random.ts';
import type { Shaper } from './shaper.ts';
import { type Role, StpShaper } from './stp-shaper.ts';

export interface ShaperOptions {
  readonly parameters: ShapingParameters;
  readonly role: Role;
  /** Source of cover arrivals, durations, gaps and sizes. Must not be predictable to an observer in the product. */
  readonly random: Random;
  /** When the bootstrap exchange ended at this end, in ms. */
  readonly startMs: number;
}

/** Gaps longer than this quantile of an unbounded law are not waited for by the dead-peer rule. */
const LONGEST_GAP_QUANTILE = 1 - 1e-9;

export function createShaper({ parameters, role, random, startMs }: ShaperOptions): Shaper {
  const own = role === 'device' ? parameters.upstream : parameters.downstream;
  const peer = role === 'device' ? parameters.downstream : parameters.upstream;
  if (parameters.mode === 'ILP') {
    return new IlpShaper({
      intervals: createSampler(own.interval),
      sizes: createSampler(own.size),
      longestPeerGapMs: createSampler(peer.interval).quantile(LONGEST_GAP_QUANTILE),
      random,
      startMs,
    });
  }
  const { cover } = parameters;
  const [rate, weights] =
    role === 'device' ? [cover.deviceRate, cover.deviceDurations] : [cover.cloudRate, cover.cloudDurations];
  const process = new PoissonCover(rate, durationLaw(weights, parameters), random, startMs);
  return new StpShaper({ parameters, role, cover: process, startMs });
}
