/**
 * The bytes of a TCP connection before TLS sees them. A TLS socket of Node reads its TCP handle natively, so that nothing can be
 * looked at, and what a peer sends costs what it costs. Of all that Node can put above TLS on a handle only the HTTP parser leaves
 * writes alone and can be taken off again; here it parses nothing: a request with an endless body lets every byte through, and its
 * callback hands over each read. Internal API, kept in this file and checked before use (docs/decisions/0023).
 */
import type { Socket } from 'node:net';
import { OneShot, type TimerRuntime } from '@quietwire/tunnel';

interface Parser {
  initialize(type: number, resource: object): void;
  execute(bytes: Uint8Array): unknown;
  consume(handle: object): void;
  unconsume(): void;
  getCurrentBuffer(): Buffer;
  close(): void;
  [callback: number]: unknown;
}

interface ParserClass {
  new (): Parser;
  readonly REQUEST: number;
  readonly kOnExecute: number;
}

const endlessRequest = Buffer.from(`POST / HTTP/1.1\r\nHost: x\r\nContent-Length: ${Number.MAX_SAFE_INTEGER}\r\n\r\n`);

/** Undefined where Node lacks the internal API. */
const parserClass = findParserClass();

function findParserClass(): ParserClass | undefined {
  const found = process.getBuiltinModule('_http_common') as { HTTPParser?: Partial<ParserClass> } | undefined;
  const { HTTPParser } = found ?? {};
  if (typeof HTTPParser !== 'function') return undefined;
  const { REQUEST, kOnExecute, prototype } = HTTPParser as ParserClass & { prototype: object };
  const methods = ['initialize', 'execute', 'consume', 'unconsume', 'getCurrentBuffer', 'close'];
  const complete = typeof REQUEST === 'number' && typeof kOnExecute === 'number';
  return complete && methods.every((name) => name in prototype) ? (HTTPParser as ParserClass) : undefined;
}

/** Whether this Node lets raw bytes be looked at. */
export const canReadRawBytes = parserClass !== undefined;

/**
 * Calls `onRead` with every read of the socket's handle from now on, and no one else gets it; the bytes are the caller's.
 * The end of the connection and errors go the socket's own way.
 * @returns what gives reading back to who had it before.
 * @throws Error where `canReadRawBytes` is false or the socket is closed.
 */
export function readRawBytes(socket: Socket, runtime: TimerRuntime, onRead: (chunk: Buffer) => void): () => void {
  const handle = Reflect.get(socket, '_handle') as object | null;
  if (parserClass === undefined || handle === null) throw new Error('raw bytes of this socket cannot be read');
  const parser = new parserClass();
  parser.initialize(parserClass.REQUEST, {});
  parser.execute(endlessRequest);
  parser[parserClass.kOnExecute] = () => {
    const chunk = parser.getCurrentBuffer();
    if (chunk.length > 0) onRead(chunk);
  };
  parser.consume(handle);
  let released = false;
  const release = (): void => {
    if (released) return;
    released = true;
    parser.unconsume();
    // It may be calling this: its memory must outlive the call.
    new OneShot(runtime, () => parser.close()).startIn(0);
  };
  socket.once('close', release);
  return release;
}
