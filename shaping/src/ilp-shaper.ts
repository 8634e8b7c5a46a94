// ILP (Datta et al. 2018) at one end: slots for ever, with gaps and sizes drawn without looking at payload. No periods,
// no numbers, no cover process: each direction runs on its own clock (period-clock.md section 3).
import type { Sampler } from './distribution.ts';
import type { Random } from './random.ts';
import type { ControlIntent, Shaper } from './shaper.ts';

export interface IlpShaperOptions {
  /** Gaps between slots in ms, and frame sizes in bytes, of this direction. */
  readonly intervals: Sampler;
  readonly sizes: Sampler;
  /** The longest gap of the other direction, in ms. */
  readonly longestPeerGapMs: number;
  readonly random: Random;
  /** When the bootstrap exchange ended at this end, in ms. */
  readonly startMs: number;
}

export class IlpShaper implements Shaper {
  readonly #options: IlpShaperOptions;
  /** Deadline before rounding: rounding each gap would shift the mean rate. */
  #deadlineMs: number;
  #nextBytes: number;
  #lateSkips = 0;
  #slotMs = 0;
  readonly periods = 0;
  readonly periodsLed = 0;
  readonly inPeriod = true;
  readonly nextInPeriod = true;
  readonly running = true;

  constructor(options: IlpShaperOptions) {
    this.#options = options;
    this.#deadlineMs = Math.ceil(options.startMs) + options.intervals.sample(options.random);
    this.#nextBytes = this.#drawSize();
  }

  get nextMs(): number {
    return Math.ceil(this.#deadlineMs);
  }
  get nextSlotMs(): number {
    return this.#deadlineMs;
  }
  get nextBytes(): number {
    return this.#nextBytes;
  }
  get slotMs(): number {
    return this.#slotMs;
  }
  get lateSkips(): number {
    return this.#lateSkips;
  }
  get longestPeerGapMs(): number {
    return this.#options.longestPeerGapMs;
  }

  periodEndMs(atMs: number): number {
    return atMs;
  }

  advance(tickMs: number): number {
    if (tickMs < this.#deadlineMs) return 0;
    let size = this.#nextBytes;
    this.#slotMs = this.#deadlineMs;
    this.#next();
    while (this.#deadlineMs <= tickMs) {
      this.#lateSkips += 1;
      size = this.#nextBytes;
      this.#slotMs = this.#deadlineMs;
      this.#next();
    }
    return size;
  }

  // Demand changes nothing here: the schedule never ends and never quickens.
  activity(): void {}
  setPayloadQueued(): void {}
  startUnconditional(): void {}
  closing(): void {}
  receivePeriodStart(): void {}
  demand(): void {}
  takeControl(): ControlIntent | undefined {
    return undefined;
  }

  #next(): void {
    this.#deadlineMs += this.#options.intervals.sample(this.#options.random);
    this.#nextBytes = this.#drawSize();
  }

  #drawSize(): number {
    return Math.round(this.#options.sizes.sample(this.#options.random));
  }
}
