// Figures of one simulated row of period-clock.md section 6, gathered while it runs: how often an activity starts in a
// period, how long runs are, what goes over the wire. Periods are taken from the end that led their run.
import type { Role } from '../src/index.ts';
import type { EndObserver, SimulatedEnd } from './simulated-end.ts';

/** A measured figure and its standard error. */
export interface Figure {
  readonly value: number;
  readonly error: number;
}

export interface RowFigures {
  readonly periods: number;
  readonly runs: number;
  /** Share of fresh runs in whose first period an activity starts. */
  readonly confidenceFresh: Figure;
  /** Share of all periods in which one starts. */
  readonly confidenceAll: Figure;
  /** Periods per run. */
  readonly runLength: Figure;
  readonly bytesPerSecond: Figure;
  /** Share of the time that periods take. */
  readonly shapedShare: Figure;
}

/** Runs per batch: standard errors come from the spread between batches. */
const BATCH_RUNS = 250;

class Batches {
  readonly #numerators: number[] = [];
  readonly #denominators: number[] = [];
  #numerator = 0;
  #denominator = 0;

  add(numerator: number, denominator: number): void {
    this.#numerator += numerator;
    this.#denominator += denominator;
  }

  close(): void {
    this.#numerators.push(this.#numerator);
    this.#denominators.push(this.#denominator);
    this.#numerator = 0;
    this.#denominator = 0;
  }

  /** The ratio of the sums; its standard error by the delta method over the closed batches. */
  ratio(): Figure {
    const total = (values: readonly number[]): number => values.reduce((sum, value) => sum + value, 0);
    const denominator = total(this.#denominators);
    const value = total(this.#numerators) / denominator;
    const squares = this.#numerators.map((numerator, at) => (numerator - value * (this.#denominators[at] ?? 0)) ** 2);
    return { value, error: Math.sqrt(total(squares)) / denominator };
  }
}

export interface RowStatisticsOptions {
  readonly periodMs: number;
  /** Bytes on the wire for each frame. */
  readonly wireBytes: number;
  /** A run is fresh when the one before ended longer than this before it. */
  readonly freshAfterMs: number;
}

export class RowStatistics implements EndObserver {
  readonly #options: RowStatisticsOptions;
  readonly #fresh = new Batches();
  readonly #all = new Batches();
  readonly #length = new Batches();
  readonly #bytes = new Batches();
  readonly #share = new Batches();
  #runs = 0;
  #frames = 0;
  #countedMs = 0;
  /** The run that is on or was last: its end, length so far, the leader, where its last counted period ends. */
  #leader: Role | undefined;
  #openedMs = 0;
  #number = 0;
  #periods = 0;
  #hits = 0;
  #hit = false;
  #firstHit = false;
  #isFresh = false;
  #endMs = Number.NEGATIVE_INFINITY;
  #realMs = Number.NEGATIVE_INFINITY;

  constructor(options: RowStatisticsOptions) {
    this.#options = options;
  }

  get periods(): number {
    return this.#number;
  }

  /** An activity has begun, at either end. */
  arrival(_role: Role, atMs: number, real: boolean): void {
    if (!real) return;
    this.#realMs = atMs;
    if (atMs < this.#endMs) this.#hit = true;
  }

  frame(): void {
    this.#frames += 1;
  }

  transition(end: SimulatedEnd): void {
    const { clock, running } = end.shaper;
    if (!running || (this.#leader !== undefined && clock.inRun > 1 && end.role !== this.#leader)) return;
    if (clock.running <= this.#number) return;
    this.#closePeriod();
    if (clock.inRun === 1) this.#openRun(end.role, clock.startMs);
    this.#number = clock.running;
    this.#periods += 1;
    this.#endMs = clock.endMs;
  }

  figures(): RowFigures {
    return {
      periods: this.#number,
      runs: this.#runs,
      confidenceFresh: this.#fresh.ratio(),
      confidenceAll: this.#all.ratio(),
      runLength: this.#length.ratio(),
      bytesPerSecond: this.#bytes.ratio(),
      shapedShare: this.#share.ratio(),
    };
  }

  #closePeriod(): void {
    if (this.#hit) this.#hits += 1;
    if (this.#periods === 1) this.#firstHit = this.#hit;
    this.#hit = false;
  }

  /** Counts the run before, which began before the first of this one's periods. */
  #openRun(leader: Role, startMs: number): void {
    const { periodMs, wireBytes, freshAfterMs } = this.#options;
    if (this.#periods > 0 && this.#leader !== undefined) {
      if (this.#isFresh) this.#fresh.add(this.#firstHit ? 1 : 0, 1);
      this.#all.add(this.#hits, this.#periods);
      this.#length.add(this.#periods, 1);
      this.#bytes.add(this.#frames * wireBytes, (startMs - this.#countedMs) / 1000);
      this.#share.add(this.#periods * periodMs, startMs - this.#countedMs);
      this.#runs += 1;
      if (this.#runs % BATCH_RUNS === 0) this.#closeBatches();
    }
    this.#isFresh = startMs - this.#endMs > freshAfterMs;
    this.#leader = leader;
    this.#openedMs = startMs;
    this.#countedMs = startMs;
    this.#frames = 0;
    this.#periods = 0;
    this.#hits = 0;
    // The tick that opened the run is the one before its first slot: what arrived by then, and not a tick before, opened it.
    this.#hit = this.#realMs > this.#openedMs - 2;
  }

  #closeBatches(): void {
    for (const batches of [this.#fresh, this.#all, this.#length, this.#bytes, this.#share]) batches.close();
  }
}
