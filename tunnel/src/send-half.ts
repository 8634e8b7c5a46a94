// The sending half of a stream: what the program handed over and no frame has taken yet, under the peer's credit. Knows
// which bytes belong to an activity; knows no slots.
import type { FrameWriter } from '@quietwire/proto';
import { ActivityDetector } from './activity-detector.ts';

/** Type, length and identifier of a STREAM field. */
const FIELD_HEADER = 5;

/** What a fill put into the frame. */
export interface Filled {
  bytes: number;
  active: boolean;
}

export class SendHalf {
  readonly #detector: ActivityDetector;
  #chunks: Uint8Array[] = [];
  /** Whether the last chunk is a copy. */
  #isLastOwn = false;
  /** Bytes of the first chunk that frames have taken. */
  #taken = 0;
  #queued = 0;
  #sent = 0;
  #acknowledged = 0;
  #creditMax: number;
  /** Offset below which bytes belong to an activity. */
  #activeUpTo = 0;
  #finQueued = false;
  #finSent = false;

  /** @param window first credit in bytes. */
  constructor(window: number, quietBytes: number, windowMs: number) {
    this.#creditMax = window;
    this.#detector = new ActivityDetector(quietBytes, windowMs);
  }

  /** Bytes that wait for a frame. */
  get queued(): number {
    return this.#queued;
  }
  get sent(): number {
    return this.#sent;
  }
  get finSent(): boolean {
    return this.#finSent;
  }
  get finQueued(): boolean {
    return this.#finQueued;
  }
  /** Whether the peer's program has everything. */
  get delivered(): boolean {
    return this.#queued === 0 && this.#acknowledged === this.#sent && (this.#finSent || !this.#finQueued);
  }
  /** Whether something could leave in the next frame, given credit of the tunnel. */
  get sendable(): boolean {
    return (
      (this.#queued > 0 && this.#creditMax > this.#sent) || (this.#finQueued && !this.#finSent && this.#queued === 0)
    );
  }
  /** Whether payload of an activity is queued that the stream's credit lets leave. */
  get activeSendable(): boolean {
    return this.#queued > 0 && this.#activeUpTo > this.#sent && this.#creditMax > this.#sent;
  }

  /** @returns whether these bytes belong to an activity; what is queued before them then belongs to it too. */
  push(chunk: Uint8Array, nowMs: number): boolean {
    if (chunk.length === 0) return false;
    this.#chunks.push(chunk);
    this.#isLastOwn = false;
    this.#queued += chunk.length;
    if (!this.#detector.add(chunk.length, nowMs)) return false;
    this.#activeUpTo = this.#sent + this.#queued;
    return true;
  }

  finish(): void {
    this.#finQueued = true;
  }

  /** Copies what waits of the last chunk: its program may use that memory again. */
  keepLast(): void {
    const last = this.#chunks.length - 1;
    const chunk = this.#chunks[last];
    if (chunk === undefined || this.#isLastOwn) return;
    this.#chunks[last] = Buffer.from(last === 0 ? chunk.subarray(this.#taken) : chunk);
    if (last === 0) this.#taken = 0;
    this.#isLastOwn = true;
  }

  /** Drops what waits: after a reset in either direction. */
  drop(): void {
    this.#chunks = [];
    this.#taken = 0;
    this.#queued = 0;
  }

  /** @returns false if the offset goes back or is beyond what was sent (SPEC.md section 11). */
  acknowledge(offset: number): boolean {
    if (offset > this.#sent) return false;
    this.#acknowledged = Math.max(this.#acknowledged, offset);
    return true;
  }

  grant(max: number): void {
    this.#creditMax = Math.max(this.#creditMax, max);
  }

  /**
   * Moves as much as fits into the frame.
   * @param budget bytes of data that the tunnel's credit allows.
   * @param reserve bytes that stay free in the frame, the headers of all fields counted.
   * @param quietOnly nothing of an activity may leave, nor what waits behind it (SPEC.md section 8.3).
   */
  fill(id: number, writer: FrameWriter, budget: number, reserve: number, quietOnly: boolean, filled: Filled): void {
    let left = Math.min(budget, this.#creditMax - this.#sent);
    while (this.#queued > 0 && left > 0) {
      const room = writer.room - reserve - FIELD_HEADER;
      if (room <= 0) return;
      const chunk = this.#chunks[0] as Uint8Array;
      const active = this.#sent < this.#activeUpTo;
      if (active && quietOnly) return;
      let wanted = Math.min(chunk.length - this.#taken, left, room);
      if (active) wanted = Math.min(wanted, this.#activeUpTo - this.#sent);
      const fin = this.#finQueued && wanted === this.#queued;
      const taken = writer.stream(id, chunk, this.#taken, this.#taken + wanted, fin, active);
      if (taken === 0) return;
      this.#take(taken, chunk.length);
      left -= taken;
      filled.bytes += taken;
      if (active) filled.active = true;
      if (fin && taken === wanted) this.#finSent = true;
      if (taken < wanted) return;
    }
    if (this.#queued > 0 || !this.#finQueued || this.#finSent || writer.room - reserve < FIELD_HEADER) return;
    writer.stream(id, nothing, 0, 0, true, false);
    this.#finSent = true;
  }

  #take(bytes: number, chunkLength: number): void {
    this.#taken += bytes;
    this.#sent += bytes;
    this.#queued -= bytes;
    if (this.#taken < chunkLength) return;
    this.#chunks.shift();
    this.#taken = 0;
  }
}

const nothing = new Uint8Array(0);
