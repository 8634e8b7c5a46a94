// Reads what `quietwire tap --records` prints: the observer's view of the wire, record by record.
import type { Direction } from '../replay/table.ts';

export interface TapRecord {
  /** ms of the machine's monotonic clock. */
  readonly timeMs: number;
  readonly direction: Direction;
  /** On the wire, the record's header included. */
  readonly bytes: number;
  /** Number of the connection, from 1. */
  readonly connection: number;
  /** TLS content type (RFC 8446 section 5.1): 23 is data and, in TLS 1.3, whatever is encrypted. */
  readonly type: number;
}

/** Parses one line of the tap's output; undefined for its header. Throws on anything else. */
export function parseTapRow(line: string): TapRecord | undefined {
  if (line.startsWith('t_ns,')) return undefined;
  const [time, direction, bytes, connection, type] = line.split(',');
  if ((direction !== 'up' && direction !== 'down') || !Number.isFinite(Number(time)) || type === undefined) {
    throw new Error(`not a row of the tap: ${line}`);
  }
  return {
    timeMs: Number(time) / 1e6,
    direction,
    bytes: Number(bytes),
    connection: Number(connection),
    type: Number(type),
  };
}
