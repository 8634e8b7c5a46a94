/**
 * The continuous laws behind `distribution.ts` (uniform, normal, exponential, lognormal), each with its bounds applied,
 * and the two functions of the normal law that they need.
 */
import type { Law } from './distribution.ts';

/** Uniform on [low, high], values beyond [min, max] moved to the bound. */
export function uniformLaw(low: number, high: number, min: number, max: number): Law {
  const width = high - low;
  // E[min(X, k)] of the uniform law; the mean of the clamped law is a difference of two of these.
  const meanBelow = (k: number): number => {
    if (k <= low) return k;
    if (k >= high) return (low + high) / 2;
    return ((k - low) / width) * ((low + k) / 2) + ((high - k) / width) * k;
  };
  return clampedLaw((q) => low + q * width, low, high, min, max, meanBelow);
}

/** Exponential with the given mean (before bounds). */
export function exponentialLaw(mean: number, min: number, max: number): Law {
  const meanBelow = (k: number): number => (k <= 0 ? k : -mean * Math.expm1(-k / mean));
  return clampedLaw((q) => -mean * Math.log1p(-q), 0, Number.POSITIVE_INFINITY, min, max, meanBelow);
}

/** Lognormal: exp of a normal with mean ln(median) and deviation sigma. */
export function lognormalLaw(median: number, sigma: number, min: number, max: number): Law {
  if (sigma === 0) return pointLaw(median, min, max);
  const mean = median * Math.exp((sigma * sigma) / 2);
  const meanBelow = (k: number): number => {
    if (k <= 0) return k;
    if (k === Number.POSITIVE_INFINITY) return mean;
    const z = Math.log(k / median) / sigma;
    return mean * normalCdf(z - sigma) + k * normalCdf(-z);
  };
  const quantile = (q: number): number => median * Math.exp(sigma * normalQuantile(q));
  return clampedLaw(quantile, 0, Number.POSITIVE_INFINITY, min, max, meanBelow);
}

/** Normal, truncated to [min, max]: no heap of values at the bounds. */
export function normalLaw(mean: number, deviation: number, min: number, max: number): Law {
  if (deviation === 0 || min === max) return pointLaw(mean, min, max);
  // Work in the tail where probabilities are small and therefore exact: mirror if the interval lies above the mean.
  const mirrored = min + max > 2 * mean;
  const lower = ((mirrored ? -max : min) - (mirrored ? -mean : mean)) / deviation;
  const upper = ((mirrored ? -min : max) - (mirrored ? -mean : mean)) / deviation;
  const below = normalCdf(lower);
  const share = normalCdf(upper) - below;
  const fromLower = (q: number): number => normalQuantile(below + q * share);
  const truncatedMean = share > 0 ? (normalDensity(lower) - normalDensity(upper)) / share : upper;
  const value = (z: number): number => clamp(mean + deviation * (mirrored ? -z : z), min, max);
  return {
    mean: value(truncatedMean),
    min,
    max,
    quantile: (q) => value(share > 0 ? fromLower(mirrored ? 1 - q : q) : upper),
  };
}

/** P(Z ≤ z) of the standard normal law; relative error below 2e-7 far in the tails, absolute error below 1e-15 elsewhere. */
export function normalCdf(z: number): number {
  return 0.5 * complementaryError(-z / Math.SQRT2);
}

/**
 * The z with P(Z ≤ z) = q. Source: P. J. Acklam, "An algorithm for computing the inverse normal cumulative distribution
 * function" (2003), with one step of Halley's method. ±Infinity at 0 and 1.
 */
export function normalQuantile(q: number): number {
  if (q <= 0) return Number.NEGATIVE_INFINITY;
  if (q >= 1) return Number.POSITIVE_INFINITY;
  const z = acklam(q);
  const error = normalCdf(z) - q;
  const step = error / normalDensity(z);
  const refined = z - step / (1 + (z * step) / 2);
  return Number.isFinite(refined) ? refined : z;
}

/** One value, moved to the bound where it lies beyond. */
function pointLaw(value: number, min: number, max: number): Law {
  const point = clamp(value, min, max);
  return { mean: point, min: point, max: point, quantile: () => point };
}

function clampedLaw(
  quantile: (q: number) => number,
  low: number,
  high: number,
  min: number,
  max: number,
  meanBelow: (k: number) => number,
): Law {
  const floor = clamp(low, min, max);
  const ceiling = clamp(high, min, max);
  // E[clamp(X)] = E[min(X, max)] − E[min(X, min)] + min.
  const mean = min <= low ? meanBelow(Math.min(max, high)) : meanBelow(Math.min(max, high)) - meanBelow(min) + min;
  return {
    mean: clamp(max <= low ? max : min >= high ? min : mean, floor, ceiling),
    min: floor,
    max: ceiling,
    quantile: (q) => clamp(quantile(q), floor, ceiling),
  };
}

function clamp(value: number, min: number, max: number): number {
  return Math.min(Math.max(value, min), max);
}

function normalDensity(z: number): number {
  return Math.exp((-z * z) / 2) / Math.sqrt(2 * Math.PI);
}

const chebyshev = [
  -1.3026537197817094, 0.6419697923564902, 1.9476473204185836e-2, -9.561514786808631e-3, -9.46595344482036e-4,
  3.66839497852761e-4, 4.2523324806907e-5, -2.0278578112534e-5, -1.624290004647e-6, 1.30365583558e-6, 1.5626441722e-8,
  -8.5238095915e-8, 6.529054439e-9, 5.059343495e-9, -9.91364156e-10, -2.27365122e-10, 9.6467911e-11, 2.394038e-12,
  -6.886027e-12, 8.94487e-13, 3.13092e-13, -1.12708e-13, 3.81e-16, 7.106e-15, -1.523e-15, -9.4e-17, 1.21e-16, -2.8e-17,
];

/** erfc(x). Source: Press et al., Numerical Recipes (3rd ed.), section 6.2.2: Chebyshev fit, relative error about 1.2e-16. */
function complementaryError(x: number): number {
  const z = Math.abs(x);
  if (z === Number.POSITIVE_INFINITY) return x > 0 ? 0 : 2;
  const t = 2 / (2 + z);
  const twice = 4 * t - 2;
  let d = 0;
  let dd = 0;
  for (let index = chebyshev.length - 1; index > 0; index -= 1) {
    const previous = d;
    d = twice * d - dd + (chebyshev[index] ?? 0);
    dd = previous;
  }
  const tail = t * Math.exp(-z * z + 0.5 * ((chebyshev[0] ?? 0) + twice * d) - dd);
  return x >= 0 ? tail : 2 - tail;
}

function acklam(q: number): number {
  const central = 0.02425;
  if (q < central) return acklamTail(Math.sqrt(-2 * Math.log(q)));
  if (q > 1 - central) return -acklamTail(Math.sqrt(-2 * Math.log1p(-q)));
  const x = q - 0.5;
  const r = x * x;
  const a = [
    -39.69683028665376, 220.9460984245205, -275.9285104469687, 138.357751867269, -30.66479806614716, 2.506628277459239,
  ];
  const b = [-54.47609879822406, 161.5858368580409, -155.6989798598866, 66.80131188771972, -13.28068155288572, 1];
  return (x * polynomial(a, r)) / polynomial(b, r);
}

function acklamTail(x: number): number {
  const c = [
    -0.007784894002430293, -0.3223964580411365, -2.400758277161838, -2.549732539343734, 4.374664141464968,
    2.938163982698783,
  ];
  const d = [0.007784695709041462, 0.3224671290700398, 2.445134137142996, 3.754408661907416, 1];
  return polynomial(c, x) / polynomial(d, x);
}

function polynomial(coefficients: readonly number[], x: number): number {
  let sum = 0;
  for (const coefficient of coefficients) sum = sum * x + coefficient;
  return sum;
}
