// Runs as an observer sees them: cuts the records of each connection into runs of period frames per direction, and pairs
// what the two directions did. Knows record lengths and times only.

/** One TLS application record as captured. */
export interface ObservedRecord {
  readonly connection: number;
  readonly direction: 'up' | 'down';
  readonly atMs: number;
  /** Length field of the record. */
  readonly length: number;
}

export interface ObservedRun {
  readonly connection: number;
  readonly up: readonly number[];
  readonly down: readonly number[];
  readonly startMs: number;
  readonly endMs: number;
  /** Direction of the first period frame. */
  readonly first: 'up' | 'down';
  /** Last background record of each direction before the run, ms; NaN if there was none since the run before. */
  readonly backgroundUpMs: number;
  readonly backgroundDownMs: number;
}

export interface RunShape {
  /** Length of period and of background records. */
  readonly periodLength: number;
  readonly backgroundLength: number;
  /** Silence longer than this ends a run, ms: above a slot, below the rest. */
  readonly silenceMs: number;
}

/** Runs of one connection, in order. Records of other lengths (handshake, bootstrap) are left out. */
export function observeRuns(records: readonly ObservedRecord[], shape: RunShape): ObservedRun[] {
  const runs: ObservedRun[] = [];
  let up: number[] = [];
  let down: number[] = [];
  let lastMs = Number.NEGATIVE_INFINITY;
  let first: 'up' | 'down' = 'up';
  let background = { up: Number.NaN, down: Number.NaN };
  const close = (): void => {
    const startMs = Math.min(up[0] ?? Number.POSITIVE_INFINITY, down[0] ?? Number.POSITIVE_INFINITY);
    const connection = records[0]?.connection ?? 0;
    if (Number.isFinite(startMs)) {
      const { up: backgroundUpMs, down: backgroundDownMs } = background;
      runs.push({ connection, up, down, startMs, endMs: lastMs, first, backgroundUpMs, backgroundDownMs });
      background = { up: Number.NaN, down: Number.NaN };
    }
    up = [];
    down = [];
  };
  for (const { direction, atMs, length } of records) {
    if (length === shape.backgroundLength) {
      if (atMs - lastMs > shape.silenceMs) {
        close();
        background[direction] = atMs;
      }
      continue;
    }
    if (length !== shape.periodLength) continue;
    if (atMs - lastMs > shape.silenceMs) {
      close();
      first = direction;
    }
    (direction === 'up' ? up : down).push(atMs);
    lastMs = atMs;
  }
  close();
  return runs;
}
