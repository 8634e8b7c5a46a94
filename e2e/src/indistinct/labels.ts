// The cause of a run: the label that attackers try to guess. An activity caused a run if it is what opened demand for it:
// it arrived at the end that leads the run just before, or, where a run began right after a rest, since the last moment at
// which it could still have lengthened the run before, at either end (period-clock.md sections 2, 3 and 7.11).
import type { ObservedRun } from './runs.ts';

/** An activity that the driver began. */
export interface ActivityEvent {
  readonly connection: number;
  readonly end: 'device' | 'cloud';
  readonly atMs: number;
}

export interface LabelOptions {
  readonly slotMs: number;
  readonly leadMs: number;
  readonly restMs: number;
  /** Longest time from the program's write to the capture of the first frame, ms. */
  readonly reactionMs: number;
}

export function causedByActivity(
  before: ObservedRun,
  run: ObservedRun,
  events: readonly ActivityEvent[],
  { slotMs, leadMs, restMs, reactionMs }: LabelOptions,
): boolean {
  const leader = run.first === 'up' ? 'device' : 'cloud';
  const afterRest = run.startMs - before.endMs < slotMs + restMs + leadMs + reactionMs;
  // From the decision on (a lead before the end of the last period) an activity cannot lengthen the run before any more.
  const fromMs = afterRest ? before.endMs + slotMs - leadMs : run.startMs - reactionMs;
  return events.some(({ end, atMs }) => {
    if (atMs <= fromMs || atMs > run.startMs) return false;
    // What the other end sent in the last slots of the run before opened demand here too (SPEC.md section 8.3).
    return end === leader || (afterRest && atMs <= before.endMs);
  });
}
