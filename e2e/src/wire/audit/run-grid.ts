// The slots of one run: frames may be late but not early. Its grid is the phase under which the frames fit the schedule best:
// fewest slots without a frame or with two; of several such phases the one that most frames share.

/** One direction's schedule. Times in ms, sizes in bytes. */
export interface StpSchedule {
  /** Least distance of two runs. */
  readonly restMs: number;
  readonly periodMs: number;
  /** How long before a period's end a further one is announced. */
  readonly leadMs: number;
  readonly slotMs: number;
  readonly frameSize: number;
  readonly backgroundMs: number;
  readonly backgroundSize: number;
  readonly longestRun: number;
}

/** A frame cannot be earlier than its slot; what a time stamp may lie early, ms. */
export const EARLY_MS = 2;

/** Slots of a period: a run has whole ones. */
export function perPeriodOf({ periodMs, slotMs }: StpSchedule): number {
  return Math.round(periodMs / slotMs);
}

export interface RunGrid {
  /** Deadline of slot 0, the slot of the first frame, ms. */
  readonly startMs: number;
  /** Slot of each frame. */
  readonly slots: readonly number[];
}

/** Frames that share a phase lie within this, ms. */
const SHARED_MS = 2;

export function slotGrid(timesMs: readonly number[], schedule: StpSchedule): RunGrid {
  const { slotMs } = schedule;
  const perPeriod = perPeriodOf(schedule);
  const firstMs = timesMs[0] ?? 0;
  const modulo = (value: number) => value - slotMs * Math.floor(value / slotMs);
  const phases = timesMs.map((atMs) => modulo(atMs - firstMs));
  let best: { grid: RunGrid; misfits: number; shared: number } | undefined;
  for (const phaseMs of new Set(phases)) {
    // The grid's last point that the first frame is not before.
    const startMs = firstMs + phaseMs + slotMs * Math.floor((EARLY_MS - phaseMs) / slotMs);
    const slots = timesMs.map((atMs) => Math.floor((atMs - startMs + EARLY_MS) / slotMs));
    const misfits = misfitsOf(slots, perPeriod);
    const shared = phases.filter((other) => modulo(other - phaseMs) <= SHARED_MS).length;
    if (best === undefined || misfits < best.misfits || (misfits === best.misfits && shared > best.shared)) {
      best = { grid: { startMs, slots }, misfits, shared };
    }
  }
  return best?.grid ?? { startMs: firstMs, slots: [] };
}

/**
 * The frames may be those of two runs that lie closer than a rest: then each part fills whole periods on a grid of its own.
 * @param isCut the second run may go on where the frames end.
 * @returns number of the second run's first frame; undefined if it is one run.
 */
export function secondRun(timesMs: readonly number[], schedule: StpSchedule, isCut: boolean): number | undefined {
  const { slotMs, longestRun } = schedule;
  const perPeriod = perPeriodOf(schedule);
  const isWhole = (part: readonly number[]): boolean => {
    const periods = ((slotGrid(part, schedule).slots.at(-1) ?? 0) + 1) / perPeriod;
    return periods >= 1 && periods <= longestRun && Number.isInteger(Math.log2(periods));
  };
  for (let index = perPeriod / 2; index < timesMs.length; index += 1) {
    const gapMs = (timesMs[index] ?? 0) - (timesMs[index - 1] ?? 0);
    if (gapMs < 1.5 * slotMs || !isWhole(timesMs.slice(0, index))) continue;
    if (isCut || isWhole(timesMs.slice(index))) return index;
  }
  return undefined;
}

/** Slots between the first frame and the last that have none or a second one, and whether the run ends beside a period's end. */
function misfitsOf(slots: readonly number[], perPeriod: number): number {
  const used = new Set(slots).size;
  const span = (slots.at(-1) ?? 0) + 1;
  return span - used + (slots.length - used) + (span % perPeriod === 0 ? 0 : 1);
}
