/**
 * What a direction of a tunnel carries in what time, at worst: waits, payload per slot, the rests between runs. Cover takes
 * nothing of it, since payload rides in its periods too. Times in ms, sizes in bytes; ways and lost slots come on top.
 */

/** Slots of one direction that carry the payload of one stream. */
export interface CarryingSlots {
  /** Distance of slots; the mean where it is drawn. */
  readonly intervalMs: number;
  /** Payload of a frame; the mean where sizes are drawn. */
  readonly payloadBytes: number;
}

/** How runs interrupt a transfer; undefined in mode ILP, which has none. */
export interface RunPauses {
  readonly periodMs: number;
  readonly leadMs: number;
  readonly restMs: number;
  /** M, periods. */
  readonly longestRun: number;
}

/** From a tick that sees demand to the first slot of the run that it starts, the tick's own rounding included (SPEC.md 9.4). */
const startMs = 2;

/** Bytes per second inside a run, or always in mode ILP. */
export function carriedPerSecond({ intervalMs, payloadBytes }: CarryingSlots): number {
  return (1000 * payloadBytes) / intervalMs;
}

/**
 * Longest time until the first payload leaves: bytes that come just after the last slot of a run wait for the rest of its last
 * slot, the rest g, and the lead G that the end that did not lead rests longer; then a run starts. In ILP one interval.
 */
export function worstWaitMs({ intervalMs }: CarryingSlots, runs: RunPauses | undefined): number {
  return runs === undefined ? intervalMs : intervalMs + runs.restMs + runs.leadMs + startMs;
}

/**
 * Longest time until the last of `bytes` leaves: the wait, a slot for each frame after the first, and a rest after each run of M
 * periods. Source: SPEC.md sections 8 and 9; against whole tunnels in e2e/test/capacity.test.ts.
 */
export function worstTransferMs(bytes: number, slots: CarryingSlots, runs: RunPauses | undefined): number {
  const after = Math.max(0, Math.ceil(bytes / slots.payloadBytes) - 1);
  const perRun = runs === undefined ? Number.POSITIVE_INFINITY : (runs.longestRun * runs.periodMs) / slots.intervalMs;
  const pauses = runs === undefined ? 0 : Math.floor(after / perRun) * (runs.restMs + runs.leadMs + startMs);
  return worstWaitMs(slots, runs) + after * slots.intervalMs + pauses;
}

/**
 * The largest message that has left after `withinMs`, 0 if none: the inverse of `worstTransferMs`, without the way.
 */
export function mostBytesWithin(withinMs: number, slots: CarryingSlots, runs: RunPauses | undefined): number {
  const timeOf = (frames: number): number => worstTransferMs(frames * slots.payloadBytes, slots, runs);
  let frames = Math.max(0, Math.floor((withinMs - worstWaitMs(slots, runs)) / slots.intervalMs) + 1);
  while (frames > 0 && timeOf(frames) > withinMs) frames -= 1;
  return Math.floor(frames * slots.payloadBytes);
}
