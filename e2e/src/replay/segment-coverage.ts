// Tells how many bytes of a TCP segment are new, so that retransmissions count once, in whatever order segments come.

/** The stretch of one direction's sequence space that was seen so far. */
export class SegmentCoverage {
  #base: number | undefined;
  /** Sorted, disjoint stretches [from, to) seen so far, relative to the first byte of the direction. */
  readonly #seen: { from: number; to: number }[] = [];

  /** The number of bytes between the first and the last one that no segment brought. */
  get missingBytes(): number {
    let missing = 0;
    let end = 0;
    for (const { from, to } of this.#seen) {
      missing += from - end;
      end = to;
    }
    return missing;
  }

  /** Begins the direction: its first payload byte has the sequence number after the SYN's. */
  begin(synSequence: number): void {
    this.#base = (synSequence + 1) >>> 0;
    this.#seen.length = 0;
  }

  /** Adds a segment and returns how many of its bytes no earlier one had. Sequence numbers may wrap once. */
  add(sequence: number, bytes: number): number {
    if (bytes === 0) return 0;
    this.#base ??= sequence;
    const from = (sequence - this.#base) | 0;
    const to = from + bytes;
    let fresh = 0;
    let at = Math.max(from, 0); // a keep-alive probe repeats the byte before the next
    for (const stretch of this.#seen) {
      if (stretch.to <= at) continue;
      if (stretch.from >= to) break;
      fresh += Math.max(stretch.from - at, 0);
      at = stretch.to;
    }
    fresh += Math.max(to - at, 0);
    if (fresh > 0) this.#insert(Math.max(from, 0), to);
    return fresh;
  }

  #insert(from: number, to: number): void {
    const first = this.#seen.findIndex((stretch) => stretch.to >= from);
    if (first === -1) {
      this.#seen.push({ from, to });
      return;
    }
    let last = first;
    let joined = { from, to };
    for (; last < this.#seen.length; last++) {
      const stretch = this.#seen[last];
      if (!stretch || stretch.from > to) break;
      joined = { from: Math.min(joined.from, stretch.from), to: Math.max(joined.to, stretch.to) };
    }
    this.#seen.splice(first, last - first, joined);
  }
}
