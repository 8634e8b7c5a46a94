// A planted fault, for the checks that must find it: cover whose runs are prolonged by a coin that each end throws for
// itself at the boundary, instead of demand that both ends hold.
import type { CoverProcess, Random, StpShaper } from '../src/index.ts';

/** Demand that just reaches the decision. */
const spanMs = 0.75;

export class BoundaryCover implements CoverProcess {
  readonly #inner: CoverProcess;
  readonly #shaper: () => StpShaper | undefined;
  readonly #chance: number;
  readonly #random: Random;
  #drawnFor = 0;
  #coinMs = Number.POSITIVE_INFINITY;

  /** @param share of the runs that shall be longer than one period, by the coins of both ends together. */
  constructor(inner: CoverProcess, shaper: () => StpShaper | undefined, share: number, random: Random) {
    this.#inner = inner;
    this.#shaper = shaper;
    this.#chance = 1 - Math.sqrt(1 - share);
    this.#random = random;
  }

  get nextMs(): number {
    const clock = this.#shaper()?.clock;
    if (clock !== undefined && !clock.idle && this.#drawnFor !== clock.running) {
      this.#drawnFor = clock.running;
      const won = this.#random.next() < this.#chance;
      // The decision is one tick before the end.
      this.#coinMs = won ? clock.endMs - 1 - spanMs / 2 : Number.POSITIVE_INFINITY;
    }
    return Math.min(this.#inner.nextMs, this.#coinMs);
  }

  take(): number {
    if (this.#inner.nextMs <= this.#coinMs) return this.#inner.take();
    this.#coinMs = Number.POSITIVE_INFINITY;
    return spanMs;
  }
}
