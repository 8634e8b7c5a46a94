// Delays as people read them: a histogram in text, and quantiles by nearest rank.

const bounds = [5, 10, 25, 50, 75, 100, 125, 150, 250, 500, 750, 1000];
const widestBar = 40;

/** Quantile by nearest rank; NaN for no values. */
export function quantile(values: readonly number[], q: number): number {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[Math.max(Math.ceil(q * sorted.length) - 1, 0)] ?? Number.NaN;
}

/** One line for each class of delays (ms) that holds any, and one with the quantiles. */
export function renderDelays(title: string, delaysMs: readonly number[]): string {
  const counts = Array.from({ length: bounds.length + 1 }, () => 0);
  for (const delay of delaysMs) {
    const found = bounds.findIndex((bound) => delay < bound);
    const at = found < 0 ? bounds.length : found;
    counts[at] = (counts[at] ?? 0) + 1;
  }
  const most = Math.max(1, ...counts);
  const lines = counts.flatMap((count, at) => {
    if (count === 0) return [];
    const range = `${bounds[at - 1] ?? 0}…${bounds[at] ?? ''}`.padStart(9);
    return [`  ${range} ms ${String(count).padStart(5)} ${'█'.repeat(Math.ceil((widestBar * count) / most))}`];
  });
  const figures = [0.5, 0.99, 1].map((q) => quantile(delaysMs, q).toFixed(1));
  const [p50, p99, max] = figures;
  return [`${title}: ${delaysMs.length} values, p50 ${p50} ms, p99 ${p99} ms, max ${max} ms`, ...lines].join('\n');
}
