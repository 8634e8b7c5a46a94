// The byte channel over a Node TLS socket: one write is one record (invariant 2), reads share one buffer.
import type { TLSSocket } from 'node:tls';
import type { ByteChannel } from './byte-channel.ts';
import { readIntoSharedBuffer } from './shared-read.ts';

/**
 * Takes over a TLS socket whose handshake has ended; nothing else may read or write it from now on. Call it in the turn
 * in which 'secureConnection' or 'secureConnect' is emitted and set `onRead` and `onClose` before that turn ends.
 */
export function tlsChannel(socket: TLSSocket): ByteChannel {
  return new TlsChannel(socket);
}

class TlsChannel implements ByteChannel {
  onRead: (chunk: Uint8Array) => void = () => {};
  onClose: (error?: Error) => void = () => {};
  readonly #socket: TLSSocket;
  #failure: Error | undefined;

  constructor(socket: TLSSocket) {
    this.#socket = socket;
    socket.setNoDelay(true);
    // Node joins writes that wait into one record of another size; without _writev it cannot.
    Object.assign(socket, { _writev: null });
    socket.on('error', (error: Error) => {
      this.#failure ??= error;
    });
    socket.on('close', () => this.onClose(this.#failure));
    const early: Buffer | null = socket.read();
    if (early !== null) queueMicrotask(() => this.onRead(early));
    readIntoSharedBuffer(socket, (chunk) => this.onRead(chunk));
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
