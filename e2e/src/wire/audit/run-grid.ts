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

/** A run that lacks so few slots may have ended so much earlier than its first frame tells. */
export const MISSING_AT_START = 2;
/** A last frame that is very late looks like one of the next slot. */
const BEYOND_THE_END = 1;

/**
 * The frames may be those of two runs that lie closer than a rest. Then each fills whole periods; where the first one does not
 * quite, for want of a first slot or by a late last frame, the second must lie beside its grid.
 * @param isCut the second run may go on where the frames end.
 * @returns number of the second run's first frame; undefined if it is one run.
 */
export function secondRun(timesMs: readonly number[], schedule: StpSchedule, isCut: boolean): number | undefined {
  const { slotMs } = schedule;
  const perPeriod = perPeriodOf(schedule);
  for (let index = perPeriod / 2; index < timesMs.length; index += 1) {
    if ((timesMs[index] ?? 0) - (timesMs[index - 1] ?? 0) < 1.5 * slotMs) continue;
    const first = slotGrid(timesMs.slice(0, index), schedule);
    const second = slotGrid(timesMs.slice(index), schedule);
    const distanceMs = second.startMs - first.startMs;
    const isBeside = Math.abs(distanceMs - slotMs * Math.round(distanceMs / slotMs)) > SHARED_MS;
    const slots = slotCount(first);
    const [least, most] = isBeside ? [slots - BEYOND_THE_END, slots + MISSING_AT_START] : [slots, slots];
    const counts = Array.from({ length: most - least + 1 }, (_, more) => least + more);
    const count = counts.find((each) => isWhole(each, schedule));
    // A frame that is late in its slot leaves a gap too, but none between the grids.
    if (count === undefined || distanceMs - Math.min(slots, count) * slotMs < slotMs / 2) continue;
    if (isCut || isWhole(slotCount(second), schedule)) return index;
  }
  return undefined;
}

function slotCount({ slots }: RunGrid): number {
  return (slots.at(-1) ?? 0) + 1;
}

/** Whether a run may have so many slots: a power of two of periods, up to the longest (SPEC.md section 9.5). */
function isWhole(slots: number, schedule: StpSchedule): boolean {
  const periods = slots / perPeriodOf(schedule);
  return periods >= 1 && periods <= schedule.longestRun && Number.isInteger(Math.log2(periods));
}

/** Slots between the first frame and the last that have none or a second one, and whether the run ends beside a period's end. */
function misfitsOf(slots: readonly number[], perPeriod: number): number {
  const used = new Set(slots).size;
  const span = (slots.at(-1) ?? 0) + 1;
  return span - used + (slots.length - used) + (span % perPeriod === 0 ? 0 : 1);
}
