// One end of a replay over any byte stream: sends its direction of the table when the table says, checks what arrives.
// Each end starts its own clock when its connection opens; nothing but the table's bytes travels.

import { createHash } from 'node:crypto';
import type { Duplex } from 'node:stream';
import { ContentStream, contentDigest } from './content.ts';
import type { Direction, Row } from './table.ts';

/** What both ends of a replay have to agree on. The clock starts at the first row's time. */
export interface ReplayPlan {
  readonly rows: readonly Row[];
  /** How many times faster than captured. */
  readonly speed: number;
  readonly seed: string;
}

/** `offset` bytes of a direction had been written (or had arrived) at `timeMs` of the machine's monotonic clock. */
export interface Mark {
  readonly offset: number;
  readonly timeMs: number;
}

/** What one end saw of one direction. `sha256` is of the bytes that arrived or were sent, `expected` of the table's. */
export interface Transfer {
  readonly direction: Direction;
  readonly bytes: number;
  readonly sha256: string;
  readonly expected: string;
  readonly marks: readonly Mark[];
}

export interface EndReport {
  readonly complete: boolean;
  readonly error?: string;
  readonly durationMs: number;
  readonly sent: Transfer;
  readonly received: Transfer;
}

/** Told of each mark as it happens. */
export interface MarkObserver {
  sent(direction: Direction, mark: Mark): void;
  received(direction: Direction, mark: Mark): void;
}

/** The machine's monotonic clock in ms: the same for all processes, so that marks of two ends can be compared. */
export function machineNowMs(): number {
  return Number(process.hrtime.bigint()) / 1e6;
}

/**
 * Plays one end until both directions have ended. Never rejects: a stream that fails or ends early gives a report that
 * is not `complete`.
 */
export function playReplayEnd(
  stream: Duplex,
  sends: Direction,
  plan: ReplayPlan,
  observer?: MarkObserver,
): Promise<EndReport> {
  const startMs = machineNowMs();
  const receives: Direction = sends === 'up' ? 'down' : 'up';
  const sent = new TransferRecord(sends, (mark) => observer?.sent(sends, mark));
  const received = new TransferRecord(receives, (mark) => observer?.received(receives, mark));
  const stop = sendOnSchedule(stream, sends, plan, sent, startMs);
  return new Promise((resolve) => {
    let error: string | undefined;
    stream.on('data', (chunk: Buffer) => received.add(chunk));
    stream.on('error', (cause) => {
      error ??= cause.message;
    });
    stream.on('close', () => {
      stop();
      const sentTransfer = sent.finish(plan);
      const receivedTransfer = received.finish(plan);
      const complete = [sentTransfer, receivedTransfer].every(({ sha256, expected }) => sha256 === expected);
      const durationMs = machineNowMs() - startMs;
      const report = { complete: complete && !error, durationMs, sent: sentTransfer, received: receivedTransfer };
      resolve(error ? { ...report, error } : report);
    });
  });
}

function sendOnSchedule(
  stream: Duplex,
  direction: Direction,
  { rows, speed, seed }: ReplayPlan,
  record: TransferRecord,
  startMs: number,
): () => void {
  const own = rows.filter((row) => row.direction === direction);
  const originMs = rows[0]?.timeMs ?? 0;
  const content = new ContentStream(seed, direction);
  let timer: NodeJS.Timeout | undefined;
  let next = 0;
  const sendDue = () => {
    for (; ; next++) {
      const row = own[next];
      if (!row) {
        stream.end();
        return;
      }
      const waitMs = startMs + (row.timeMs - originMs) / speed - machineNowMs();
      if (waitMs > 0.5) {
        timer = setTimeout(sendDue, waitMs);
        return;
      }
      const bytes = content.take(row.bytes);
      record.add(bytes);
      stream.write(bytes);
    }
  };
  sendDue();
  return () => clearTimeout(timer);
}

class TransferRecord {
  readonly #direction: Direction;
  readonly #onMark: (mark: Mark) => void;
  readonly #hash = createHash('sha256');
  readonly #marks: Mark[] = [];
  #bytes = 0;

  constructor(direction: Direction, onMark: (mark: Mark) => void) {
    this.#direction = direction;
    this.#onMark = onMark;
  }

  add(chunk: Buffer): void {
    this.#bytes += chunk.length;
    const mark = { offset: this.#bytes, timeMs: machineNowMs() };
    this.#hash.update(chunk);
    this.#marks.push(mark);
    this.#onMark(mark);
  }

  finish({ rows, seed }: ReplayPlan): Transfer {
    return {
      direction: this.#direction,
      bytes: this.#bytes,
      sha256: this.#hash.digest('hex'),
      expected: contentDigest(rows, seed, this.#direction),
      marks: this.#marks,
    };
  }
}
