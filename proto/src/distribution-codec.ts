// Distributions between their bytes and their public form (SPEC 7.2).
import { canonical } from './canonical.ts';
import { ProtoError } from './errors.ts';
import type { quietwire } from './generated/messages.js';
import type { Distribution, DistributionKind } from './messages.ts';

type Wire = quietwire.v1.Distribution.$Properties;

/** The message to encode. Empirical and spline points travel as 32-bit floats. */
export function distributionToWire(distribution: Distribution): Wire {
  const bounds: Wire = {};
  if (distribution.min !== undefined) bounds.min = distribution.min;
  if (distribution.max !== undefined) bounds.max = distribution.max;
  switch (distribution.kind) {
    case 'constant':
      return { ...bounds, constant: distribution.value };
    case 'uniform':
      return { ...bounds, uniform: canonical({ low: distribution.low, high: distribution.high }) };
    case 'normal':
      return { ...bounds, normal: canonical({ mean: distribution.mean, deviation: distribution.deviation }) };
    case 'exponential':
      return { ...bounds, exponentialMean: distribution.mean };
    case 'lognormal':
      return { ...bounds, lognormal: canonical({ median: distribution.median, sigma: distribution.sigma }) };
    case 'empirical':
      return { ...bounds, empirical: { values: distribution.values, weights: distribution.weights } };
    case 'spline':
      return { ...bounds, spline: { samples: distribution.samples } };
  }
}

/** @throws ProtoError MALFORMED_MESSAGE when no kind, or one of a later version, is set. */
export function distributionFromWire(wire: Wire): Distribution {
  const distribution: Distribution = kindFromWire(wire);
  if (wire.min != null) distribution.min = wire.min;
  if (wire.max != null) distribution.max = wire.max;
  return distribution;
}

function kindFromWire(wire: Wire): DistributionKind {
  switch (wire.kind) {
    case 'constant':
      return { kind: 'constant', value: wire.constant ?? 0 };
    case 'uniform':
      return { kind: 'uniform', low: wire.uniform?.low ?? 0, high: wire.uniform?.high ?? 0 };
    case 'normal':
      return { kind: 'normal', mean: wire.normal?.mean ?? 0, deviation: wire.normal?.deviation ?? 0 };
    case 'exponentialMean':
      return { kind: 'exponential', mean: wire.exponentialMean ?? 0 };
    case 'lognormal':
      return { kind: 'lognormal', median: wire.lognormal?.median ?? 0, sigma: wire.lognormal?.sigma ?? 0 };
    case 'empirical':
      return {
        kind: 'empirical',
        values: [...(wire.empirical?.values ?? [])],
        weights: [...(wire.empirical?.weights ?? [])],
      };
    case 'spline':
      return { kind: 'spline', samples: [...(wire.spline?.samples ?? [])] };
    default:
      throw new ProtoError('MALFORMED_MESSAGE', 'a distribution of no known kind');
  }
}
