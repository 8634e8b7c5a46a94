// What a replay is like, as a policy has to know it: how often the device acts, from which end, for how long.
// Counts by the same rule as the tunnel's ends; the demo's policy is made from this.

import type { Direction, Row } from '../replay/table.ts';
import { type ActivityRule, ActivityWatch } from './activity-watch.ts';

/** Payload bytes per ms that a direction carries inside a period. */
export type Rates = Record<Direction, number>;

export interface Calibration {
  readonly activities: number;
  /** Activities per second of the replay, at its speed. */
  readonly perS: number;
  /** Share of them that begin at the device. */
  readonly deviceShare: number;
  /** Single activities by their duration in periods: classes 1, 2, 4 … */
  readonly durations: { readonly device: readonly number[]; readonly cloud: readonly number[] };
}

export interface CalibrationOptions {
  readonly rule: ActivityRule;
  readonly rates: Rates;
  readonly periodMs: number;
  readonly leadMs: number;
  readonly longestRun: number;
}

/** Measures a table as it would be replayed `speed` times faster. */
export function calibrate(rows: readonly Row[], speed: number, options: CalibrationOptions): Calibration {
  const { rule, rates } = options;
  const watch = new ActivityWatch(rule);
  const found: { startMs: number; direction: Direction; drainedMs: Record<Direction, number> }[] = [];
  for (const row of rows) {
    const timeMs = row.timeMs / speed;
    if (!watch.add(timeMs, row.direction, row.bytes, 'plug')) continue;
    if (watch.spans.length > found.length) {
      found.push({ startMs: timeMs, direction: row.direction, drainedMs: { up: 0, down: 0 } });
    }
    const drainedMs = found.at(-1)?.drainedMs ?? { up: 0, down: 0 };
    drainedMs[row.direction] = Math.max(drainedMs[row.direction], timeMs) + row.bytes / rates[row.direction];
  }
  const durations = { device: classCounts(options), cloud: classCounts(options) };
  for (const { startMs, direction, drainedMs } of found) {
    const demandMs = Math.max(drainedMs.up, drainedMs.down) - startMs + rule.holdMs;
    const counts = direction === 'up' ? durations.device : durations.cloud;
    const at = classOf(demandMs, options);
    counts[at] = (counts[at] ?? 0) + 1;
  }
  const fromDevice = found.filter(({ direction }) => direction === 'up').length;
  const spanMs = ((rows.at(-1)?.timeMs ?? 0) - (rows[0]?.timeMs ?? 0)) / speed;
  return {
    activities: found.length,
    perS: spanMs > 0 ? found.length / (spanMs / 1000) : 0,
    deviceShare: found.length > 0 ? fromDevice / found.length : 0,
    durations,
  };
}

function classCounts({ longestRun }: CalibrationOptions): number[] {
  return new Array<number>(Math.log2(longestRun) + 1).fill(0);
}

/** The class of a demand: alone it gives a run of 2^class periods (period-clock.md section 3). */
function classOf(demandMs: number, { periodMs, leadMs, longestRun }: CalibrationOptions): number {
  let at = 0;
  while (2 ** at < longestRun && demandMs > 2 ** at * periodMs - leadMs) at++;
  return at;
}
