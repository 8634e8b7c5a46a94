// The byte channel over a Node TLS socket: one write is one record (invariant 2), reads share one buffer.
import type { TLSSocket } from 'node:tls';
import type { ByteChannel } from './byte-channel.ts';
import { readIntoSharedBuffer } from './shared-read.ts';

/**
 * Takes over a TLS socket whose handshake has ended; nothing else may read or write it from now on. Call it in the turn
 * in which 'secureConnection' or 'secureConnect' is emitted and set `onRead` and `onClose` before that turn ends.
 */
export function tlsChannel(socket: TLSSocket): ByteChannel {
  let failure: Error | undefined;
  const channel: ByteChannel = {
    onRead: () => {},
    onClose: () => {},
    get writePending() {
      return socket.writableLength > 0;
    },
    write: (frame) => {
      socket.write(frame);
    },
    end: () => {
      socket.end();
    },
    destroy: (error) => {
      failure ??= error;
      socket.destroy();
    },
  };
  socket.setNoDelay(true);
  // Node joins writes that wait into one record of another size; without _writev it cannot.
  Object.assign(socket, { _writev: null });
  socket.on('error', (error: Error) => {
    failure ??= error;
  });
  socket.on('close', () => channel.onClose(failure));
  const early: Buffer | null = socket.read();
  if (early !== null) queueMicrotask(() => channel.onRead(early));
  readIntoSharedBuffer(socket, (chunk) => channel.onRead(chunk));
  return channel;
}
