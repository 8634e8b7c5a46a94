// Virtual activities of one end (period-clock.md section 4): a Poisson process that runs on whatever the clock does, each
// with a demand drawn from the law of single real activities. Other cover models (ghosts) become further generators here.
import type { DurationLaw } from './formula/duration-law.ts';
import type { Random } from './random.ts';

/** Virtual activities of one end, in order of time. */
export interface CoverProcess {
  /** When the next virtual activity arrives, in ms; Infinity if none ever does. */
  readonly nextMs: number;
  /** Takes that activity: returns how long it holds demand open, in ms, and draws the one after it. */
  take(): number;
}

/**
 * Flat cover: exponential gaps at a constant rate (the per-period coin of Apthorpe et al. 2019 in continuous time).
 * The arrival times depend on `startMs`, the rate and the random source alone: never on runs or payload.
 */
export class PoissonCover implements CoverProcess {
  readonly #ratePerMs: number;
  readonly #law: Pick<DurationLaw, 'sample'>;
  readonly #random: Random;
  #nextMs: number;

  /** @param ratePerSecond virtual activities per second at this end, ≥ 0. */
  constructor(ratePerSecond: number, law: Pick<DurationLaw, 'sample'>, random: Random, startMs: number) {
    this.#ratePerMs = ratePerSecond / 1000;
    this.#law = law;
    this.#random = random;
    this.#nextMs = startMs + this.#gap();
  }

  get nextMs(): number {
    return this.#nextMs;
  }

  take(): number {
    this.#nextMs += this.#gap();
    return this.#law.sample(this.#random);
  }

  #gap(): number {
    return this.#ratePerMs > 0 ? -Math.log(1 - this.#random.next()) / this.#ratePerMs : Number.POSITIVE_INFINITY;
  }
}
