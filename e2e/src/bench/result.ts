// What a bench reports (contract.md section 1).
import type { BenchSite } from './servers.ts';

export interface BenchResult {
  readonly name: string;
  readonly value: number;
  readonly unit: string;
  /** The same figure of the reference in the same run. */
  readonly reference?: number;
  readonly ratio?: number;
  /** The goal in words, such as `ratio <= 1`. */
  readonly target?: string;
  readonly met?: boolean;
}

export interface Scale {
  /** Overrides how many connections a bench uses. */
  readonly connections: number | undefined;
  /** Overrides the length of a window, s. */
  readonly seconds: number | undefined;
}

export interface Bench {
  readonly name: string;
  readonly about: string;
  /** Why it cannot run here; undefined if it can. */
  readonly needs?: () => string | undefined;
  readonly run: (site: BenchSite, scale: Scale) => Promise<BenchResult[]>;
}

/** A figure that must be at most `limit` times its reference. */
export function ratioResult(name: string, unit: string, value: number, reference: number, limit?: number): BenchResult {
  const ratio = value / reference;
  const result = { name, value, unit, reference, ratio };
  return limit === undefined ? result : { ...result, target: `ratio<=${limit}`, met: ratio <= limit };
}

/** A figure that must be at most, or at least, a limit of its own. */
export function limitResult(
  name: string,
  unit: string,
  value: number,
  bound: { readonly atMost: number } | { readonly atLeast: number },
  reference?: number,
): BenchResult {
  const met = 'atMost' in bound ? value <= bound.atMost : value >= bound.atLeast;
  const target = 'atMost' in bound ? `<=${bound.atMost}${unit}` : `>=${bound.atLeast}${unit}`;
  return {
    name,
    value,
    unit,
    ...(reference === undefined ? {} : { reference, ratio: value / reference }),
    target,
    met,
  };
}

export function median(values: readonly number[]): number {
  const sorted = values.toSorted((a, b) => a - b);
  const middle = sorted.length >> 1;
  return sorted.length % 2 === 1
    ? (sorted[middle] ?? Number.NaN)
    : ((sorted[middle - 1] ?? 0) + (sorted[middle] ?? 0)) / 2;
}
