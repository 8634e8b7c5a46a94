/** How far the beginning of a TLS connection has come: a handshake's place is taken by a whole first record. Pure. */
import { recordHeaderBytes, recordMostBytes, recordType } from './record-gate.ts';

export type HelloState = 'more' | 'whole' | 'not_tls' | 'tls';

/** Behind its ClientHello a client has nothing to say before it has heard the server. */
const mostBehindBytes = 1024;

/** @param held what has come so far. */
export function helloState(held: Uint8Array): HelloState {
  const [type, major, , high, low] = held;
  if (type === undefined) return 'more';
  if (type !== recordType.handshake || (major !== undefined && major !== 3)) return 'not_tls';
  if (high === undefined || low === undefined) return 'more';
  const length = high * 256 + low;
  if (length === 0 || length > recordMostBytes) return 'tls';
  const behind = held.length - recordHeaderBytes - length;
  if (behind < 0) return 'more';
  return behind > mostBehindBytes ? 'tls' : 'whole';
}
