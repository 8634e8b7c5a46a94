// Buffers of frames that carry something. Idle tunnels hold none: their cover is one shared frame of zeros per size. What is
// kept for later is bounded: where sizes are drawn there are thousands, and each would stay for ever.
import { FrameWriter } from '@quietwire/proto';

/** A frame under preparation, and what the tunnel must know of it when it leaves. */
export interface PreparedFrame {
  buffer: Uint8Array;
  size: number;
  readonly writer: FrameWriter;
  /** It carries payload of an activity. */
  active: boolean;
  /** How long the Demand in it reaches from its slot, ms; 0 without one. */
  demandMs: number;
  /** Payload bytes in it. */
  payloadBytes: number;
}

/** Frames of one size that wait for use; more are left to the collector. */
const KEPT_PER_SIZE = 256;
/**
 * Bytes of free frames, and as many of cover frames, and sizes of each. When they are reached, all go to the collector and
 * keeping begins anew: a size in use is back after one frame, and nothing has to be noted at each use.
 */
const KEPT_BYTES = 4 * 1024 * 1024;
const KEPT_SIZES = 2048;

export class FramePool {
  readonly #free = new Map<number, Uint8Array[]>();
  readonly #cover = new Map<number, Uint8Array>();
  #freeBytes = 0;
  #coverBytes = 0;

  /** Bytes that are kept for later frames: at most twice `KEPT_BYTES`. */
  get keptBytes(): number {
    return this.#freeBytes + this.#coverBytes;
  }

  /** The cover frame of this size: a length and zeros. Never written to, nor used anew: a socket may still have to write it. */
  cover(size: number): Uint8Array {
    let frame = this.#cover.get(size);
    if (frame === undefined) {
      frame = new Uint8Array(size);
      new FrameWriter().begin(frame, size);
      if (this.#coverBytes + size > KEPT_BYTES || this.#cover.size >= KEPT_SIZES) {
        this.#cover.clear();
        this.#coverBytes = 0;
      }
      this.#cover.set(size, frame);
      this.#coverBytes += size;
    }
    return frame;
  }

  acquire(size: number): PreparedFrame {
    const buffer = this.#buffer(size);
    const writer = new FrameWriter();
    writer.begin(buffer, size);
    return { buffer, size, writer, active: false, demandMs: 0, payloadBytes: 0 };
  }

  /** Moves the frame's content to a larger frame; the old buffer returns to the pool. */
  extend(frame: PreparedFrame, size: number): void {
    const old = frame.buffer;
    const used = frame.writer.offset;
    frame.buffer = this.#buffer(size);
    frame.writer.extend(frame.buffer, size);
    this.#keep(old, used);
    frame.size = size;
  }

  /** Gives the buffer back; nothing may read it any more. */
  release(frame: PreparedFrame): void {
    this.#keep(frame.buffer, frame.writer.offset);
  }

  #buffer(size: number): Uint8Array {
    const kept = this.#free.get(size)?.pop();
    if (kept === undefined) return new Uint8Array(size);
    this.#freeBytes -= size;
    return kept;
  }

  #keep(buffer: Uint8Array, used: number): void {
    buffer.fill(0, 0, used);
    const size = buffer.length;
    let free = this.#free.get(size);
    if (free !== undefined && free.length >= KEPT_PER_SIZE) return;
    if (this.#freeBytes + size > KEPT_BYTES || (free === undefined && this.#free.size >= KEPT_SIZES)) {
      this.#free.clear();
      this.#freeBytes = 0;
      free = undefined;
    }
    if (free === undefined) {
      free = [];
      this.#free.set(size, free);
    }
    free.push(buffer);
    this.#freeBytes += size;
  }
}
