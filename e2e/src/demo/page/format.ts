// Numbers as people read them. Pure.

/** Bytes per second, in three digits at most. */
export function formatRate(bytesPerS: number): string {
  if (bytesPerS < 1000) return `${Math.round(bytesPerS)} B/s`;
  const kilo = bytesPerS / 1000;
  return `${kilo < 10 ? kilo.toFixed(1) : Math.round(kilo)} kB/s`;
}

export function formatPercent(share: number): string {
  const percent = share * 100;
  return `${percent > 0 && percent < 9.95 ? percent.toFixed(1) : Math.round(percent)} %`;
}

export function formatDelay(ms: number): string {
  return ms < 1000 ? `${Math.round(ms)} ms` : `${(ms / 1000).toFixed(1)} s`;
}

export function formatFactor(factor: number): string {
  return `× ${factor < 10 ? factor.toFixed(1) : Math.round(factor).toLocaleString('en')}`;
}

/** A rate on an axis: 0, 100, 1k, 10k. */
export function formatTick(bytesPerS: number): string {
  const size = Math.abs(bytesPerS);
  return size >= 1000 ? `${size / 1000}k` : String(size);
}
