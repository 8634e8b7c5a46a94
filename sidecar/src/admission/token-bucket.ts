/** A rate limit: tokens come at a constant rate up to a burst. Pure: time is an argument. */

export class TokenBucket {
  readonly #perMs: number;
  readonly #burst: number;
  #tokens: number;
  #atMs: number;

  /** @param burst most tokens that can be saved up, at least 1; the bucket starts full. */
  constructor(perSecond: number, burst: number, nowMs: number) {
    this.#perMs = perSecond / 1000;
    this.#burst = burst;
    this.#tokens = burst;
    this.#atMs = nowMs;
  }

  /** Takes a token if there is one. */
  take(nowMs: number): boolean {
    this.#refill(nowMs);
    // A timer that was set for the moment of a whole token must find one, whatever the rounding.
    if (this.#tokens < 1 - 1e-9) return false;
    this.#tokens -= 1;
    return true;
  }

  /** ms until the next token; 0 if there is one. */
  waitMs(nowMs: number): number {
    this.#refill(nowMs);
    return Math.max(0, (1 - this.#tokens) / this.#perMs);
  }

  /** Whether the bucket is full, as after a long rest: then it need not be kept. */
  isFull(nowMs: number): boolean {
    this.#refill(nowMs);
    return this.#tokens >= this.#burst;
  }

  #refill(nowMs: number): void {
    this.#tokens = Math.min(this.#burst, this.#tokens + Math.max(0, nowMs - this.#atMs) * this.#perMs);
    this.#atMs = nowMs;
  }
}
