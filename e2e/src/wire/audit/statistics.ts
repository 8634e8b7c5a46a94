// Comparison of two samples whose values come in blocks (a run, a stretch of one state): values of one block are not
// independent, so intervals are those of the blocks.

export interface Interval {
  readonly value: number;
  /** 95 % interval. */
  readonly low: number;
  readonly high: number;
}

/** Values of one block. */
export type Block = readonly number[];

const Z95 = 1.96;

/**
 * Probability that a value of `b` exceeds one of `a` (area under the ROC curve), ties counted half.
 * Variance over blocks: Obuchowski, "Nonparametric analysis of clustered ROC curve data", Biometrics 53 (1997), for blocks
 * that hold one class each.
 */
export function separation(a: readonly Block[], b: readonly Block[]): Interval {
  const allA = Float64Array.from(a.flat()).sort();
  const allB = Float64Array.from(b.flat()).sort();
  const below = (sorted: Float64Array, value: number) => (rank(sorted, value, false) + rank(sorted, value, true)) / 2;
  const placementsA = a.map((block) => block.map((value) => 1 - below(allB, value) / allB.length));
  const placementsB = b.map((block) => block.map((value) => below(allA, value) / allA.length));
  const value = sum(placementsB.flat()) / allB.length;
  const half = Z95 * Math.sqrt(blockVariance(placementsA, value) + blockVariance(placementsB, value));
  return { value, low: value - half, high: value + half };
}

/** A fault unless the whole interval lies within 0.5 ± limit: an interval that is too wide to tell is one, too. */
export function undecided(name: string, { value, low, high }: Interval, limit: number): string[] {
  if (low >= 0.5 - limit && high <= 0.5 + limit) return [];
  const [at, from, to] = [value, low, high].map((entry) => entry.toFixed(3));
  return [`${name}: separation ${at} (${from} … ${to}), must lie within ${0.5 - limit} … ${0.5 + limit}`];
}

/** Mean over blocks of 0/1 values, or of any others, with the interval of the blocks. */
export function blockMean(blocks: readonly Block[]): Interval {
  const all = blocks.flat();
  const value = sum(all) / all.length;
  const half = Z95 * Math.sqrt(blockVariance(blocks, value));
  return { value, low: value - half, high: value + half };
}

/** Largest distance of the two distribution functions (Kolmogorov–Smirnov). */
export function largestDistance(a: readonly number[], b: readonly number[]): number {
  const sortedA = Float64Array.from(a).sort();
  const sortedB = Float64Array.from(b).sort();
  let largest = 0;
  for (const value of [...a, ...b]) {
    const distance = rank(sortedA, value, true) / sortedA.length - rank(sortedB, value, true) / sortedB.length;
    largest = Math.max(largest, Math.abs(distance));
  }
  return largest;
}

export function quantile(values: readonly number[], share: number): number {
  const sorted = [...values].sort((x, y) => x - y);
  return sorted[Math.min(sorted.length - 1, Math.floor(share * sorted.length))] ?? Number.NaN;
}

/** Variance of the mean of all values, from the sums of the blocks' distances from it. */
function blockVariance(blocks: readonly Block[], mean: number): number {
  const filled = blocks.filter((block) => block.length > 0);
  const values = sum(filled.map((block) => block.length));
  const squares = sum(filled.map((block) => (sum(block) - block.length * mean) ** 2));
  return ((filled.length / Math.max(1, filled.length - 1)) * squares) / values ** 2;
}

/** How many of the ascending values are below `value`, or (`inclusive`) not above it. */
function rank(sorted: Float64Array, value: number, inclusive: boolean): number {
  let low = 0;
  let high = sorted.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    const at = sorted[middle] as number;
    if (at < value || (inclusive && at === value)) low = middle + 1;
    else high = middle;
  }
  return low;
}

function sum(values: readonly number[]): number {
  return values.reduce((total, value) => total + value, 0);
}
