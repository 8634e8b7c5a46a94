// The bytes that all tunnels of a process may hold for their peers (limits.bytesTotal). A tunnel starts with a small
// window and asks for the rest when data flows, so idle tunnels cost nothing of it.

export class MemoryBudget {
  readonly #totalBytes: number;
  #reserved = 0;

  /** @param totalBytes most that may be reserved at a time. */
  constructor(totalBytes: number) {
    this.#totalBytes = totalBytes;
  }

  get reserved(): number {
    return this.#reserved;
  }

  /** Reserves `bytes` if they are there; otherwise nothing. */
  reserve(bytes: number): boolean {
    if (this.#reserved + bytes > this.#totalBytes) return false;
    this.#reserved += bytes;
    return true;
  }

  release(bytes: number): void {
    this.#reserved -= bytes;
  }
}
