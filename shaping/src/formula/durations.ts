/**
 * Laws of demand durations with a name, for formulas and simulations; the one that policies use is `duration-law.ts`.
 */
import { createSampler, type Distribution } from '../distribution.ts';
import { normalCdf } from '../distribution-laws.ts';
import type { DurationLaw } from './duration-law.ts';

/** Every activity holds demand for the same time. */
export function constantDurations(durationMs: number): DurationLaw {
  return {
    sample: (random) => {
      random.next();
      return durationMs;
    },
    cdf: (x) => (x >= durationMs ? 1 : 0),
    integralSurvival: (x) => Math.min(x, durationMs),
    mean: durationMs,
  };
}

/** Exponential. */
export function exponentialDurations(meanMs: number): DurationLaw {
  return sampled(
    { kind: 'exponential', mean: meanMs },
    {
      cdf: (x) => (x <= 0 ? 0 : -Math.expm1(-x / meanMs)),
      integralSurvival: (x) => -meanMs * Math.expm1(-x / meanMs),
    },
  );
}

/** Lognormal: median in ms, deviation of the natural logarithm. */
export function lognormalDurations(medianMs: number, sigma: number): DurationLaw {
  const standard = (x: number): number => Math.log(x / medianMs) / sigma;
  const law: Distribution = { kind: 'lognormal', median: medianMs, sigma };
  return sampled(law, {
    cdf: (x) => (x <= 0 ? 0 : normalCdf(standard(x))),
    integralSurvival: (x) => (x <= 0 ? 0 : createSampler({ ...law, max: x }).mean),
  });
}

/** One of several laws, chosen with these shares (which sum to 1). */
export function mixedDurations(parts: readonly { readonly share: number; readonly law: DurationLaw }[]): DurationLaw {
  const sum = (term: (law: DurationLaw) => number): number => {
    return parts.reduce((total, { share, law }) => total + (share === 0 ? 0 : share * term(law)), 0);
  };
  return {
    sample: (random) => {
      let rest = random.next();
      const part = parts.find(({ share }) => {
        rest -= share;
        return rest < 0;
      });
      return (part ?? parts.at(-1))?.law.sample(random) ?? Number.NaN;
    },
    cdf: (x) => sum((law) => law.cdf(x)),
    integralSurvival: (x) => sum((law) => law.integralSurvival(x)),
    mean: sum((law) => law.mean),
  };
}

function sampled(distribution: Distribution, law: Pick<DurationLaw, 'cdf' | 'integralSurvival'>): DurationLaw {
  const sampler = createSampler(distribution);
  return { ...law, sample: (random) => sampler.sample(random), mean: sampler.mean };
}
