// The cause of a run: the label that attackers try to guess. An activity caused a run if it is what opened demand for it:
// it arrived at the end that leads the run just before, or, where a run began right after a rest, since the last moment at
// which it could still have lengthened the run before (period-clock.md sections 3 and 7.11).
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
  const end = run.first === 'up' ? 'device' : 'cloud';
  const afterRest = run.startMs - before.endMs < slotMs + restMs + leadMs + reactionMs;
  const fromMs = afterRest ? before.endMs - leadMs : run.startMs - reactionMs;
  return events.some((event) => event.end === end && event.atMs > fromMs && event.atMs <= run.startMs);
}
