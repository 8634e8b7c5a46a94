// A TCP socket as a stream for TLS above it, whose TLS records are told as they arrive. Decrypts nothing.
import type { Socket } from 'node:net';
import { Duplex } from 'node:stream';
import { RecordScanner } from '../tap/record-scanner.ts';

export class RecordDuplex extends Duplex {
  readonly #socket: Socket;
  readonly #scanner = new RecordScanner();

  /** @param onRecord type and length of the body of each record that has arrived. */
  constructor(socket: Socket, onRecord: (type: number, length: number) => void) {
    super({ allowHalfOpen: false });
    this.#socket = socket;
    socket.on('data', (chunk: Buffer) => {
      this.#scanner.push(chunk, onRecord);
      this.push(chunk); // never paused: the scenarios are short, and a device's frames few
    });
    socket.on('end', () => this.push(null));
    socket.on('error', (error) => this.destroy(error));
    socket.on('close', () => this.destroy());
  }

  override _read(): void {}

  override _write(chunk: Buffer, _encoding: BufferEncoding, done: (error?: Error | null) => void): void {
    this.#socket.write(chunk, done);
  }

  override _final(done: (error?: Error | null) => void): void {
    this.#socket.end(done);
  }

  override _destroy(error: Error | null, done: (error?: Error | null) => void): void {
    this.#socket.destroy();
    done(error);
  }
}
