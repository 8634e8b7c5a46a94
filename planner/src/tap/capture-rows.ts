// The CSV that `quietwire tap` writes: one row per read (the capture format of the other commands) or per TLS record.

import { recordHeaderBytes } from './record-scanner.ts';
import type { Direction } from './system-tap.ts';

/** Header of a capture: bytes are those of one read. */
export const readHeader = 't_ns,dir,bytes\n';

/** Header of a capture of records: `bytes` counts the record's header, `length` is its body; `several` is 1 if the read
 *  that completed the record held bytes of another record too. */
export const recordHeader = 't_ns,dir,bytes,conn,type,length,several\n';

export function renderRead(timeNs: number, direction: Direction, bytes: number): string {
  return `${timeNs},${direction},${bytes}\n`;
}

export function renderRecord(
  connection: number,
  direction: Direction,
  timeNs: number,
  type: number,
  length: number,
  several: boolean,
): string {
  return `${timeNs},${direction},${length + recordHeaderBytes},${connection},${type},${length},${several ? 1 : 0}\n`;
}
