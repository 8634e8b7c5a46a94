// A runtime that is turned by hand, for tests and simulations of whole tunnels: virtual time, and events in order of it.
import { type Random, seededRandom } from '@quietwire/shaping';
import type { Runtime, TickSource } from './runtime.ts';
import { Scheduler } from './scheduler.ts';

interface Event {
  readonly atMs: number;
  readonly order: number;
  readonly run: () => void;
}

/** Virtual time for any number of ends. */
export class ManualTime {
  #nowMs = 0;
  #order = 0;
  readonly #events: Event[] = [];

  now(): number {
    return this.#nowMs;
  }

  /** Runs something at `atMs`, ms; what is due at the same time runs in the order of the calls. */
  at(atMs: number, run: () => void): void {
    this.#order += 1;
    const event = { atMs: Math.max(atMs, this.#nowMs), order: this.#order, run };
    let index = this.#events.length;
    while (index > 0 && (this.#events[index - 1] as Event).atMs > event.atMs) index -= 1;
    this.#events.splice(index, 0, event);
  }

  /** Moves to `untilMs`, running what is due; promises get their turn after each event. */
  async advanceTo(untilMs: number): Promise<void> {
    for (let next = this.#events[0]; next !== undefined && next.atMs <= untilMs; next = this.#events[0]) {
      this.#events.shift();
      this.#nowMs = next.atMs;
      next.run();
      await settled();
    }
    this.#nowMs = untilMs;
    await settled();
  }

  /** A runtime on this time, with randomness from `seed`; its ticks come `lateMs` after their time. */
  runtime(seed: number | string, lateMs: () => number = () => 0): Runtime {
    const random = seededRandom(seed);
    const bytes: Random = seededRandom(`${seed} bytes`);
    return {
      clock: this,
      scheduler: new Scheduler(this, new ManualTicker(this, lateMs)),
      random,
      randomBytes: (size) => Uint8Array.from({ length: size }, () => Math.floor(bytes.next() * 256)),
      close: () => {},
    };
  }
}

class ManualTicker implements TickSource {
  readonly #time: ManualTime;
  readonly #lateMs: () => number;
  #onTick: (nowMs: number) => void = () => {};
  #armedMs = Number.POSITIVE_INFINITY;

  constructor(time: ManualTime, lateMs: () => number) {
    this.#time = time;
    this.#lateMs = lateMs;
  }
  start(onTick: (nowMs: number) => void): void {
    this.#onTick = onTick;
  }
  arm(tickMs: number): void {
    this.#armedMs = tickMs;
    this.#time.at(tickMs + this.#lateMs(), () => {
      if (this.#armedMs !== tickMs) return;
      this.#armedMs = Number.POSITIVE_INFINITY;
      this.#onTick(this.#time.now());
    });
  }
  stop(): void {
    this.#onTick = () => {};
  }
}

/** Lets streams and promises that wait for the present turn go on. */
async function settled(): Promise<void> {
  for (let turn = 0; turn < 4; turn += 1) await Promise.resolve();
  await new Promise<void>((resolve) => process.nextTick(resolve));
  for (let turn = 0; turn < 4; turn += 1) await Promise.resolve();
}
