/**
 * TLS behind the gate of records: the server's end of a handshake on a connection whose first bytes have been read, fed by hand until
 * the peer has proved itself, natively from then on.
 */
import type { Socket } from 'node:net';
import { type SecureContext, TLSSocket } from 'node:tls';
import { type TimerRuntime, TunnelError, wipeKeyLog } from '@quietwire/tunnel';
import { quietwireAlpn } from '../tls/server-options.ts';
import { readRawBytes } from './raw-bytes.ts';
import { RecordGate } from './record-gate.ts';

export interface GuardedTlsOptions {
  readonly runtime: TimerRuntime;
  readonly secureContext: SecureContext;
  /** What was read of the connection before. */
  readonly head: Uint8Array;
  /** The handshake ended well. Called within the read that ended it. */
  readonly onSecure: (tls: GuardedTls) => void;
  /** The handshake did not end well; the socket is on its way down. */
  readonly onFailed: (error: Error) => void;
}

export interface GuardedTls {
  readonly socket: TLSSocket;
  /** The peer has proved itself: OpenSSL reads by itself from now on. */
  release(): void;
}

/** `raw` must be paused with nothing buffered. */
export function startGuardedTls(raw: Socket, options: GuardedTlsOptions): void {
  const socket = new TLSSocket(raw, {
    isServer: true,
    secureContext: options.secureContext,
    ALPNProtocols: [quietwireAlpn],
  });
  wipeKeyLog(socket);
  let secure = false;
  const fail = (error: Error): void => {
    if (!secure) options.onFailed(error);
    socket.destroy(secure ? error : undefined);
  };
  const gate = new RecordGate((piece) => feed(socket, piece));
  const push = (chunk: Uint8Array): void => {
    const fault = gate.push(chunk);
    if (fault !== undefined) fail(new TunnelError('TUNNEL_RECORDS', fault));
  };
  const release = readRawBytes(raw, options.runtime, push);
  socket.on('error', fail);
  // Node's name for an error before the handshake's end, of which 'error' says nothing.
  socket.on('_tlsError', (error: Error) => {
    if (!secure) fail(error);
  });
  socket.once('secure', () => {
    secure = true;
    gate.handshakeDone();
    options.onSecure({ socket, release });
  });
  push(options.head);
}

interface TlsHandle {
  /** Takes bytes as if they had been read from the handle below. */
  receive(bytes: Uint8Array): void;
}

function feed(socket: TLSSocket, piece: Uint8Array): void {
  (Reflect.get(socket, '_handle') as TlsHandle | null)?.receive(piece);
}
