// Writes what the streams of a tunnel have into frames: credit, acknowledgements, opens, resets, payload (SPEC.md section 11). It
// knows no slots: it fills whatever frame it is given.
import type { FrameWriter } from '@quietwire/proto';
import type { OpenGate } from './open-gate.ts';
import type { SendCredit } from './send-credit.ts';
import type { Filled } from './send-half.ts';
import type { TunnelStream } from './stream.ts';
import type { TunnelWindow } from './tunnel-window.ts';

/** Smallest room worth a STREAM field with data: header, id, one byte. */
const STREAM_FIELD = 6;

export interface StreamFillerOptions {
  readonly streams: ReadonlyMap<number, TunnelStream>;
  readonly window: TunnelWindow;
  readonly opens: OpenGate;
  readonly credit: SendCredit;
  readonly now: () => number;
  readonly forget: (stream: TunnelStream) => void;
  readonly forgetIfDone: (stream: TunnelStream) => void;
}

export class StreamFiller {
  readonly #options: StreamFillerOptions;
  #turn = 0;
  /** Streams that the last frame took from, whose programs do not know it yet. */
  #drained: TunnelStream[] = [];

  constructor(options: StreamFillerOptions) {
    this.#options = options;
  }

  /**
   * Writes what is due, in this order: credit and acknowledgements, opens and resets, payload. Leaves `reserve` bytes.
   * `quietOnly` leaves out what belongs to an activity.
   */
  fill(writer: FrameWriter, reserve: number, quietOnly: boolean, filled: Filled): void {
    if (this.#options.window.creditDue && writer.room - reserve >= 9) writer.tunnelCredit(this.#options.window.renew());
    this.#options.opens.fill(writer, reserve);
    for (const stream of this.#options.streams.values()) this.#fillState(stream, writer, reserve);
    const streams = [...this.#options.streams.values()];
    // Another stream first in each filling, so that one with much to send does not keep the others waiting.
    this.#turn += 1;
    for (let i = 0; i < streams.length; i += 1) {
      if (writer.room - reserve < STREAM_FIELD) return;
      const stream = streams[(i + this.#turn) % streams.length] as TunnelStream;
      this.#fillPayload(stream, writer, reserve, quietOnly, filled);
    }
  }

  /** Whether a further frame would carry something. */
  get pending(): boolean {
    if (this.#options.window.creditDue || this.#options.opens.pending) return true;
    const credit = this.#options.credit.left > 0;
    for (const stream of this.#options.streams.values()) {
      const { sendHalf, receiveWindow } = stream;
      if (stream.openPending || stream.resetCode !== 0 || receiveWindow.ackDue || this.#creditOf(stream)) return true;
      if (sendHalf.sendable && (credit || sendHalf.queued === 0)) return true;
    }
    return false;
  }

  #fillState(stream: TunnelStream, writer: FrameWriter, reserve: number): void {
    const { id, receiveWindow } = stream;
    if (stream.openPending && writer.room - reserve >= 5 + stream.service.length) this.#fillOpen(stream, writer);
    if (stream.resetCode !== 0) {
      if (stream.openPending) this.#options.forget(stream);
      else if (writer.room - reserve >= 7 && writer.reset(id, stream.resetCode)) this.#options.forget(stream);
      return;
    }
    if (receiveWindow.ackDue && writer.room - reserve >= 11) {
      writer.ack(id, receiveWindow.consumed);
      receiveWindow.acknowledged(receiveWindow.consumed);
    }
    if (this.#creditOf(stream) && writer.room - reserve >= 11) writer.streamCredit(id, receiveWindow.renew());
    this.#options.forgetIfDone(stream);
  }

  #fillOpen(stream: TunnelStream, writer: FrameWriter): void {
    if (stream.resetCode !== 0 || !this.#options.opens.take(this.#options.now())) return;
    stream.openPending = !writer.open(stream.id, stream.service);
  }

  #fillPayload(stream: TunnelStream, writer: FrameWriter, reserve: number, quietOnly: boolean, filled: Filled): void {
    if (stream.openPending || stream.resetCode !== 0 || !stream.sendHalf.sendable) return;
    const { credit } = this.#options;
    const before = filled.bytes;
    stream.sendHalf.fill(stream.id, writer, credit.left, reserve, quietOnly, filled);
    credit.spend(filled.bytes - before);
    this.#drained.push(stream);
  }

  /** Lets programs hand over more; they may do anything then, so no frame is under way. */
  tellDrained(): void {
    if (this.#drained.length === 0) return;
    const drained = this.#drained;
    this.#drained = [];
    for (const stream of drained) stream.drained();
  }

  #creditOf(stream: TunnelStream): boolean {
    return stream.receiveWindow.creditDue && !stream.endReceived;
  }
}
