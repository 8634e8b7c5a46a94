// The frame that floods share: a handful of lanes, each of which connects, writes until it is dropped, and connects again at a
// bounded rate.
import { setTimeout as delay } from 'node:timers/promises';
import type { Effort } from './attack.ts';

/** A lane connects again after this, ms: so few lanes stay below the sidecar's accept rate. */
const REST_MS = 40;

/** What a lane writes on. */
export interface Floodable {
  readonly isOpen: boolean;
  /** Resolves when all is with the kernel; false if the connection is gone. */
  write(bytes: Uint8Array): Promise<boolean>;
  destroy(): void;
}

export interface Lane<Connection extends Floodable> {
  readonly open: (lane: number) => Promise<Connection>;
  /** The next bytes for the connection; undefined if it has had all it needs and should stand until it is dropped. */
  readonly next: (connection: Connection) => Uint8Array | undefined;
}

/** A connection that is open and whose first bytes are made. */
interface Stocked<Connection> {
  readonly connection: Connection;
  readonly stock: Uint8Array | undefined;
}

/** Opens `count` lanes and makes their first bytes; what it returns floods. */
export async function armLanes<Connection extends Floodable>(
  count: number,
  effort: Effort,
  lane: Lane<Connection>,
): Promise<(stop: AbortSignal) => Promise<void>> {
  const open = async (number: number): Promise<Stocked<Connection> | undefined> => {
    effort.connections += 1;
    try {
      const connection = await lane.open(number);
      effort.opened += 1;
      return { connection, stock: lane.next(connection) };
    } catch (error) {
      effort.failed(error);
      return undefined;
    }
  };
  const first: (Stocked<Connection> | undefined)[] = [];
  for (let number = 0; number < count; number += 1) first.push(await open(number));
  return async (stop) => {
    const run = async (number: number): Promise<void> => {
      let next = first[number];
      while (!stop.aborted) {
        if (next === undefined) next = await open(number);
        if (next !== undefined) await flood(next, lane, effort, stop);
        next = undefined;
        await delay(REST_MS);
      }
    };
    await Promise.all(first.map((_, number) => run(number)));
  };
}

async function flood<Connection extends Floodable>(
  { connection, stock }: Stocked<Connection>,
  lane: Lane<Connection>,
  effort: Effort,
  stop: AbortSignal,
): Promise<void> {
  const end = () => connection.destroy();
  stop.addEventListener('abort', end, { once: true });
  for (let bytes = stock; !stop.aborted; bytes = lane.next(connection)) {
    if (bytes === undefined) {
      await untilGone(connection, stop);
      break;
    }
    if (!(await connection.write(bytes))) break;
    effort.bytes += bytes.length;
    // Sealing takes this thread: its other lanes must have their turn.
    await delay(1);
  }
  if (!stop.aborted) effort.dropped += 1;
  stop.removeEventListener('abort', end);
  end();
}

async function untilGone(connection: Floodable, stop: AbortSignal): Promise<void> {
  while (connection.isOpen && !stop.aborted) await delay(10);
}
