// An endless grid of slots (ILP with constant distances): which slot each frame belongs to, how late it was, which slots
// stayed empty or had two frames.

export interface GridAudit {
  /** Deadline of slot 0, ms: the earliest phase that most frames show. */
  readonly startMs: number;
  /** Slot of each frame. */
  readonly slots: readonly number[];
  /** Lateness of each frame against its slot, ms. */
  readonly latenessMs: readonly number[];
  readonly empty: number;
  /** Deadlines of the slots without a frame, ms. */
  readonly emptyMs: readonly number[];
  /** Frames that share a slot with one before. */
  readonly doubled: number;
  /** How far the grid's phase moved from the first to the last quarter, ms: deadlines that follow from writes run away. */
  readonly driftMs: number;
}

/** What a time stamp may lie early, ms. */
const EARLY_MS = 1;

export function auditGrid(timesMs: readonly number[], slotMs: number): GridAudit {
  const firstMs = timesMs[0] ?? 0;
  const startMs = firstMs + phaseOf(timesMs, firstMs, slotMs);
  const slots = timesMs.map((atMs) => Math.floor((atMs - startMs + EARLY_MS) / slotMs));
  const latenessMs = timesMs.map((atMs, index) => atMs - startMs - (slots[index] ?? 0) * slotMs);
  const used = new Set(slots);
  const firstSlot = slots[0] ?? 0;
  const span = (slots.at(-1) ?? 0) - firstSlot + 1;
  const empty = Array.from({ length: span }, (_, index) => firstSlot + index).filter((slot) => !used.has(slot));
  const quarter = Math.floor(timesMs.length / 4);
  const drift = phaseOf(timesMs.slice(-quarter), firstMs, slotMs) - phaseOf(timesMs.slice(0, quarter), firstMs, slotMs);
  return {
    startMs,
    slots,
    latenessMs,
    empty: empty.length,
    emptyMs: empty.map((slot) => startMs + slot * slotMs),
    doubled: timesMs.length - used.size,
    driftMs: drift - slotMs * Math.round(drift / slotMs),
  };
}

/** The 5 % quantile of the phases against `firstMs`, unwrapped around the most common phase, ms. */
function phaseOf(timesMs: readonly number[], firstMs: number, slotMs: number): number {
  let cosine = 0;
  let sine = 0;
  for (const atMs of timesMs) {
    const angle = (2 * Math.PI * (atMs - firstMs)) / slotMs;
    cosine += Math.cos(angle);
    sine += Math.sin(angle);
  }
  const centre = (Math.atan2(sine, cosine) / (2 * Math.PI)) * slotMs;
  const phases = timesMs.map((atMs) => {
    const distance = atMs - firstMs - centre;
    return distance - slotMs * Math.round(distance / slotMs);
  });
  phases.sort((a, b) => a - b);
  return centre + (phases[Math.floor(phases.length / 20)] ?? 0);
}
