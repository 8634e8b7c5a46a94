// Reads what `quietwire tap --records` prints: the observer's view of the wire, record by record.

import type { Direction } from '../replay/table.ts';

export interface WireRecord {
  /** ms of the machine's monotonic clock. */
  readonly timeMs: number;
  readonly direction: Direction;
  /** On the wire, the record's header included. */
  readonly bytes: number;
}

/** Parses one line of the tap's output; undefined for its header. Throws on anything else. */
export function parseWireLine(line: string): WireRecord | undefined {
  if (line.startsWith('t_ns,')) return undefined;
  const [time, direction, bytes] = line.split(',');
  if ((direction !== 'up' && direction !== 'down') || !Number.isFinite(Number(time))) {
    throw new Error(`not a row of the tap: ${line}`);
  }
  return { timeMs: Number(time) / 1e6, direction, bytes: Number(bytes) };
}
