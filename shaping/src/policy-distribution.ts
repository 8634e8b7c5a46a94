/**
 * Distributions as policies write them, to those that samplers and the wire know.
 */
import type { Distribution } from './distribution.ts';
import { parseDuration } from './document/units.ts';
import type { PolicySpec } from './policy.ts';

type IntervalSpec = PolicySpec['upstream']['interval'];
type SizeSpec = NonNullable<PolicySpec['upstream']['size']>;

/** A process cannot keep shorter slots (design.md section 6). */
export const shortestIntervalMs = 20;
/** Bounds the time until a dead peer is noticed; the wire's own bound (SPEC 15). */
const longestIntervalMs = 60_000;
const smallestFrame = 64;

/** Slot distances in ms, drawn ones between 20 ms and 1 min if the policy says nothing else. */
export function intervalDistribution(spec: IntervalSpec): Distribution {
  const ms = (text: string): number => parseDuration(text) ?? Number.NaN;
  if (spec.constant !== undefined) return { kind: 'constant', value: ms(spec.constant) };
  const bounds = {
    min: spec.min === undefined ? shortestIntervalMs : ms(spec.min),
    max: spec.max === undefined ? longestIntervalMs : ms(spec.max),
  };
  return { ...drawn(spec, ms), ...bounds };
}

/** Frame sizes in bytes, drawn ones between 64 and the policy's frame size if it says nothing else. */
export function sizeDistribution(spec: SizeSpec | undefined, frameSize: number): Distribution {
  if (spec === undefined) return { kind: 'constant', value: frameSize };
  if (spec.constant !== undefined) return { kind: 'constant', value: spec.constant };
  return { ...drawn(spec, (bytes) => bytes), min: spec.min ?? smallestFrame, max: spec.max ?? frameSize };
}

/** The kinds that the two have in common, in their own quantity. */
interface DrawnSpec<Quantity> {
  readonly uniform?: { readonly low: Quantity; readonly high: Quantity } | undefined;
  readonly normal?: { readonly mean: Quantity; readonly deviation: Quantity } | undefined;
  readonly exponential?: { readonly mean: Quantity } | undefined;
  readonly lognormal?: { readonly median: Quantity; readonly sigma: number } | undefined;
  readonly empirical?: { readonly values: readonly Quantity[]; readonly weights: readonly number[] } | undefined;
}

function drawn<Quantity>(spec: DrawnSpec<Quantity>, number: (quantity: Quantity) => number): Distribution {
  const { uniform, normal, exponential, lognormal, empirical } = spec;
  if (uniform) return { kind: 'uniform', low: number(uniform.low), high: number(uniform.high) };
  if (normal) return { kind: 'normal', mean: number(normal.mean), deviation: number(normal.deviation) };
  if (exponential) return { kind: 'exponential', mean: number(exponential.mean) };
  if (lognormal) return { kind: 'lognormal', median: number(lognormal.median), sigma: lognormal.sigma };
  if (empirical) return { kind: 'empirical', values: empirical.values.map(number), weights: empirical.weights };
  // Splines need samples from elsewhere and are refused before (policy-checks.ts).
  throw new TypeError('a distribution without a kind that can be drawn');
}
