/**
 * Laws given by data: a weighted list of values, and a smooth law through captured samples.
 */
import type { Law } from './distribution.ts';

/** Exactly the listed values, in proportion to their weights; values beyond [min, max] moved to the bound. */
export function empiricalLaw(values: readonly number[], weights: readonly number[], min: number, max: number): Law {
  const points = values
    .map((value, index) => ({ value: Math.min(Math.max(value, min), max), weight: weights[index] ?? 1 }))
    .filter((point) => point.weight > 0)
    .sort((left, right) => left.value - right.value);
  const total = points.reduce((sum, point) => sum + point.weight, 0);
  const sorted = points.map((point) => point.value);
  let sum = 0;
  let mean = 0;
  const cumulative = points.map((point) => {
    sum += point.weight / total;
    mean += (point.value * point.weight) / total;
    return sum;
  });
  const last = sorted.length - 1;
  const quantile = (q: number): number => {
    let index = 0;
    while (index < last && q >= (cumulative[index] ?? 1)) index += 1;
    return sorted[index] ?? Number.NaN;
  };
  return { mean, min: sorted[0] ?? Number.NaN, max: sorted[last] ?? Number.NaN, quantile };
}

/**
 * A smooth law through samples: its quantile function is the monotone cubic spline through the sorted samples, evenly
 * spaced over [0, 1], so no value lies outside the samples.
 *
 * Source: Fritsch and Carlson 1980 (monotone piecewise cubic interpolation), slopes by Fritsch and Butland 1984; the use
 * of cubic splines for gaps and sizes is Hafeez et al. 2019.
 */
export function splineLaw(samples: readonly number[], min: number, max: number): Law {
  const y = samples.map((sample) => Math.min(Math.max(sample, min), max)).sort((left, right) => left - right);
  const last = y.length - 1;
  const at = (index: number): number => y[index] ?? Number.NaN;
  if (last <= 0) return { mean: at(0), min: at(0), max: at(0), quantile: () => at(0) };
  const step = 1 / last;
  const slopes = monotoneSlopes(y, step);
  const slope = (index: number): number => slopes[index] ?? 0;
  let mean = 0;
  for (let index = 0; index < last; index += 1) {
    mean += (step * (at(index) + at(index + 1))) / 2 + (step * step * (slope(index) - slope(index + 1))) / 12;
  }
  const quantile = (q: number): number => {
    const index = Math.min(Math.floor(q * last), last - 1);
    const t = q * last - index;
    const u = 1 - t;
    return (
      (1 + 2 * t) * u * u * at(index) +
      t * u * u * step * slope(index) +
      t * t * (3 - 2 * t) * at(index + 1) -
      t * t * u * step * slope(index + 1)
    );
  };
  return { mean, min: at(0), max: at(last), quantile };
}

function monotoneSlopes(y: readonly number[], step: number): number[] {
  const secants = y.slice(1).map((value, index) => (value - (y[index] ?? value)) / step);
  return y.map((_, index) => {
    const before = secants[index - 1];
    const after = secants[index];
    if (before === undefined) return after ?? 0;
    if (after === undefined) return before;
    return before <= 0 || after <= 0 ? 0 : (2 * before * after) / (before + after);
  });
}
