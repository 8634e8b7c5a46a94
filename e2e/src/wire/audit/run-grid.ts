// The slots of one run: frames may be late but not early, so its grid is the earliest phase that several frames share. A
// single frame elsewhere does not move it.

export interface RunGrid {
  /** Deadline of slot 0, the slot of the first frame, ms. */
  readonly startMs: number;
  /** Slot of each frame. */
  readonly slots: readonly number[];
}

/** Frames that share a phase lie within this, ms. */
const SHARED_MS = 2;
/** Share of the frames that must share it. */
const SHARE = 0.2;

/** @param earlyMs what a time stamp may lie before its slot. */
export function slotGrid(timesMs: readonly number[], slotMs: number, earlyMs: number): RunGrid {
  const firstMs = timesMs[0] ?? 0;
  const phaseMs = sharedPhase(timesMs, firstMs, slotMs);
  // The grid's last point that the first frame is not before.
  const startMs = firstMs + phaseMs + slotMs * Math.floor((earlyMs - phaseMs) / slotMs);
  return { startMs, slots: timesMs.map((atMs) => Math.floor((atMs - startMs + earlyMs) / slotMs)) };
}

/** Against `firstMs`, ms: the earliest phase, seen from the largest gap on the circle of phases, that several share. */
function sharedPhase(timesMs: readonly number[], firstMs: number, slotMs: number): number {
  const modulo = (value: number) => value - slotMs * Math.floor(value / slotMs);
  const phases = timesMs.map((atMs) => modulo(atMs - firstMs)).sort((a, b) => a - b);
  const count = phases.length;
  const least = Math.max(1, Math.ceil(SHARE * count));
  let best = { index: 0, gapMs: Number.NEGATIVE_INFINITY };
  for (let index = 0; index < count; index += 1) {
    const phase = phases[index] ?? 0;
    const shared = phases.filter((other) => modulo(other - phase) <= SHARED_MS).length;
    const gapMs = modulo(phase - (phases[(index + count - 1) % count] ?? 0)) || (count === 1 ? slotMs : 0);
    if (shared >= least && gapMs > best.gapMs) best = { index, gapMs };
  }
  return phases[best.index] ?? 0;
}
