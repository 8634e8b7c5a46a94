// One-way delays of a simulated network: a base with jitter, and stalls on a share of the frames. Knows no frames.
import { createSampler, type Random } from '../src/index.ts';

export interface DelayOptions {
  readonly baseMs: number;
  /** Normal: standard deviation. Uniform: largest distance from the base. */
  readonly jitterMs: number;
  readonly law?: 'normal' | 'uniform';
  /** Share of the frames before which the network stops for a while. */
  readonly stallRate?: number;
  /** Shortest and longest stall, in ms; uniform between. */
  readonly stallMs?: readonly [number, number];
}

/** Delays are drawn from a table of this many quantiles: a simulation draws one for every frame. */
const QUANTILES = 4096;
/** No delay falls below this share of the base. */
const SHORTEST_SHARE = 0.1;

export class Delay {
  readonly #random: Random;
  readonly #quantiles: Float64Array;
  readonly #stallRate: number;
  readonly #stallMs: readonly [number, number];

  constructor(
    { baseMs, jitterMs, law = 'normal', stallRate = 0, stallMs = [200, 3000] }: DelayOptions,
    random: Random,
  ) {
    this.#random = random;
    this.#stallRate = stallRate;
    this.#stallMs = stallMs;
    const sampler = createSampler(
      law === 'normal'
        ? { kind: 'normal', mean: baseMs, deviation: jitterMs, min: SHORTEST_SHARE * baseMs }
        : { kind: 'uniform', low: baseMs - jitterMs, high: baseMs + jitterMs, min: SHORTEST_SHARE * baseMs },
    );
    this.#quantiles = Float64Array.from({ length: QUANTILES }, (_, index) =>
      jitterMs === 0 ? baseMs : sampler.quantile((index + 0.5) / QUANTILES),
    );
  }

  /** The delay of one frame, in ms; stalls not included. */
  draw(): number {
    return this.#quantiles[Math.floor(this.#random.next() * QUANTILES)] as number;
  }

  /** How long the network stops before this frame, in ms: 0 for most. */
  drawStall(): number {
    if (this.#stallRate === 0 || this.#random.next() >= this.#stallRate) return 0;
    const [low, high] = this.#stallMs;
    return low + (high - low) * this.#random.next();
  }
}
