// The next frame of a tunnel, made ready before its slot: what it carries and in which order. When the slot comes, the
// frame is there and only needs to be written, whatever it carries (invariant 3).
import { type Control, type ControlSealer, fieldTypes, limits, streamFlags } from '@quietwire/proto';
import type { Shaper } from '@quietwire/shaping';
import type { FramePool, PreparedFrame } from './frame-pool.ts';
import type { Filled } from './send-half.ts';
import type { StreamFiller } from './stream-filler.ts';

/** A frame whose slot was skipped and turned out larger than the next slot's: its fields move on. */
interface HeldFrame {
  readonly frame: PreparedFrame;
  /** Sealed control fields that have not moved. */
  readonly controls: Uint8Array[];
  /** Where the other fields go on. */
  at: number;
}

export interface OutboxOptions {
  readonly pool: FramePool;
  readonly sealer: ControlSealer;
  readonly shaper: Shaper;
  readonly streams: StreamFiller;
  /** Version of the parameters that PeriodStart names. */
  readonly version: number;
  /** Bytes that payload leaves free in a frame of `size`, so that what the schedule has to say waits for no payload. */
  readonly controlRoom: (size: number) => number;
}

export class Outbox {
  readonly #options: OutboxOptions;
  readonly #controls: Control[] = [];
  readonly #filled: Filled = { bytes: 0, active: false };
  #held: HeldFrame[] = [];
  #next: PreparedFrame | undefined;
  /** Written, but perhaps still referenced by the socket until the next write. */
  #written: PreparedFrame | undefined;
  /** Written before that: its buffer goes back when the next frame is prepared, not between a slot and its write. */
  #spent: PreparedFrame | undefined;

  constructor(options: OutboxOptions) {
    this.#options = options;
  }

  /** Whether payload of an activity, or Demand of a virtual one, lies in a frame that has not left. */
  get holdsActivity(): boolean {
    const holds = (frame: PreparedFrame | undefined): boolean => frame?.active === true || (frame?.demandMs ?? 0) > 0;
    return (
      holds(this.#next) ||
      this.#held.some(({ frame }) => holds(frame)) ||
      this.#controls.some(({ demand }) => demand !== undefined)
    );
  }

  queueControl(control: Control): void {
    this.#controls.push(control);
  }

  /**
   * Makes the next frame ready, or adds to it what has appeared since.
   * @param only 'control' if what streams have waits for the frame after it.
   */
  prepare(only?: 'control'): void {
    const { shaper, streams, controlRoom } = this.#options;
    if (this.#spent !== undefined) this.#options.pool.release(this.#spent);
    this.#spent = undefined;
    this.#fitToSlot(shaper.nextBytes);
    this.#takeIntents();
    if (this.#held.length === 0 && this.#controls.length === 0 && !streams.pending) return;
    const next = this.#next ?? this.#options.pool.acquire(shaper.nextBytes);
    this.#next = next;
    this.#moveHeldControls(next);
    this.#writeControls(next);
    if (this.#moveHeld(next) && only === undefined) {
      this.#filled.bytes = 0;
      this.#filled.active = false;
      streams.fill(next.writer, controlRoom(next.size), !shaper.nextInPeriod, this.#filled);
      next.payloadBytes += this.#filled.bytes;
      if (this.#filled.active) next.active = true;
    }
    if (next.writer.offset > 2) return;
    this.#options.pool.release(next);
    this.#next = undefined;
  }

  /** The frame that leaves in a slot of `size` bytes: undefined means cover. It must be written at once. */
  take(size: number): PreparedFrame | undefined {
    // At most one is spent: every write is followed by a preparation.
    if (this.#written !== undefined) this.#spent = this.#written;
    this.#written = undefined;
    const next = this.#next;
    if (next === undefined || next.size > size) return undefined;
    // Prepared for a period whose slots were skipped: an activity leaves in periods only (SPEC.md section 8.3).
    if (next.active && !this.#options.shaper.inPeriod) return undefined;
    if (next.size < size) this.#options.pool.extend(next, size);
    this.#next = undefined;
    this.#written = next;
    return next;
  }

  /** Gives all buffers back. */
  clear(): void {
    for (const frame of [this.#spent, this.#written, this.#next, ...this.#held.map((held) => held.frame)]) {
      if (frame !== undefined) this.#options.pool.release(frame);
    }
    this.#spent = undefined;
    this.#written = undefined;
    this.#next = undefined;
    this.#held = [];
  }

  #fitToSlot(size: number): void {
    const next = this.#next;
    if (next === undefined || next.size === size) return;
    if (next.size < size) {
      this.#options.pool.extend(next, size);
      return;
    }
    this.#held.unshift(hold(next));
    this.#next = undefined;
  }

  /**
   * Puts what the clock has to say before a GOAWAY that waits: the first frame of a run names its period whatever else is
   * to be said. PeriodStart and Demand share one sealed field.
   */
  #takeIntents(): void {
    const { shaper, version } = this.#options;
    for (let intent = shaper.takeControl(); intent !== undefined; intent = shaper.takeControl()) {
      const goaway = this.#controls.findIndex((control) => control.goaway !== undefined);
      const end = goaway === -1 ? this.#controls.length : goaway;
      const last = this.#controls[end - 1];
      const open: Control = {};
      if (intent.kind === 'periodStart') open.periodStart = { ...intent.start, version };
      else open.demand = { remainingMs: Math.max(0, Math.round(intent.untilMs - shaper.nextSlotMs)) };
      if (last !== undefined && last.demand === undefined && open.demand !== undefined) last.demand = open.demand;
      else this.#controls.splice(end, 0, open);
    }
  }

  #writeControls(frame: PreparedFrame): void {
    // Sealed fields are numbered by their order: none may overtake one that is held.
    if (this.#held.some((held) => held.controls.length > 0)) return;
    for (;;) {
      const control = this.#controls[0];
      if (control === undefined || frame.writer.room < limits.controlRoom) return;
      this.#controls.shift();
      frame.writer.control(this.#options.sealer.seal(control));
      frame.demandMs = Math.max(frame.demandMs, control.demand?.remainingMs ?? 0);
    }
  }

  /** Control fields of held frames leave first, in order, so that no payload keeps one back. */
  #moveHeldControls(into: PreparedFrame): void {
    for (const { controls, frame } of this.#held) {
      for (let sealed = controls[0]; sealed !== undefined; sealed = controls[0]) {
        if (!into.writer.control(sealed)) return;
        controls.shift();
      }
      into.demandMs = Math.max(into.demandMs, frame.demandMs);
      frame.demandMs = 0;
    }
  }

  /** Moves fields of held frames, in order, as far as they fit. @returns whether nothing is left. */
  #moveHeld(into: PreparedFrame): boolean {
    for (let held = this.#held[0]; held !== undefined; held = this.#held[0]) {
      if (held.controls.length > 0 || !moveFields(held, into, this.#options.controlRoom(into.size))) return false;
      into.active ||= held.frame.active;
      into.payloadBytes += held.frame.payloadBytes;
      this.#options.pool.release(held.frame);
      this.#held.shift();
    }
    return true;
  }
}

/** A frame that is too large for the next slot, taken apart. */
function hold(frame: PreparedFrame): HeldFrame {
  const { buffer, writer } = frame;
  const controls: Uint8Array[] = [];
  for (let at = 2; at < writer.offset; at += 3 + fieldLength(buffer, at)) {
    if (buffer[at] === fieldTypes.CONTROL) controls.push(buffer.slice(at + 3, at + 3 + fieldLength(buffer, at)));
  }
  return { frame, controls, at: 2 };
}

function fieldLength(buffer: Uint8Array, at: number): number {
  return ((buffer[at + 1] as number) << 8) | (buffer[at + 2] as number);
}

/**
 * Copies fields other than CONTROL one by one, leaving the room that is kept for control; a STREAM field may be cut in two.
 * @returns whether all have moved.
 */
function moveFields(held: HeldFrame, { writer }: PreparedFrame, controlRoom: number): boolean {
  const { buffer, writer: source } = held.frame;
  while (held.at < source.offset) {
    const type = buffer[held.at] as number;
    const length = fieldLength(buffer, held.at);
    const body = held.at + 3;
    const room = writer.room - controlRoom;
    if (type !== fieldTypes.CONTROL && room < 3 + length) {
      if ((type & 0xfc) !== fieldTypes.STREAM || room < 6) return false;
      const id = ((buffer[body] as number) << 8) | (buffer[body + 1] as number);
      const taken = room - 5;
      writer.stream(id, buffer, body + 2, body + 2 + taken, false, (type & streamFlags.ACTIVE) !== 0);
      // What is left becomes a field of its own, its header written over bytes that have moved.
      held.at += taken;
      buffer[held.at] = type;
      buffer[held.at + 1] = (length - taken) >>> 8;
      buffer[held.at + 2] = (length - taken) & 0xff;
      buffer[held.at + 3] = id >>> 8;
      buffer[held.at + 4] = id & 0xff;
      return false;
    }
    if (type !== fieldTypes.CONTROL) writer.field(type, buffer.subarray(body, body + length));
    held.at = body + length;
  }
  return true;
}
