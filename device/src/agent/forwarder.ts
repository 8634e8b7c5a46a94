// The local ports: taken for as long as the agent runs, so that no other process can stand in for it. While no tunnel stands a
// connection is reset at once, so that programs need not wait. Each is joined to a stream of its own; bytes have no other way out.
import { createServer, type Server, type Socket } from 'node:net';
import type { Duplex } from 'node:stream';
import { formatAddress } from '@quietwire/shaping';
import type { SocketDuplex, StreamResetError } from '@quietwire/tunnel';
import { DeviceError } from '../errors.ts';
import { listen } from './listen.ts';
import type { Forward } from './load-config.ts';

export interface ForwarderOptions {
  readonly forwards: readonly Forward[];
  /** Opens a stream to the service; it may fail as a socket does. */
  readonly open: (service: string) => SocketDuplex;
  /** A stream to the service ended by an error. */
  readonly onFailed: (service: string, error: StreamResetError) => void;
}

export class Forwarder {
  readonly #options: ForwarderOptions;
  readonly #servers: readonly Server[];
  #open = false;

  constructor(options: ForwarderOptions) {
    this.#options = options;
    this.#servers = options.forwards.map(({ service }) => this.#serverFor(service));
  }

  /** `mqtt=127.0.0.1:1883, …` */
  get description(): string {
    return this.#options.forwards.map(describe).join(', ');
  }

  /** Takes all ports. @throws (rejects) DeviceError ADDRESS_UNAVAILABLE with a line for each that it cannot; then it has none. */
  async listen(): Promise<void> {
    const results = await Promise.allSettled(
      this.#servers.map((server, index) => {
        const forward = this.#options.forwards[index] as Forward;
        return listen(server, forward.address, `forward ${describe(forward)}`);
      }),
    );
    const faults = results.flatMap((result) =>
      result.status === 'rejected' ? [(result.reason as Error).message] : [],
    );
    if (faults.length === 0) return;
    this.close();
    throw new DeviceError('ADDRESS_UNAVAILABLE', faults.join('\n'));
  }

  /** From now on connections become streams. */
  open(): void {
    this.#open = true;
  }

  /** From now on connections are reset; those that stand end with their streams. */
  shut(): void {
    this.#open = false;
  }

  /** Gives the ports back. */
  close(): void {
    this.#open = false;
    for (const server of this.#servers) server.close();
  }

  #serverFor(service: string): Server {
    const server = createServer({ allowHalfOpen: true, noDelay: true }, (local) => {
      if (!this.#open) {
        local.on('error', () => {});
        local.resetAndDestroy();
        return;
      }
      const stream = this.#options.open(service);
      join(local, stream);
      stream.on('error', (error) => this.#options.onFailed(service, error));
    });
    // An accept that fails, for want of descriptors say, costs that connection only.
    server.on('error', () => {});
    return server;
  }
}

/** Joins the two; what ends badly on one side ends badly on the other: never a clean end after missing bytes. */
function join(local: Socket, stream: SocketDuplex): void {
  local.pipe(stream);
  stream.pipe(local);
  local.on('error', () => {});
  local.once('close', () => {
    if (!endedWell(local)) stream.resetAndDestroy();
  });
  stream.once('close', () => {
    if (!endedWell(stream) && !local.destroyed) local.resetAndDestroy();
  });
}

/** Whether both directions came to their ends. */
function endedWell(stream: Duplex): boolean {
  return stream.readableEnded && stream.writableFinished;
}

function describe({ service, address }: Forward): string {
  return `${service}=${formatAddress(address)}`;
}
