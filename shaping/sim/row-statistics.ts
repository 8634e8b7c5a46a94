// Figures of one simulated row of period-clock.md section 6, gathered while it runs: how often an activity starts in a
// period, how long runs are, what goes over the wire.
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

/** Numbers of periods whose hits are kept: more than the longest run. */
const KEPT = 1024;

export class RowStatistics implements EndObserver {
  readonly #options: RowStatisticsOptions;
  readonly #fresh = new Batches();
  readonly #all = new Batches();
  readonly #length = new Batches();
  readonly #bytes = new Batches();
  readonly #share = new Batches();
  /** Whether an activity started in a period, by its number. */
  readonly #hits = new Uint8Array(KEPT);
  /** The period that each end runs; 0 while it is idle. */
  readonly #running: Record<Role, number> = { device: 0, cloud: 0 };
  readonly #lastRealMs: Record<Role, number> = { device: Number.NEGATIVE_INFINITY, cloud: Number.NEGATIVE_INFINITY };
  #runs = 0;
  #frames = 0;
  /** The run that is on or was last: its first number, when it began, whether it was fresh; the highest number so far. */
  #first = 0;
  #startMs = 0;
  #isFresh = false;
  #number = 0;
  /** End of the last period known. */
  #endMs = Number.NEGATIVE_INFINITY;

  constructor(options: RowStatisticsOptions) {
    this.#options = options;
  }

  get periods(): number {
    return this.#number;
  }

  /** An activity has begun. It starts in the period that its end runs. */
  arrival(role: Role, atMs: number, real: boolean): void {
    if (!real) return;
    this.#lastRealMs[role] = atMs;
    const number = this.#running[role];
    if (number > 0) this.#hits[number % KEPT] = 1;
  }

  frame(): void {
    this.#frames += 1;
  }

  transition({ role, shaper }: SimulatedEnd): void {
    const { running, clock } = shaper;
    this.#running[role] = running ? clock.running : 0;
    if (!running) return;
    if (clock.running > this.#number) {
      if (clock.inRun === 1) this.#openRun(clock.running, clock.startMs);
      this.#number = clock.running;
      this.#hits[this.#number % KEPT] = 0;
    }
    this.#endMs = Math.max(this.#endMs, clock.endMs);
    // The tick that opened the run is the one before its first slot; what arrived in the tick before that opened it.
    if (clock.led && clock.inRun === 1 && this.#lastRealMs[role] > clock.startMs - 2) {
      this.#hits[clock.running % KEPT] = 1;
    }
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

  /** Counts the run before. */
  #openRun(number: number, startMs: number): void {
    if (this.#first > 0) this.#countRun(number - this.#first, startMs - this.#startMs);
    this.#isFresh = startMs - this.#endMs > this.#options.freshAfterMs;
    this.#first = number;
    this.#startMs = startMs;
    this.#frames = 0;
  }

  #countRun(periods: number, cycleMs: number): void {
    let hits = 0;
    for (let number = this.#first; number < this.#first + periods; number += 1) {
      hits += this.#hits[number % KEPT] as number;
    }
    if (this.#isFresh) this.#fresh.add(this.#hits[this.#first % KEPT] as number, 1);
    this.#all.add(hits, periods);
    this.#length.add(periods, 1);
    this.#bytes.add(this.#frames * this.#options.wireBytes, cycleMs / 1000);
    this.#share.add(periods * this.#options.periodMs, cycleMs);
    this.#runs += 1;
    if (this.#runs % BATCH_RUNS !== 0) return;
    for (const batches of [this.#fresh, this.#all, this.#length, this.#bytes, this.#share]) batches.close();
  }
}
