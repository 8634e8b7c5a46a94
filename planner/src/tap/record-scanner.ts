// Finds TLS records in one direction of a TCP connection from their headers alone (RFC 8446 section 5.1), over reads
// that cut them anywhere. Keeps numbers, never bytes. Does not decrypt, time or merge anything.

/** Bytes of a record's header: type, version, length. */
export const recordHeaderBytes = 5;

/** RFC 5246 section 6.2.3: the longest body a record may have in any version of TLS. */
const longestRecordBody = 16_384 + 2_048;

const firstContentType = 20; // change_cipher_spec
const lastContentType = 24; // heartbeat

/** @param several whether the read that completed the record held bytes of another record too: its time is less exact. */
export type RecordListener = (type: number, length: number, several: boolean) => void;

/**
 * Incremental parser of TLS record headers. `push` calls the listener for each record at the read that completes it, with
 * the length of the record's body in bytes. At the first byte that cannot be TLS it gives up for good: `foreign` is true.
 */
export class RecordScanner {
  #foreign = false;
  #header = 0;
  #type = 0;
  #length = 0;
  #missing = 0;

  /** Whether the stream is no TLS; nothing is reported any more. */
  get foreign(): boolean {
    return this.#foreign;
  }

  /** Whether a record has begun and not ended. */
  get partial(): boolean {
    return this.#header > 0;
  }

  push(chunk: Uint8Array, listener: RecordListener): void {
    const end = chunk.length;
    let at = 0;
    let first = true;
    while (at < end && !this.#foreign) {
      if (this.#header < recordHeaderBytes) {
        this.#readHeaderByte(chunk[at] as number);
        at += 1;
        if (this.#header < recordHeaderBytes || this.#missing > 0) continue;
      }
      const step = Math.min(this.#missing, end - at);
      this.#missing -= step;
      at += step;
      if (this.#missing > 0) return;
      this.#header = 0;
      listener(this.#type, this.#length, !first || at < end);
      first = false;
    }
  }

  #readHeaderByte(byte: number): void {
    if (this.#header === 0) this.#type = byte;
    else if (this.#header === 3) this.#length = byte << 8;
    else if (this.#header === 4) this.#missing = this.#length |= byte;
    this.#foreign =
      (this.#header === 0 && (byte < firstContentType || byte > lastContentType)) ||
      (this.#header === 1 && byte !== 3) ||
      (this.#header === 4 && this.#length > longestRecordBody);
    this.#header += 1;
  }
}
