// The waits of a device between connections, against the law of SPEC 5.1. Pure.
import type { Verdicts } from './verdicts.ts';

export interface BackoffLaw {
  /** Longest first wait, ms. */
  readonly minMs: number;
  /** Longest wait at all, ms. */
  readonly maxMs: number;
}

/** A tunnel that stood so long begins the count anew. */
export const provenMs = 30_000;
/** A wait that could be longer is worth a session that begins the count anew, ms. */
export const restAboveMs = 12_000;
/** For the time that a connection takes, and for a busy machine. */
const spareMs = 1000;
/** Among so many waits one is above a quarter of its bound: all below have a chance of 2 in 100,000. */
const leastWaits = 8;
const lowShare = 0.25;

export class DeviceWaits {
  readonly #law: BackoffLaw;
  readonly #shares: number[] = [];
  #failures = 0;

  constructor(law: BackoffLaw) {
    this.#law = law;
  }

  /** The longest wait that the device may take now, ms. */
  get boundMs(): number {
    return this.boundAfter(this.#failures);
  }

  boundAfter(failures: number): number {
    return Math.min(this.#law.maxMs, this.#law.minMs * 2 ** Math.max(0, failures - 1));
  }

  ended(stoodMs: number): void {
    this.#failures = stoodMs >= provenMs ? 1 : this.#failures + 1;
  }

  /** The device came back after so long. */
  came(verdicts: Verdicts, waitedMs: number): void {
    const { boundMs } = this;
    this.#shares.push(waitedMs / boundMs);
    const saw = `after ${this.#failures} failures it waited ${(waitedMs / 1000).toFixed(1)} s, the most is ${boundMs / 1000}`;
    verdicts.judge('wait-most', waitedMs <= boundMs + spareMs, saw);
    verdicts.judge('returns', true, '');
  }

  judge(verdicts: Verdicts): void {
    if (this.#shares.length < leastWaits) {
      verdicts.unseen('wait-drawn', `${this.#shares.length} waits, ${leastWaits} are needed`);
      return;
    }
    const most = Math.max(...this.#shares);
    const saw = `${this.#shares.length} waits, none above ${Math.ceil(100 * most)} % of what it could be`;
    verdicts.judge('wait-drawn', most >= lowShare, saw);
  }
}
