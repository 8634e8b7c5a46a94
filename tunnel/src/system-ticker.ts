// Wakes the event loop at ticks of the absolute 1 ms grid. A timer of the event loop would not do: libuv counts whole ms
// from the last wake-up, so that a byte which arrives before a slot would move the slot's phase inside its millisecond,
// and payload would show in microseconds (docs/decisions/0002). A thread that sleeps until the absolute time has no such
// memory, and it sleeps through idle time.
import { Worker } from 'node:worker_threads';
import type { TickSource } from './runtime.ts';
import { ORIGIN_SAMPLES, systemClock } from './system-clock.ts';

/** Runs in the thread: waits for the armed time, posts once, waits to be armed again. */
const threadSource = `
const { parentPort, workerData } = require('node:worker_threads');
const sequence = new Int32Array(workerData, 0, 1);
const armed = new Float64Array(workerData, 8, 1);
let originMs = -Infinity;
for (let sample = 0; sample < ${ORIGIN_SAMPLES}; sample += 1) {
  originMs = Math.max(originMs, Number(process.hrtime.bigint()) / 1e6 - performance.now());
}
let seen = 0;
for (;;) {
  const current = Atomics.load(sequence, 0);
  const waitMs = current === seen ? Infinity : armed[0] - originMs - performance.now();
  if (waitMs > 0 && Atomics.wait(sequence, 0, current, waitMs) !== 'timed-out') continue;
  if (Atomics.load(sequence, 0) !== current) continue;
  if (armed[0] > originMs + performance.now()) continue;
  seen = current;
  parentPort.postMessage(0);
}
`;

export class SystemTicker implements TickSource {
  readonly #shared = new SharedArrayBuffer(16);
  readonly #sequence = new Int32Array(this.#shared, 0, 1);
  readonly #armed = new Float64Array(this.#shared, 8, 1);
  #thread: Worker | undefined;

  start(onTick: (nowMs: number) => void): void {
    const thread = new Worker(threadSource, {
      eval: true,
      workerData: this.#shared,
      resourceLimits: { maxOldGenerationSizeMb: 8, maxYoungGenerationSizeMb: 2, stackSizeMb: 1 },
      execArgv: [],
    });
    thread.on('message', () => {
      const nowMs = systemClock.now();
      const armedMs = this.#armed[0] ?? 0;
      if (nowMs >= armedMs) onTick(nowMs);
      // Too early: two wake-ups were under way because a tick was armed earlier than another, or the clocks of the two
      // threads differ by a hair. The thread waits to be armed; were it left to wait, no slot would ever come again.
      else this.arm(armedMs);
    });
    thread.unref();
    this.#thread = thread;
  }

  arm(tickMs: number): void {
    this.#armed[0] = tickMs;
    Atomics.add(this.#sequence, 0, 1);
    Atomics.notify(this.#sequence, 0);
  }

  stop(): void {
    void this.#thread?.terminate();
    this.#thread = undefined;
  }
}
