// How a tunnel's connection ended on the wire: whether its last records are those of whole periods, and what came after. Pure.
import type { TapRecord } from '../../harness/tap-rows.ts';
import { type ClockTiming, directionRuns, directions } from '../mqtt/sender-state.ts';

export interface ClosingRun {
  /** First slot of the last run, either direction, ms. */
  readonly firstMs: number;
  /** When it had to end, ms. */
  readonly endMs: number;
  /** What is wrong with the way it ended. */
  readonly faults: readonly string[];
}

/** The tap may see a record so much later than it was due. */
const lateMs = 40;
/** A close alert takes a slot's place: it is the only record without a slot's size. */
const alertsAllowed = 1;

/** Judges all records of one connection, which is over. */
export function closingRun(records: readonly TapRecord[], timing: ClockTiming): ClosingRun {
  const faults: string[] = [];
  let firstMs = Number.POSITIVE_INFINITY;
  let endMs = 0;
  for (const direction of directions) {
    const run = directionRuns(records, direction, timing).at(-1);
    if (run === undefined) {
      faults.push(`${direction}: no period`);
      continue;
    }
    firstMs = Math.min(firstMs, run.firstMs);
    endMs = Math.max(endMs, run.endMs);
    const missingMs = run.endMs - timing.slotMs[direction] - run.lastMs;
    if (missingMs > lateMs) faults.push(`${direction}: the last period ended ${missingMs.toFixed(0)} ms early`);
    const after = records.filter((record) => record.direction === direction && record.timeMs > run.lastMs);
    if (after.length > alertsAllowed) faults.push(`${direction}: ${after.length} records after the last slot`);
    for (const { timeMs } of after) {
      if (timeMs < run.endMs - lateMs) faults.push(`${direction}: the close came before the period’s end`);
    }
  }
  return { firstMs, endMs, faults };
}
