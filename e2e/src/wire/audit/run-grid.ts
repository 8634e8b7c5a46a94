// The slots of one run: frames may be late but not early. Its grid is the phase under which the frames fit the schedule best:
// fewest slots without a frame or with two; of several such phases the one that most frames share.

export interface RunGrid {
  /** Deadline of slot 0, the slot of the first frame, ms. */
  readonly startMs: number;
  /** Slot of each frame. */
  readonly slots: readonly number[];
}

/** Frames that share a phase lie within this, ms. */
const SHARED_MS = 2;

/** @param earlyMs what a time stamp may lie before its slot. @param perPeriod slots of a period: a run has whole ones. */
export function slotGrid(timesMs: readonly number[], slotMs: number, earlyMs: number, perPeriod: number): RunGrid {
  const firstMs = timesMs[0] ?? 0;
  const modulo = (value: number) => value - slotMs * Math.floor(value / slotMs);
  const phases = timesMs.map((atMs) => modulo(atMs - firstMs));
  let best: { grid: RunGrid; misfits: number; shared: number } | undefined;
  for (const phaseMs of new Set(phases)) {
    // The grid's last point that the first frame is not before.
    const startMs = firstMs + phaseMs + slotMs * Math.floor((earlyMs - phaseMs) / slotMs);
    const slots = timesMs.map((atMs) => Math.floor((atMs - startMs + earlyMs) / slotMs));
    const misfits = misfitsOf(slots, perPeriod);
    const shared = phases.filter((other) => modulo(other - phaseMs) <= SHARED_MS).length;
    if (best === undefined || misfits < best.misfits || (misfits === best.misfits && shared > best.shared)) {
      best = { grid: { startMs, slots }, misfits, shared };
    }
  }
  return best?.grid ?? { startMs: firstMs, slots: [] };
}

/** Slots between the first frame and the last that have none or a second one, and whether the run ends beside a period's end. */
function misfitsOf(slots: readonly number[], perPeriod: number): number {
  const used = new Set(slots).size;
  const span = (slots.at(-1) ?? 0) + 1;
  return span - used + (slots.length - used) + (span % perPeriod === 0 ? 0 : 1);
}
