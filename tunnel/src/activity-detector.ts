// Decides from the data alone what is an activity: more than `quietBytes` in one direction of a stream within `windowMs`
// (invariant 9). It sees bytes when the program hands them over, so that slots cannot change its verdict.

export class ActivityDetector {
  readonly #quietBytes: number;
  readonly #windowMs: number;
  /** Times (ms) and sizes of what lies in the window, oldest first. */
  readonly #times: number[] = [];
  readonly #sizes: number[] = [];
  #sum = 0;

  constructor(quietBytes: number, windowMs: number) {
    this.#quietBytes = quietBytes;
    this.#windowMs = windowMs;
  }

  /** @returns whether the bytes that arrive now belong to an activity. */
  add(bytes: number, nowMs: number): boolean {
    let expired = 0;
    while (expired < this.#times.length && (this.#times[expired] ?? 0) <= nowMs - this.#windowMs) {
      this.#sum -= this.#sizes[expired] ?? 0;
      expired += 1;
    }
    if (expired > 0) {
      this.#times.splice(0, expired);
      this.#sizes.splice(0, expired);
    }
    this.#times.push(nowMs);
    this.#sizes.push(bytes);
    this.#sum += bytes;
    // What the newer entries exceed without it can change no later verdict: at most quietBytes + 1 entries stay.
    while (this.#sum - (this.#sizes[0] ?? 0) > this.#quietBytes) {
      this.#sum -= this.#sizes.shift() ?? 0;
      this.#times.shift();
    }
    return this.#sum > this.#quietBytes;
  }
}
