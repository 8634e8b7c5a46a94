/**
 * Distributions of slot distances (ms) and frame sizes (bytes): the one type that policies, parameters and the wire share,
 * and samplers with mean, bounds and quantiles. Rounding to ticks or bytes is the schedule's work.
 */
import { empiricalLaw, splineLaw } from './distribution-empirical.ts';
import { exponentialLaw, lognormalLaw, normalLaw, uniformLaw } from './distribution-laws.ts';
import type { Random } from './random.ts';

/** Values outside [min, max] are moved to the bound; a normal is truncated (redrawn inside) instead. */
export type Distribution = (
  | { readonly kind: 'constant'; readonly value: number }
  | { readonly kind: 'uniform'; readonly low: number; readonly high: number }
  | { readonly kind: 'normal'; readonly mean: number; readonly deviation: number }
  | { readonly kind: 'exponential'; readonly mean: number }
  | { readonly kind: 'lognormal'; readonly median: number; readonly sigma: number }
  | { readonly kind: 'empirical'; readonly values: readonly number[]; readonly weights: readonly number[] }
  | { readonly kind: 'spline'; readonly samples: readonly number[] }
) & { readonly min?: number | undefined; readonly max?: number | undefined };

/** A law with its bounds applied: what `createSampler` puts a generator in front of. */
export interface Law {
  readonly mean: number;
  /** Smallest value that can occur. */
  readonly min: number;
  /** Largest value that can occur; Infinity if there is none. */
  readonly max: number;
  /** The value below which a share `q` (0…1) of the values lies. */
  quantile(q: number): number;
}

export interface Sampler extends Law {
  /** One value; takes exactly one number from `random`, for every kind (a constant too). */
  sample(random: Random): number;
}

/**
 * The sampler of a distribution, by inversion. Precondition (the policy's validation sees to it): parameters are finite,
 * scales positive, weights non-negative with a positive sum, min ≤ max.
 */
export function createSampler(distribution: Distribution): Sampler {
  const law = boundedLaw(distribution);
  return {
    mean: law.mean,
    min: law.min,
    max: law.max,
    quantile: (q) => law.quantile(q),
    sample: (random) => law.quantile(random.next()),
  };
}

function boundedLaw(distribution: Distribution): Law {
  const min = distribution.min ?? Number.NEGATIVE_INFINITY;
  const max = distribution.max ?? Number.POSITIVE_INFINITY;
  switch (distribution.kind) {
    case 'constant': {
      const value = Math.min(Math.max(distribution.value, min), max);
      return { mean: value, min: value, max: value, quantile: () => value };
    }
    case 'uniform':
      return uniformLaw(distribution.low, distribution.high, min, max);
    case 'normal':
      return normalLaw(distribution.mean, distribution.deviation, min, max);
    case 'exponential':
      return exponentialLaw(distribution.mean, min, max);
    case 'lognormal':
      return lognormalLaw(distribution.median, distribution.sigma, min, max);
    case 'empirical':
      return empiricalLaw(distribution.values, distribution.weights, min, max);
    case 'spline':
      return splineLaw(distribution.samples, min, max);
  }
}
