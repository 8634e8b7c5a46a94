// What an observer on the wire has of a tunnel's connection: TLS records with their times and lengths, and how it ended.
import type { Direction } from '@quietwire/planner';

export type { Direction };

/** TLS content types (RFC 8446 section 5.1) as they stand in the clear header of a record. */
export const contentType = { changeCipherSpec: 20, alert: 21, handshake: 22, applicationData: 23 } as const;

export interface WireRecord {
  /** When it was complete, ms of the machine's monotonic clock. */
  readonly atMs: number;
  readonly type: number;
  /** Bytes of the record's body. */
  readonly length: number;
  /** It came together with bytes of another record. */
  readonly several: boolean;
}

/** One TCP connection, in the order in which connections came. */
export interface ConnectionCapture {
  readonly openedMs: number;
  readonly up: WireRecord[];
  readonly down: WireRecord[];
  closedMs: number | undefined;
  /** It ended by a TCP reset. */
  reset: boolean;
  /** Smallest TCP window that each direction's receiver announced after its handshake, bytes; undefined where the source
   *  cannot see it. The window of `up` is the cloud's. */
  readonly smallestWindow: { up: number | undefined; down: number | undefined };
}

export interface WireCapture {
  readonly source: 'tap' | 'kernel';
  /** Where devices must connect to be seen. */
  readonly port: number;
  readonly connections: readonly ConnectionCapture[];
  /** Things that make the capture unfit for a verdict: packets that the kernel dropped, bytes that are not TLS. */
  readonly faults: readonly string[];
  close(): Promise<void>;
}

export function newConnection(openedMs: number): ConnectionCapture {
  const smallestWindow = { up: undefined, down: undefined };
  return { openedMs, up: [], down: [], closedMs: undefined, reset: false, smallestWindow };
}

/** Both directions in order of time. */
export function merged(connection: ConnectionCapture): { direction: Direction; record: WireRecord }[] {
  const up = connection.up.map((record) => ({ direction: 'up' as const, record }));
  const down = connection.down.map((record) => ({ direction: 'down' as const, record }));
  return [...up, ...down].sort((a, b) => a.record.atMs - b.record.atMs);
}
