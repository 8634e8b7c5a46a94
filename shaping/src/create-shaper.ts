// The schedule of one end from the parameters: the one place that knows which class belongs to which mode.
import { type CoverProcess, PoissonCover } from './cover-process.ts';
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
  /** Virtual activities from elsewhere, instead of those that the parameters' rate and law give. STP only. */
  readonly cover?: CoverProcess | undefined;
}

/** Gaps longer than this quantile of an unbounded law are not waited for by the dead-peer rule. */
const LONGEST_GAP_QUANTILE = 1 - 1e-9;

/** Makes one tunnel's schedule from the laws that all tunnels of its policy share. */
type Maker = (random: Random, startMs: number, cover: CoverProcess | undefined) => Shaper;

const makers: Readonly<Record<Role, WeakMap<ShapingParameters, Maker>>> = {
  device: new WeakMap(),
  cloud: new WeakMap(),
};

export function createShaper({ parameters, role, random, startMs, cover }: ShaperOptions): Shaper {
  let make = makers[role].get(parameters);
  if (make === undefined) {
    make = parameters.mode === 'ILP' ? ilpMaker(parameters, role) : stpMaker(parameters, role);
    makers[role].set(parameters, make);
  }
  return make(random, startMs, cover);
}

function ilpMaker({ upstream, downstream }: ShapingParameters, role: Role): Maker {
  const [own, peer] = role === 'device' ? [upstream, downstream] : [downstream, upstream];
  const laws = {
    intervals: createSampler(own.interval),
    sizes: createSampler(own.size),
    longestPeerGapMs: createSampler(peer.interval).quantile(LONGEST_GAP_QUANTILE),
  };
  return (random, startMs) => new IlpShaper({ ...laws, random, startMs });
}

function stpMaker(parameters: ShapingParameters, role: Role): Maker {
  const { deviceRate, deviceDurations, cloudRate, cloudDurations } = parameters.cover;
  const [rate, weights] = role === 'device' ? [deviceRate, deviceDurations] : [cloudRate, cloudDurations];
  const law = durationLaw(weights, parameters);
  return (random, startMs, cover = new PoissonCover(rate, law, random, startMs)) =>
    new StpShaper({ parameters, role, cover, startMs });
}
