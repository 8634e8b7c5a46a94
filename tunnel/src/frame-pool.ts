// Buffers of frames that carry something. Idle tunnels hold none: their cover is one shared frame of zeros per size.
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

export class FramePool {
  readonly #free = new Map<number, Uint8Array[]>();
  readonly #cover = new Map<number, Uint8Array>();

  /** The cover frame of this size: a length and zeros. Never written to. */
  cover(size: number): Uint8Array {
    let frame = this.#cover.get(size);
    if (frame === undefined) {
      frame = new Uint8Array(size);
      new FrameWriter().begin(frame, size);
      this.#cover.set(size, frame);
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
    return this.#free.get(size)?.pop() ?? new Uint8Array(size);
  }

  #keep(buffer: Uint8Array, used: number): void {
    buffer.fill(0, 0, used);
    let free = this.#free.get(buffer.length);
    if (free === undefined) {
      free = [];
      this.#free.set(buffer.length, free);
    }
    if (free.length < KEPT_PER_SIZE) free.push(buffer);
  }
}
