// A counting TCP relay: takes connections, forwards each read at once in both directions and reports reads and TLS records
// to callbacks. Owns the sockets. Shapes, delays and merges nothing, and writes no files.

import { connect, createServer, type Server, type Socket } from 'node:net';
import { PlannerError } from '../errors.ts';
import { RecordScanner } from './record-scanner.ts';
import { monotonicNs, type TapJitter, TapMeter } from './system-tap-meter.ts';

/** `up` is from the end that connected (the device) to the other (the cloud). */
export type Direction = 'up' | 'down';

/** Bytes that may wait for one slow receiver before its sender is held back, as a plain TCP path would do. */
const waitingBytes = 1 << 20;

export interface TapOptions {
  readonly listenHost: string;
  /** 0 takes any free port; `Tap.port` tells which. */
  readonly listenPort: number;
  readonly toHost: string;
  readonly toPort: number;
  /** A TLS record is complete. `length` is that of its body: it took `length + 5` bytes. `several`: the read that
   *  completed it held bytes of another record too, so the time is less exact. Without this callback nothing is parsed. */
  readonly onRecord?: (
    connection: number,
    direction: Direction,
    timeNs: number,
    type: number,
    length: number,
    several: boolean,
  ) => void;
  readonly onRead?: (connection: number, direction: Direction, timeNs: number, bytes: number) => void;
  readonly onOpen?: (connection: number, timeNs: number) => void;
  /** `error`: one end reset the connection, or the other end could not be reached. */
  readonly onClose?: (connection: number, timeNs: number, error?: Error) => void;
  /** A direction is no TLS: no records of it are reported from now on. */
  readonly onForeign?: (connection: number, direction: Direction) => void;
  /** Also measure the event loop's delay (one timer each millisecond). */
  readonly measureLoop?: boolean;
}

export interface Tap {
  readonly host: string;
  readonly port: number;
  /** Connections that are open now. */
  readonly connections: number;
  jitter(): TapJitter;
  /** Stops listening, ends all connections at once and resolves when they are gone. */
  close(): Promise<void>;
}

/** Starts a tap. Rejects with ADDRESS_UNAVAILABLE if it cannot listen. */
export function startTap(options: TapOptions): Promise<Tap> {
  return new RunningTap(options).listen();
}

class RunningTap implements Tap {
  readonly #options: TapOptions;
  readonly #server: Server;
  readonly #pairs = new Set<Pair>();
  readonly #meter: TapMeter;
  #opened = 0;

  constructor(options: TapOptions) {
    this.#options = options;
    this.#meter = new TapMeter(options.measureLoop ?? false);
    this.#server = createServer({ allowHalfOpen: true, noDelay: true }, (client) => this.#accept(client));
  }

  get host(): string {
    return this.#address().address;
  }

  get port(): number {
    return this.#address().port;
  }

  get connections(): number {
    return this.#pairs.size;
  }

  listen(): Promise<Tap> {
    const { listenHost: host, listenPort: port } = this.#options;
    return new Promise((resolve, reject) => {
      this.#server.once('error', (cause) => {
        this.#meter.close();
        reject(new PlannerError('ADDRESS_UNAVAILABLE', describeListenError(host, port, cause), { cause }));
      });
      this.#server.listen({ host, port, backlog: 1024 }, () => resolve(this));
    });
  }

  jitter(): TapJitter {
    return this.#meter.jitter();
  }

  close(): Promise<void> {
    this.#meter.close();
    return new Promise((resolve) => {
      this.#server.close(() => resolve());
      for (const pair of this.#pairs) pair.destroy();
    });
  }

  #accept(client: Socket): void {
    this.#opened += 1;
    const pair = new Pair(this.#opened, client, this.#options, this.#meter, () => this.#pairs.delete(pair));
    this.#pairs.add(pair);
  }

  #address(): { address: string; port: number } {
    const address = this.#server.address();
    return address && typeof address === 'object' ? address : { address: this.#options.listenHost, port: 0 };
  }
}

/** One connection through the tap: two sockets that copy each other's reads, ends and resets. */
class Pair {
  readonly #id: number;
  readonly #client: Socket;
  readonly #target: Socket;
  readonly #options: TapOptions;
  readonly #meter: TapMeter;
  readonly #onGone: () => void;
  #error: Error | undefined;
  #open = 2;

  constructor(id: number, client: Socket, options: TapOptions, meter: TapMeter, onGone: () => void) {
    this.#id = id;
    this.#options = options;
    this.#meter = meter;
    this.#onGone = onGone;
    this.#client = client;
    this.#target = connect({ host: options.toHost, port: options.toPort, allowHalfOpen: true, noDelay: true });
    options.onOpen?.(id, monotonicNs());
    this.#copy(this.#client, this.#target, 'up');
    this.#copy(this.#target, this.#client, 'down');
  }

  destroy(): void {
    this.#client.destroy();
    this.#target.destroy();
  }

  #copy(from: Socket, to: Socket, direction: Direction): void {
    const { onRecord, onRead, onForeign } = this.#options;
    const id = this.#id;
    const meter = this.#meter;
    const scanner = onRecord ? new RecordScanner() : undefined;
    let timeNs = 0;
    const report = (type: number, length: number, several: boolean) =>
      onRecord?.(id, direction, timeNs, type, length, several);
    from.on('data', (chunk: Uint8Array) => {
      timeNs = meter.read();
      if (to.writable && !to.write(chunk) && to.writableLength > waitingBytes) from.pause();
      meter.forwarded(timeNs);
      onRead?.(id, direction, timeNs, chunk.length);
      if (!scanner || scanner.foreign) return;
      scanner.push(chunk, report);
      if (scanner.foreign) onForeign?.(id, direction);
    });
    to.on('drain', () => from.resume());
    from.on('end', () => to.end());
    from.on('error', (error) => {
      this.#error ??= error;
      to.resetAndDestroy();
    });
    from.on('close', () => this.#closed());
  }

  #closed(): void {
    this.#open -= 1;
    if (this.#open > 0) return;
    this.#onGone();
    this.#options.onClose?.(this.#id, monotonicNs(), this.#error);
  }
}

function describeListenError(host: string, port: number, cause: NodeJS.ErrnoException): string {
  const reasons: Record<string, string> = {
    EADDRINUSE: 'is taken',
    EACCES: 'needs more rights',
    EADDRNOTAVAIL: 'is not an address of this machine',
    ENOTFOUND: 'is an unknown host',
  };
  return `${host}:${port} ${reasons[cause.code ?? ''] ?? `cannot be used: ${cause.message}`}`;
}
