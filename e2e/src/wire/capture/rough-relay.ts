// A relay that is a bad network on command: it stops reading, so that the sender's buffers fill up, or cuts all connections.
// It notes records as the tap does; what was held up has the time at which it came out.
import { connect, createServer, type Socket } from 'node:net';
import { type Direction, RecordScanner } from '@quietwire/planner';
import { monotonicMs } from '../../harness/command-loop.ts';
import { type ConnectionCapture, newConnection, type WireCapture } from './wire-record.ts';

export class RoughRelay implements WireCapture {
  readonly source = 'tap';
  readonly connections: ConnectionCapture[] = [];
  readonly faults: string[] = [];
  readonly #server = createServer({ noDelay: true, allowHalfOpen: true }, (client) => this.#accept(client));
  readonly #sockets = new Set<Socket>();
  #targetPort = 0;
  #holds = false;

  static async start(targetPort: number): Promise<RoughRelay> {
    const relay = new RoughRelay();
    relay.#targetPort = targetPort;
    await new Promise<void>((resolve) => relay.#server.listen(0, '127.0.0.1', 256, resolve));
    return relay;
  }

  get port(): number {
    const address = this.#server.address();
    return address !== null && typeof address === 'object' ? address.port : 0;
  }

  /** Reads nothing from now on, in both directions. */
  hold(): void {
    this.#holds = true;
    for (const socket of this.#sockets) socket.pause();
  }
  release(): void {
    this.#holds = false;
    for (const socket of this.#sockets) socket.resume();
  }

  /** Ends all connections as a network that is gone does: by a reset. New ones are taken. */
  cut(): void {
    for (const socket of this.#sockets) socket.resetAndDestroy();
  }

  /** Without resets: one of a socket that is ending keeps its handle, on which the process hangs at its own end. */
  close(): Promise<void> {
    for (const socket of this.#sockets) socket.destroy();
    return new Promise((resolve) => this.#server.close(() => resolve()));
  }

  #accept(client: Socket): void {
    const target = connect({ host: '127.0.0.1', port: this.#targetPort, noDelay: true, allowHalfOpen: true });
    const capture = newConnection(monotonicMs());
    this.connections.push(capture);
    this.#join(client, target, capture, 'up');
    this.#join(target, client, capture, 'down');
  }

  #join(from: Socket, to: Socket, capture: ConnectionCapture, direction: Direction): void {
    const scanner = new RecordScanner();
    this.#sockets.add(from);
    if (this.#holds) from.pause();
    from.on('data', (chunk: Buffer) => {
      const atMs = monotonicMs();
      to.write(chunk);
      scanner.push(chunk, (type, length, several) => capture[direction].push({ atMs, type, length, several }));
    });
    from.on('end', () => to.end());
    from.on('error', () => to.resetAndDestroy());
    from.on('close', () => {
      this.#sockets.delete(from);
      capture.closedMs ??= monotonicMs();
      to.destroy();
    });
  }
}
