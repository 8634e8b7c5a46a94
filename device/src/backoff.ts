// How long to wait before the next connection: full jitter under a ceiling that doubles, so that devices that were lost
// together do not come back together. Nothing of what the device does enters here (invariant 11).
import type { Random } from '@quietwire/shaping';

export interface BackoffOptions {
  /** Ceiling of the first wait, ms. */
  readonly minMs: number;
  /** Ceiling that the doubling ends at, ms. */
  readonly maxMs: number;
}

export const defaultBackoff: BackoffOptions = { minMs: 1000, maxMs: 300_000 };

export class Backoff {
  readonly #options: BackoffOptions;
  readonly #random: Random;
  #ceilingMs: number;

  constructor(options: BackoffOptions, random: Random) {
    this.#options = options;
    this.#random = random;
    this.#ceilingMs = options.minMs;
  }

  /** The next wait in ms, uniform from 0 to the ceiling. */
  next(): number {
    const delayMs = this.#random.next() * this.#ceilingMs;
    this.#ceilingMs = Math.min(2 * this.#ceilingMs, this.#options.maxMs);
    return delayMs;
  }

  /** To be called when a connection proved good. */
  reset(): void {
    this.#ceilingMs = this.#options.minMs;
  }
}
