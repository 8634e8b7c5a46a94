/**
 * The Prometheus name of an instrument, the same that a collector gives it after OTLP: dots to `_`, then the unit. The
 * exporter itself leaves the unit out and appends `_total` to counters. Pure.
 */

const unitSuffixes: Readonly<Record<string, string>> = { By: 'bytes', s: 'seconds', 'By/s': 'bytes_per_second' };

/** The suffix for a unit; empty for counted things (`{frame}`) and for none. `1` is a ratio in gauges only. */
export function unitSuffix(unit: string, kind: 'gauge' | 'other'): string {
  if (unit === '1') return kind === 'gauge' ? 'ratio' : '';
  return unitSuffixes[unit] ?? '';
}

/** The name without `_total`. A name that ends in its unit already is not given it again. */
export function prometheusName(name: string, suffix: string): string {
  const base = name.replaceAll('.', '_');
  return suffix === '' || base.endsWith(`_${suffix}`) ? base : `${base}_${suffix}`;
}
