// A TCP connection of an attacker: writes what it is given, throws away what comes.
import { connect, type Socket } from 'node:net';
import type { Floodable } from './lanes.ts';

export class PlainConnection implements Floodable {
  readonly #socket: Socket;

  /** Rejects if it is refused. */
  static open(port: number, source: string): Promise<PlainConnection> {
    const socket = connect({ host: '127.0.0.1', port, localAddress: source, noDelay: true });
    socket.resume();
    return new Promise((resolve, reject) => {
      socket.once('error', reject);
      socket.once('connect', () => resolve(new PlainConnection(socket)));
    });
  }

  private constructor(socket: Socket) {
    this.#socket = socket;
    socket.on('error', () => {});
  }

  get isOpen(): boolean {
    return !this.#socket.destroyed && this.#socket.writable;
  }

  write(bytes: Uint8Array): Promise<boolean> {
    if (!this.isOpen) return Promise.resolve(false);
    return new Promise((resolve) => {
      const ended = () => resolve(false);
      this.#socket.once('close', ended);
      this.#socket.write(bytes, (error) => {
        this.#socket.removeListener('close', ended);
        resolve(!error);
      });
    });
  }

  destroy(): void {
    this.#socket.destroy();
  }
}
