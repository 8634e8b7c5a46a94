// How late the frames of a constant schedule are, from their times at the tap alone. Pure.

/** Later frames that tell where the grid lies: a skipped slot moves all that follow. */
const lookahead = 25;

export interface LateFrame {
  readonly timeMs: number;
  /** Against the earliest of the frames that follow, each seen from its own slot. */
  readonly lateMs: number;
}

/** @param times of one connection's frames in one direction, in order, ms. */
export function latenessOf(times: readonly number[], intervalMs: number): LateFrame[] {
  const phases = times.map((timeMs, index) => timeMs - index * intervalMs);
  return times.map((timeMs, index) => {
    const base = Math.min(...phases.slice(index, index + lookahead));
    return { timeMs, lateMs: (phases[index] ?? 0) - base };
  });
}

/** The latest frame between two times, ms; NaN without one. */
export function latestIn(frames: readonly LateFrame[], fromMs: number, toMs: number): number {
  const late = frames.filter(({ timeMs }) => timeMs >= fromMs && timeMs < toMs).map(({ lateMs }) => lateMs);
  return late.length === 0 ? Number.NaN : Math.max(...late);
}

/** The value below which a share of the values lies. */
export function quantile(values: readonly number[], share: number): number {
  const sorted = [...values].sort((left, right) => left - right);
  return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? Number.NaN;
}
