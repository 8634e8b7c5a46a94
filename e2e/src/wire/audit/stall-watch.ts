// Notes when the machine lets this process stand: by a beat of its event loop, and, where the kernel tells it (Linux), by
// how long the threads that slots need were ready to run and were not run. Reads nothing of the product.
import { closeSync, openSync, readdirSync, readFileSync, readSync } from 'node:fs';
import type { Stretch } from './stalls.ts';

const BEAT_MS = 5;
/** Several of these, in the thread that wakes, the loop that writes and the observer, may meet in a slot of 20 ms. */
const STALL_MS = 5;
/** Names of the event loop's thread and of those that a program starts (a ticker's); V8's and libuv's own are others. */
const THREADS = /^(MainThread|WorkerThread|node)/;

/** Watches this process for stalls from now on. */
export class StallWatch {
  readonly stalls: Stretch[] = [];
  readonly #timer: NodeJS.Timeout;
  readonly #queues = openRunQueues();

  constructor(now: () => number) {
    let beforeMs = now();
    this.#timer = setInterval(() => {
      const nowMs = now();
      if (nowMs - beforeMs > BEAT_MS + STALL_MS) this.stalls.push({ fromMs: beforeMs, untilMs: nowMs });
      for (const queue of this.#queues) {
        const waitedMs = queue.waitedMs();
        if (waitedMs > STALL_MS) this.stalls.push({ fromMs: beforeMs - waitedMs, untilMs: nowMs });
      }
      beforeMs = nowMs;
    }, BEAT_MS).unref();
  }

  stop(): void {
    clearInterval(this.#timer);
    for (const queue of this.#queues.splice(0)) queue.close();
  }
}

interface RunQueue {
  /** How long the thread has waited for a processor since the last call, ms. */
  readonly waitedMs: () => number;
  readonly close: () => void;
}

function openRunQueues(): RunQueue[] {
  const threads = '/proc/self/task';
  try {
    return readdirSync(threads)
      .filter((thread) => THREADS.test(readFileSync(`${threads}/${thread}/comm`, 'utf8')))
      .map((thread) => openRunQueue(`${threads}/${thread}/schedstat`));
  } catch {
    return [];
  }
}

/** The second number of schedstat is the time spent on a run queue, ns (kernel, Documentation/scheduler/sched-stats.rst). */
function openRunQueue(path: string): RunQueue {
  const file = openSync(path, 'r');
  const buffer = Buffer.alloc(128);
  const read = (): number =>
    Number(buffer.toString('latin1', 0, readSync(file, buffer, 0, 128, 0)).split(' ')[1]) / 1e6;
  let beforeMs = read();
  return {
    waitedMs: () => {
      const totalMs = read();
      const waitedMs = totalMs - beforeMs;
      beforeMs = totalMs;
      return waitedMs;
    },
    close: () => closeSync(file),
  };
}
