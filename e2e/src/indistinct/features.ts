// What an attacker computes from a run and its neighbours (period-clock.md section 7.10): length, initiator, lags, offsets
// inside the slot in microseconds, gaps, neighbours. Times of the capture only.
import type { ObservedRun } from './runs.ts';

export const featureNames = [
  'first_up',
  'slots_up',
  'slots_down',
  'lag_first_us',
  'lag_last_us',
  'gap_before_ms',
  'gap_after_ms',
  'slots_before',
  'slots_after',
  'first_up_before',
  'phase_background_up_ms',
  'phase_background_down_ms',
  'opposite_before_ms',
  'up_first_us',
  'up_second_us',
  'up_mean_us',
  'up_deviation_us',
  'up_largest_us',
  'up_step_us',
  'down_first_us',
  'down_second_us',
  'down_mean_us',
  'down_deviation_us',
  'down_largest_us',
  'down_step_us',
  'up_phase_us',
  'up_first_phase_us',
  'down_phase_us',
  'down_first_phase_us',
] as const;

/** Both ends write on whole ticks of one clock (SPEC.md section 8.7): what differs from run to run is how late they are. */
const TICK_MS = 1;

export interface FeatureOptions {
  readonly slotMs: number;
}

/** One row for the middle run of three neighbours on one connection, in the order of `featureNames`. */
export function featuresOf(
  before: ObservedRun,
  run: ObservedRun,
  after: ObservedRun,
  { slotMs }: FeatureOptions,
): number[] {
  const firstUp = run.first === 'up';
  const up = offsets(run.up, slotMs);
  const down = offsets(run.down, slotMs);
  const opposite = firstUp ? run.backgroundDownMs : run.backgroundUpMs;
  return [
    firstUp ? 1 : 0,
    run.up.length,
    run.down.length,
    1000 * Math.abs((run.down[0] ?? 0) - (run.up[0] ?? 0)),
    1000 * ((run.down.at(-1) ?? 0) - (run.up.at(-1) ?? 0)),
    run.startMs - before.endMs,
    after.startMs - run.endMs,
    before.up.length,
    after.up.length,
    before.first === 'up' ? 1 : 0,
    orAbsent(run.startMs - run.backgroundUpMs),
    orAbsent(run.startMs - run.backgroundDownMs),
    orAbsent(run.startMs - opposite),
    ...up,
    ...down,
    ...phases(run.up, [before.up, after.up]),
    ...phases(run.down, [before.down, after.down]),
  ];
}

const orAbsent = (value: number): number => (Number.isNaN(value) ? -1 : value);

/** Of all frames in the median, and of the first: distance from the ticks that the runs before and after kept, µs. */
function phases(times: readonly number[], neighbours: readonly (readonly number[])[]): number[] {
  const reference = neighbours.flat();
  const tickMs = reference[0] ?? times[0] ?? 0;
  const phase = (atMs: number): number => 1000 * (atMs - tickMs - Math.round((atMs - tickMs) / TICK_MS) * TICK_MS);
  const usual = median(reference.map(phase));
  return [median(times.map(phase)) - usual, phase(times[0] ?? tickMs) - usual];
}

function median(values: readonly number[]): number {
  return values.toSorted((a, b) => a - b)[values.length >> 1] ?? 0;
}

/** Offsets of frames from the run's own grid, µs: first, second, mean, deviation, largest, mean step between neighbours. */
function offsets(times: readonly number[], slotMs: number): number[] {
  const start = times[0] ?? 0;
  const raw = times.map((atMs, index) => 1000 * (atMs - start - index * slotMs));
  // The grid is what most frames keep: lateness is one-sided, so its median is the reference.
  const middle = median(raw);
  const late = raw.map((value) => value - middle);
  const mean = late.reduce((sum, value) => sum + value, 0) / Math.max(1, late.length);
  const deviation = Math.sqrt(late.reduce((sum, value) => sum + (value - mean) ** 2, 0) / Math.max(1, late.length));
  const steps = late.slice(1).map((value, index) => Math.abs(value - (late[index] ?? 0)));
  const step = steps.reduce((sum, value) => sum + value, 0) / Math.max(1, steps.length);
  return [late[0] ?? 0, late[1] ?? 0, mean, deviation, Math.max(...late, 0), step].map((value) =>
    Number.isFinite(value) ? value : 0,
  );
}
