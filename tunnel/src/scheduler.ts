// The timer wheel that all tunnels of a process share: absolute deadlines on a grid of 1 ms. In each tick every due frame
// is written before anything else is done, so that no tunnel's work moves another tunnel's frame.
import { throwLater } from './program-fault.ts';
import type { Clock, TickSource } from './runtime.ts';

/** Something with a deadline. The wheel links entries through themselves: scheduling allocates nothing. */
export interface Timed {
  /** Tick at which the entry is due, in ms; set by the scheduler. */
  dueMs: number;
  wheelNext: Timed | undefined;
  wheelPrevious: Timed | undefined;
  /** Whether the entry is in the wheel; set by the scheduler. */
  scheduled: boolean;
  /** First pass: write the frame that is due, nothing else. */
  write(tickMs: number, nowMs: number): void;
  /** Second pass: everything else, the preparation of the next frame and `schedule` above all. */
  prepare(tickMs: number): void;
}

/** Buckets of the wheel: more ticks than the usual distance of background slots, so that few entries wait a round. */
const BUCKETS = 4096;
const MASK = BUCKETS - 1;
/** A tick that comes later than this was held up by work of the thread, ms. */
const LATE_MS = 5;

export class Scheduler {
  /** Told after a tick that came late, by how many ms: something held the thread. */
  onLate: ((lateMs: number) => void) | undefined;
  readonly #clock: Clock;
  readonly #source: TickSource;
  readonly #buckets: (Timed | undefined)[] = new Array<Timed | undefined>(BUCKETS).fill(undefined);
  #due: Timed[] = [];
  #size = 0;
  /** The last tick whose bucket was emptied. */
  #lastTick: number;
  #armedMs = Number.POSITIVE_INFINITY;
  #running = false;

  constructor(clock: Clock, source: TickSource) {
    this.#clock = clock;
    this.#source = source;
    this.#lastTick = Math.floor(clock.now());
    source.start((nowMs) => this.#tick(nowMs));
  }

  /** Entries in the wheel. */
  get size(): number {
    return this.#size;
  }

  /** Puts the entry at `dueMs` (rounded up to a tick), moving it if it was elsewhere. The past means the next tick. */
  schedule(entry: Timed, dueMs: number): void {
    if (entry.scheduled) {
      if (entry.dueMs === Math.ceil(dueMs)) return;
      this.cancel(entry);
    }
    if (dueMs === Number.POSITIVE_INFINITY) return;
    entry.dueMs = Math.max(Math.ceil(dueMs), this.#lastTick + 1);
    const index = entry.dueMs & MASK;
    const head = this.#buckets[index];
    entry.wheelNext = head;
    entry.wheelPrevious = undefined;
    if (head !== undefined) head.wheelPrevious = entry;
    this.#buckets[index] = entry;
    entry.scheduled = true;
    this.#size += 1;
    if (!this.#running) this.#arm(entry.dueMs);
  }

  cancel(entry: Timed): void {
    if (!entry.scheduled) return;
    this.#unlink(entry);
  }

  #unlink(entry: Timed): void {
    const { wheelNext: next, wheelPrevious: previous } = entry;
    if (previous === undefined) this.#buckets[entry.dueMs & MASK] = next;
    else previous.wheelNext = next;
    if (next !== undefined) next.wheelPrevious = previous;
    entry.wheelNext = undefined;
    entry.wheelPrevious = undefined;
    entry.scheduled = false;
    this.#size -= 1;
  }

  #tick(nowMs: number): void {
    const lateMs = nowMs - this.#armedMs;
    this.#armedMs = Number.POSITIVE_INFINITY;
    this.#running = true;
    const tick = Math.floor(nowMs);
    this.#collect(tick);
    const due = this.#due;
    for (let i = 0; i < due.length; i += 1) {
      try {
        due[i]?.write(tick, this.#clock.now());
      } catch (error) {
        throwLater(error);
      }
    }
    for (let i = 0; i < due.length; i += 1) {
      try {
        due[i]?.prepare(tick);
      } catch (error) {
        throwLater(error);
      }
    }
    due.length = 0;
    if (lateMs >= LATE_MS) this.onLate?.(lateMs);
    this.#running = false;
    if (this.#size > 0) this.#arm(this.#nextDue());
  }

  /** Moves what is due from the buckets passed since the last tick to `#due`. */
  #collect(tick: number): void {
    const from = Math.max(this.#lastTick + 1, tick - MASK);
    for (let at = from; at <= tick; at += 1) {
      let entry = this.#buckets[at & MASK];
      while (entry !== undefined) {
        const next = entry.wheelNext;
        if (entry.dueMs <= tick) {
          this.#unlink(entry);
          this.#due.push(entry);
        }
        entry = next;
      }
    }
    if (tick > this.#lastTick) this.#lastTick = tick;
  }

  /** The first tick with an entry in its bucket (which may be for a later round: then the wake-up finds nothing). */
  #nextDue(): number {
    for (let at = this.#lastTick + 1; at <= this.#lastTick + BUCKETS; at += 1) {
      if (this.#buckets[at & MASK] !== undefined) return at;
    }
    return this.#lastTick + BUCKETS;
  }

  #arm(tickMs: number): void {
    if (tickMs >= this.#armedMs) return;
    this.#armedMs = tickMs;
    this.#source.arm(tickMs);
  }
}
