// The byte channel over a Node TLS socket: one write is one record (invariant 2), reads share one buffer.
import type { TLSSocket } from 'node:tls';
import type { ByteChannel } from './byte-channel.ts';
import { TunnelError } from './errors.ts';
import { readIntoSharedBuffer } from './shared-read.ts';

/** What node:tls calls the secret that a KeyUpdate of the peer leads to (its own end's is the other of the two). */
const KEY_UPDATES = ['CLIENT_TRAFFIC_SECRET_N', 'SERVER_TRAFFIC_SECRET_N'];

/**
 * Takes over a TLS socket whose handshake has ended; nothing else may read or write it from now on. Call it in the turn
 * in which 'secureConnection' or 'secureConnect' is emitted and set `onRead` and `onClose` before that turn ends.
 * @param transport what counts the bytes below TLS: a server's TCP socket. Without it records that carry nothing go unseen.
 */
export function tlsChannel(socket: TLSSocket, transport?: { readonly bytesRead: number }): ByteChannel {
  return new TlsChannel(socket, transport);
}

/**
 * Overwrites each secret that node:tls hands to the listeners of 'keylog': once one socket of a secure context listens, all do.
 * `tlsChannel` takes this over.
 */
export function wipeKeyLog(socket: TLSSocket): void {
  socket.on('keylog', (line) => line.fill(0));
}

class TlsChannel implements ByteChannel {
  onRead: (chunk: Uint8Array) => void = () => {};
  onClose: (error?: Error) => void = () => {};
  readonly #socket: TLSSocket;
  readonly #transport: { readonly bytesRead: number } | undefined;
  #failure: Error | undefined;

  constructor(socket: TLSSocket, transport: { readonly bytesRead: number } | undefined) {
    this.#socket = socket;
    this.#transport = transport;
    socket.setNoDelay(true);
    // Node joins writes that wait into one record of another size; without _writev it cannot.
    Object.assign(socket, { _writev: null });
    socket.on('error', (error: Error) => {
      this.#failure ??= error;
    });
    socket.on('close', () => this.onClose(this.#failure));
    // A KeyUpdate costs more work than its bytes, and one that asks for an answer puts a record outside the slots (SPEC 2.5).
    // OpenSSL handles it unseen, but for the new secret that it reports.
    socket.removeAllListeners('keylog');
    socket.on('keylog', (line) => {
      const updated = KEY_UPDATES.some((label) => line.subarray(0, label.length).equals(Buffer.from(label)));
      line.fill(0);
      if (updated) this.destroy(new TunnelError('TUNNEL_RECORDS', 'a TLS KeyUpdate'));
    });
    const early: Buffer | null = socket.read();
    if (early !== null) queueMicrotask(() => this.onRead(early));
    readIntoSharedBuffer(socket, (chunk) => this.onRead(chunk));
  }

  get transportBytes(): number | undefined {
    return this.#transport?.bytesRead;
  }

  get writePending(): boolean {
    return this.#socket.writableLength > 0;
  }

  write(frame: Uint8Array): void {
    this.#socket.write(frame);
  }

  end(): void {
    this.#socket.end();
  }

  destroy(error?: Error): void {
    this.#failure ??= error;
    this.#socket.destroy();
  }
}
