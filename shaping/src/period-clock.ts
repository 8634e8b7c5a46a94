// The period clock of one end (period-clock.md section 3, SPEC.md section 9): which period runs, when the next one
// starts, and what the peer must be told. Pure: every call carries its time. It never learns why demand opened, and it
// does not know slots, frames or bytes.
import { ShapingError } from './errors.ts';

/** Times in ms, on the tick grid: all of them integers. */
export interface PeriodClockOptions {
  /** T, length of a period. */
  readonly periodMs: number;
  /** G, how long before the end of a period the next one is announced. */
  readonly leadMs: number;
  /** g, rest after a run before an end may start another. */
  readonly restMs: number;
  /** f, from reading a PeriodStart to the follower's first slot. */
  readonly followerOffsetMs: number;
  /** M, longest run in periods, a power of two. */
  readonly longestRun: number;
  /** Lengths that a run may have: 1, 2, 4 … M, or (only in simulations that repeat published figures) any up to M. */
  readonly runLengths?: 'powersOfTwo' | 'any';
}

/** What a PeriodStart says: the period's number on this connection (from 1) and its position in the run (from 1). */
export interface PeriodStart {
  readonly number: number;
  readonly position: number;
}

/** How far the known number may be ahead of the running one before the connection is given up (SPEC.md section 9). */
export const MAX_PERIODS_AHEAD = 8;

const isPowerOfTwo = (n: number): boolean => (n & (n - 1)) === 0;

export class PeriodClock {
  readonly #options: PeriodClockOptions;
  /** Largest position announced for each number; numbers below `running` are forgotten. */
  readonly #positions = new Map<number, number>();
  #known = 0;
  #running = 0;
  #idle = true;
  #led = false;
  #inRun = 0;
  #startMs = 0;
  #restUntilMs = Number.NEGATIVE_INFINITY;
  #demandUntilMs = Number.NEGATIVE_INFINITY;
  /** First tick at which the present demand may start a run: a tick that comes late knows of bytes after its time. */
  #demandFromMs = Number.NEGATIVE_INFINITY;
  #decided = false;
  #announcing = false;
  /** Sendable payload of an activity is queued: demand stays open whatever the time (section 2). */
  payloadQueued = false;
  /** A run that must start whatever the demand: after connecting, for a drain, for new parameters. */
  #unconditional = false;
  /** The tunnel closes: the last period that this end may announce. Demand begins and prolongs nothing any more. */
  #lastPeriod: number | undefined;

  constructor(options: PeriodClockOptions) {
    this.#options = options;
  }

  get idle(): boolean {
    return this.#idle;
  }
  /** k: the highest number known. */
  get known(): number {
    return this.#known;
  }
  /** r: the number that this direction runs or ran last. */
  get running(): number {
    return this.#running;
  }
  /** Position of the running period in its run, from 1. */
  get inRun(): number {
    return this.#inRun;
  }
  /** Whether this end began the first period of the present or last run by itself. */
  get led(): boolean {
    return this.#led;
  }
  /** Start of the running period: its first slot's deadline. */
  get startMs(): number {
    return this.#startMs;
  }
  get endMs(): number {
    return this.#startMs + this.#options.periodMs;
  }
  get restUntilMs(): number {
    return this.#restUntilMs;
  }
  get demandUntilMs(): number {
    return this.#demandUntilMs;
  }

  demandOpen(nowMs: number): boolean {
    return this.payloadQueued || nowMs < this.#demandUntilMs;
  }

  /**
   * Holds demand open until `untilMs` at least: for payload and for virtual activities alike. What happened at `atMs` starts
   * no run in a tick before it, however late that tick comes; nor before `fromMs`, if no demand was open.
   */
  openDemand(untilMs: number, atMs = Number.NEGATIVE_INFINITY, fromMs = atMs): void {
    const fromTick = Math.ceil(fromMs);
    if (!this.demandOpen(atMs) || fromTick < this.#demandFromMs) this.#demandFromMs = fromTick;
    if (untilMs > this.#demandUntilMs) this.#demandUntilMs = untilMs;
  }

  /** Asks for a run of the shortest length. A run that is on will do, unless its last slot has passed (`slotsOver`). */
  startUnconditional(slotsOver = false): void {
    if (this.#idle || slotsOver) this.#unconditional = true;
  }

  /**
   * A GOAWAY was sent or read: from now on runs go on to period `last`, whatever the demand, and no further. Without it the
   * closing would show whether demand was open. When both ends close, the later end counts.
   */
  closeAfter(last: number): void {
    this.#lastPeriod = Math.max(this.#lastPeriod ?? 0, last);
  }

  /** Earliest time at which `advance` has something to do; Infinity when only an outside event can bring it. */
  nextMs(nowMs: number): number {
    if (!this.#idle) return this.#decided ? this.endMs : this.endMs - this.#options.leadMs;
    const earliestMs = Math.max(this.#restUntilMs, Math.ceil(nowMs));
    if (this.#unconditional) return earliestMs;
    if (this.#lastPeriod !== undefined) return Number.POSITIVE_INFINITY;
    if (!this.demandOpen(Math.max(nowMs, this.#restUntilMs))) return Number.POSITIVE_INFINITY;
    return Math.max(earliestMs, this.#demandFromMs);
  }

  /**
   * Carries out the one transition that is due at `atMs`, if any: start of a run, announcement, boundary.
   * Call in order, until `nextMs` lies behind the tick; `nowMs` says how late it is.
   */
  advance(atMs: number, nowMs = atMs): void {
    if (this.#idle) {
      if (atMs >= this.#restUntilMs && (this.#unconditional || this.#demandStarts(atMs))) this.#startRun(atMs);
    } else if (!this.#decided && atMs >= this.endMs - this.#options.leadMs) this.#decide(nowMs);
    else if (atMs >= this.endMs) this.#cross();
  }

  /**
   * The peer's PeriodStart was read.
   * @throws ShapingError PERIOD_NUMBER if the number skips one, PERIODS_AHEAD if the peer runs away.
   */
  receive(message: PeriodStart, nowMs: number): void {
    const { number, position } = message;
    if (number > this.#known + 1 || number < 1) {
      throw new ShapingError('PERIOD_NUMBER', `period ${number} announced, allowed at most ${this.#known + 1}`);
    }
    // Not 2 M or so: after stalls two correct ends can carry each other beyond M. A run cannot be older than the numbers.
    if (position < 1 || position > number) {
      throw new ShapingError('PERIOD_NUMBER', `position ${position}, allowed 1…${number}`);
    }
    if (number >= this.#running) this.#raisePosition(number, position);
    if (number === this.#running && !this.#idle) this.#inRun = Math.max(this.#inRun, position);
    if (number !== this.#known + 1) return;
    this.#known = number;
    if (this.#idle) {
      this.#led = false;
      this.#begin(number, Math.ceil(nowMs + this.#options.followerOffsetMs), this.#positions.get(number) ?? 1);
    } else if (this.#known - this.#running > MAX_PERIODS_AHEAD) {
      throw new ShapingError(
        'PERIODS_AHEAD',
        `${this.#known - this.#running} periods ahead, allowed ${MAX_PERIODS_AHEAD}`,
      );
    }
  }

  /** What the first frame of period `number` (the running one or the next known) must say. */
  describe(number: number): PeriodStart {
    if (number === this.#running) return { number, position: this.#inRun };
    return { number, position: Math.max(this.#inRun + 1, this.#positions.get(number) ?? 0) };
  }

  /** The announcement that the next slot must carry, once. */
  takeAnnouncement(): PeriodStart | undefined {
    if (!this.#announcing) return undefined;
    this.#announcing = false;
    return this.#known > this.#running ? this.describe(this.#known) : undefined;
  }
  get announcing(): boolean {
    return this.#announcing;
  }

  #demandStarts(atMs: number): boolean {
    return this.#lastPeriod === undefined && atMs >= this.#demandFromMs && this.demandOpen(atMs);
  }

  #startRun(atMs: number): void {
    this.#led = true;
    this.#known += 1;
    this.#begin(this.#known, atMs + 1, 1);
  }

  #begin(number: number, startMs: number, position: number): void {
    this.#idle = false;
    this.#unconditional = false;
    this.#running = number;
    this.#inRun = Math.max(1, position);
    this.#startMs = startMs;
    this.#decided = false;
    for (const known of this.#positions.keys()) if (known < number) this.#positions.delete(known);
  }

  #decide(nowMs: number): void {
    this.#decided = true;
    // The process stood still past the boundary: a number begun now might pass without a slot that says it.
    if (this.#known !== this.#running || nowMs >= this.endMs || !this.#goesOn()) return;
    this.#known = this.#running + 1;
    this.#raisePosition(this.#known, this.#inRun + 1);
    this.#announcing = true;
  }

  #goesOn(): boolean {
    if (this.#lastPeriod !== undefined) return this.#running < this.#lastPeriod;
    if (this.#inRun >= this.#options.longestRun) return false;
    const mayEnd = this.#options.runLengths === 'any' || isPowerOfTwo(this.#inRun);
    return !mayEnd || this.demandOpen(this.endMs - this.#options.leadMs);
  }

  #cross(): void {
    const endMs = this.endMs;
    this.#announcing = false;
    if (this.#known > this.#running) {
      const next = this.#running + 1;
      this.#begin(next, endMs, Math.max(this.#inRun + 1, this.#positions.get(next) ?? 0));
      return;
    }
    this.#idle = true;
    this.#restUntilMs = endMs + this.#options.restMs + (this.#led ? 0 : this.#options.leadMs);
  }

  #raisePosition(number: number, position: number): void {
    this.#positions.set(number, Math.max(this.#positions.get(number) ?? 0, position));
  }
}
