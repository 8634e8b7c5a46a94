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
  options: LabelOptions,
): boolean {
  const leader = run.first === 'up' ? 'device' : 'cloud';
  const afterRest = beganAfterRest(before, run, options);
  const fromMs = afterRest ? decisionMs(before, options) : run.startMs - options.reactionMs;
  return events.some(({ end, atMs }) => {
    if (atMs <= fromMs || atMs > run.startMs) return false;
    // What the other end sent in the last slots of the run before opened demand here too (SPEC.md section 8.3).
    return end === leader || (afterRest && atMs <= before.endMs);
  });
}

/**
 * Of the activities between the beginnings of two neighbouring runs those that no run shows: too late to lengthen the first,
 * and the second began neither right after the rest nor right after them. Each is a label that may be wrong: the run that
 * it did cause counts as cover.
 */
export function unexplained(
  before: ObservedRun,
  run: ObservedRun,
  events: readonly ActivityEvent[],
  options: LabelOptions,
): ActivityEvent[] {
  if (beganAfterRest(before, run, options)) return [];
  return events.filter(({ atMs }) => atMs > decisionMs(before, options) && atMs < run.startMs - options.reactionMs);
}

function beganAfterRest(before: ObservedRun, run: ObservedRun, options: LabelOptions): boolean {
  const { slotMs, restMs, leadMs, reactionMs } = options;
  return run.startMs - before.endMs < slotMs + restMs + leadMs + reactionMs;
}

/** From here on, a lead before the end of its last period, an activity cannot lengthen a run any more. */
function decisionMs(run: ObservedRun, { slotMs, leadMs }: LabelOptions): number {
  return run.endMs + slotMs - leadMs;
}
