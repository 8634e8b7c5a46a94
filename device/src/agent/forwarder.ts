// The local ports: open while the tunnel stands, closed otherwise, so that programs are refused at once instead of waiting.
// Each connection is joined to a stream of its own; bytes have no other way out.
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
  #servers: Server[] = [];

  constructor(options: ForwarderOptions) {
    this.#options = options;
  }

  /** `mqtt=127.0.0.1:1883, …` */
  get description(): string {
    return this.#options.forwards.map(describe).join(', ');
  }

  /** Whether all ports could be opened; opens none of them for longer. @throws (rejects) as `open`, with every fault. */
  async probe(): Promise<void> {
    await this.open();
    this.close();
  }

  /** @throws (rejects) DeviceError ADDRESS_UNAVAILABLE with a line for each port; then none is open. */
  async open(): Promise<void> {
    this.close();
    const servers = this.#options.forwards.map(({ service }) => this.#serverFor(service));
    this.#servers = servers;
    const results = await Promise.allSettled(
      servers.map((server, index) => {
        const forward = this.#options.forwards[index] as Forward;
        return listen(server, forward.address, `forward ${describe(forward)}`);
      }),
    );
    if (this.#servers !== servers) {
      // The tunnel was lost meanwhile.
      for (const server of servers) server.close();
      return;
    }
    const faults = results.flatMap((result) =>
      result.status === 'rejected' ? [(result.reason as Error).message] : [],
    );
    if (faults.length === 0) return;
    this.close();
    throw new DeviceError('ADDRESS_UNAVAILABLE', faults.join('\n'));
  }

  /** From now on connections are refused; those that stand end with their streams. */
  close(): void {
    for (const server of this.#servers) server.close();
    this.#servers = [];
  }

  #serverFor(service: string): Server {
    return createServer({ allowHalfOpen: true, noDelay: true }, (local) => {
      const stream = this.#options.open(service);
      join(local, stream);
      stream.on('error', (error) => this.#options.onFailed(service, error));
    });
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
