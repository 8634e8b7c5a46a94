// Cuts a byte stream into frames and frames into fields (SPEC 3 and 4), incrementally and capped. Decides nothing about
// streams, credit or keys. A cover frame costs one look and no allocation; a frame that lies whole in a chunk is not copied.
import { ProtoError, type ProtoErrorCode } from './errors.ts';
import { fieldTypes, skippableBit, streamFlags } from './field-type.ts';
import { limits } from './limits.ts';

/** Receives what frames hold, in their order. Arrays are views that are valid only during the call. */
export interface FrameVisitor {
  /** A frame without fields. No other method is called for it. */
  cover(size: number): void;
  frameStart?(size: number): void;
  frameEnd?(size: number): void;
  open(id: number, service: string): void;
  reset(id: number, code: number): void;
  streamCredit(id: number, max: number): void;
  tunnelCredit(max: number): void;
  ack(id: number, offset: number): void;
  control(sealed: Uint8Array): void;
  stream(id: number, data: Uint8Array, fin: boolean, active: boolean): void;
  bootstrap(type: number, body: Uint8Array): void;
}

export interface FrameReaderOptions {
  /** Largest legal frame, bytes. Ignored during the bootstrap, where every frame has 512. */
  maxFrame: number;
  /** True until the bootstrap is over: frames of 512 bytes, each with one bootstrap field (SPEC 5.1). */
  bootstrap?: boolean;
}

const noBytes = new Uint8Array(0);

export class FrameReader {
  readonly #visitor: FrameVisitor;
  #bootstrap: boolean;
  #minFrame: number;
  #maxFrame: number;
  /** A partial frame: its buffer once its length is known, and how many bytes of it are here. */
  #partial = noBytes;
  #held = 0;
  #firstByte = 0;
  #stopped = false;
  /** Bytes of the present chunk behind the frame that is visited. */
  #behind = 0;
  #failure: ProtoError | undefined;

  constructor(visitor: FrameVisitor, options: FrameReaderOptions) {
    this.#visitor = visitor;
    this.#bootstrap = options.bootstrap ?? false;
    this.#minFrame = this.#bootstrap ? limits.bootstrapFrame : limits.frameMin;
    this.#maxFrame = this.#bootstrap ? limits.bootstrapFrame : options.maxFrame;
  }

  /** Whether no partial frame is held. */
  get atBoundary(): boolean {
    return this.#held === 0;
  }

  /** Bytes of memory held for a partial frame: at most the largest legal frame. */
  get heldBytes(): number {
    return this.#partial.length;
  }

  /** For a visitor: bytes that came in the same chunk, behind the frame that it visits. */
  get behind(): number {
    return this.#behind;
  }

  /** Sets the largest legal frame, bytes, from the next frame on. */
  setMaxFrame(size: number): void {
    this.#maxFrame = size;
  }

  /** Ends the bootstrap: from the next frame on sizes are 64 to `maxFrame` and bootstrap fields are an error. */
  enterSession(maxFrame: number): void {
    this.#bootstrap = false;
    this.#minFrame = limits.frameMin;
    this.#maxFrame = maxFrame;
  }

  /** Called by a visitor: `push` returns after the present frame and leaves the rest of the chunk to the caller. */
  stop(): void {
    this.#stopped = true;
  }

  /**
   * Reads a chunk of any length. Not to be called from a visitor of the same reader.
   * @returns bytes consumed: all of them, unless a visitor called `stop`.
   * @throws ProtoError FRAME_LENGTH, FIELD_OVERRUN, FIELD_LENGTH, UNKNOWN_FIELD, FIELD_NOT_ALLOWED, SERVICE_NAME; again on
   * every later call.
   */
  push(chunk: Uint8Array): number {
    if (this.#failure !== undefined) throw this.#failure;
    this.#stopped = false;
    const end = chunk.length;
    let at = this.#held === 0 ? 0 : this.#fill(chunk);
    while (end - at >= 2 && !this.#stopped) {
      const size = ((chunk[at] as number) << 8) | (chunk[at + 1] as number);
      if (size < this.#minFrame || size > this.#maxFrame) this.#fail('FRAME_LENGTH', `${size} bytes`);
      if (size > end - at) break;
      this.#behind = end - at - size;
      this.#frame(chunk, at, size);
      at += size;
    }
    if (this.#stopped || at === end) return at;
    return this.#hold(chunk, at);
  }

  /** Keeps the beginning of a frame whose rest is yet to come. */
  #hold(chunk: Uint8Array, from: number): number {
    const held = chunk.length - from;
    this.#held = held;
    this.#firstByte = chunk[from] as number;
    if (held >= 2) {
      this.#partial = new Uint8Array((this.#firstByte << 8) | (chunk[from + 1] as number));
      this.#partial.set(chunk.subarray(from));
    }
    return chunk.length;
  }

  /** Completes the partial frame as far as the chunk goes; returns the bytes used. */
  #fill(chunk: Uint8Array): number {
    if (chunk.length === 0) return 0;
    let at = 0;
    if (this.#held === 1) {
      const size = (this.#firstByte << 8) | (chunk[0] as number);
      if (size < this.#minFrame || size > this.#maxFrame) this.#fail('FRAME_LENGTH', `${size} bytes`);
      this.#partial = new Uint8Array(size);
      this.#partial[0] = this.#firstByte;
      this.#partial[1] = chunk[0] as number;
      this.#held = 2;
      at = 1;
    }
    const partial = this.#partial;
    const used = Math.min(chunk.length - at, partial.length - this.#held);
    partial.set(chunk.subarray(at, at + used), this.#held);
    this.#held += used;
    if (this.#held === partial.length) {
      this.#partial = noBytes;
      this.#held = 0;
      this.#behind = chunk.length - at - used;
      this.#frame(partial, 0, partial.length);
    }
    return at + used;
  }

  #frame(bytes: Uint8Array, start: number, size: number): void {
    let at = start + 2;
    if (this.#bootstrap) {
      this.#bootstrapFrame(bytes, at, start + size);
      return;
    }
    const visitor = this.#visitor;
    if (bytes[at] === fieldTypes.PADDING) {
      visitor.cover(size);
      return;
    }
    const end = start + size;
    visitor.frameStart?.(size);
    while (end - at >= 3 && !this.#stopped) {
      const type = bytes[at] as number;
      if (type === fieldTypes.PADDING) break;
      const body = at + 3;
      at = this.#fieldEnd(bytes, at, end);
      this.#field(bytes, type, body, at);
    }
    visitor.frameEnd?.(size);
  }

  /** A frame of the bootstrap: exactly one bootstrap field, besides fields that may be skipped. */
  #bootstrapFrame(bytes: Uint8Array, from: number, end: number): void {
    let found = -1;
    let foundEnd = 0;
    let at = from;
    while (end - at >= 3 && bytes[at] !== fieldTypes.PADDING) {
      const type = bytes[at] as number;
      const next = this.#fieldEnd(bytes, at, end);
      const isBootstrap = type >= fieldTypes.HELLO && type <= fieldTypes.REFUSE;
      if (isBootstrap && found < 0) {
        found = at;
        foundEnd = next;
      } else if (isBootstrap || isKnown(type)) {
        this.#fail('FIELD_NOT_ALLOWED', `type 0x${type.toString(16)} during the bootstrap`);
      } else if ((type & skippableBit) === 0) {
        this.#fail('UNKNOWN_FIELD', `type 0x${type.toString(16)}`);
      }
      at = next;
    }
    if (found < 0) this.#fail('FIELD_NOT_ALLOWED', 'a frame of the bootstrap without a bootstrap message');
    this.#visitor.bootstrap(bytes[found] as number, bytes.subarray(found + 3, foundEnd));
  }

  #fieldEnd(bytes: Uint8Array, at: number, end: number): number {
    const next = at + 3 + (((bytes[at + 1] as number) << 8) | (bytes[at + 2] as number));
    if (next > end) this.#fail('FIELD_OVERRUN', `type 0x${(bytes[at] as number).toString(16)}`);
    return next;
  }

  #field(bytes: Uint8Array, type: number, body: number, end: number): void {
    const visitor = this.#visitor;
    const length = end - body;
    switch (type) {
      case fieldTypes.STREAM:
      case fieldTypes.STREAM | streamFlags.FIN:
      case fieldTypes.STREAM | streamFlags.ACTIVE:
      case fieldTypes.STREAM | streamFlags.FIN | streamFlags.ACTIVE:
        if (length < 2) this.#fail('FIELD_LENGTH', `STREAM of ${length} bytes`);
        visitor.stream(
          u16(bytes, body),
          bytes.subarray(body + 2, end),
          (type & streamFlags.FIN) !== 0,
          (type & streamFlags.ACTIVE) !== 0,
        );
        return;
      case fieldTypes.CONTROL:
        if (length < limits.sealTag) this.#fail('FIELD_LENGTH', `CONTROL of ${length} bytes`);
        visitor.control(bytes.subarray(body, end));
        return;
      case fieldTypes.ACK:
        this.#exactly(length, 8, 'ACK');
        visitor.ack(u16(bytes, body), u48(bytes, body + 2));
        return;
      case fieldTypes.STREAM_CREDIT:
        this.#exactly(length, 8, 'STREAM_CREDIT');
        visitor.streamCredit(u16(bytes, body), u48(bytes, body + 2));
        return;
      case fieldTypes.TUNNEL_CREDIT:
        this.#exactly(length, 6, 'TUNNEL_CREDIT');
        visitor.tunnelCredit(u48(bytes, body));
        return;
      case fieldTypes.RESET:
        this.#exactly(length, 4, 'RESET');
        visitor.reset(u16(bytes, body), u16(bytes, body + 2));
        return;
      case fieldTypes.OPEN:
        if (length < 3 || length > 2 + limits.serviceName) this.#fail('FIELD_LENGTH', `OPEN of ${length} bytes`);
        visitor.open(u16(bytes, body), this.#serviceName(bytes, body + 2, end));
        return;
    }
    if (type >= fieldTypes.HELLO && type <= fieldTypes.REFUSE) {
      this.#fail('FIELD_NOT_ALLOWED', `type 0x${type.toString(16)} after the bootstrap`);
    }
    if ((type & skippableBit) === 0) this.#fail('UNKNOWN_FIELD', `type 0x${type.toString(16)}`);
  }

  #exactly(length: number, expected: number, name: string): void {
    if (length !== expected) this.#fail('FIELD_LENGTH', `${name} of ${length} bytes`);
  }

  #serviceName(bytes: Uint8Array, from: number, to: number): string {
    let name = '';
    for (let at = from; at < to; at++) {
      const byte = bytes[at] as number;
      const legal = (byte >= 0x61 && byte <= 0x7a) || (byte >= 0x30 && byte <= 0x39) || byte === 0x2d;
      if (!legal) this.#fail('SERVICE_NAME', `byte 0x${byte.toString(16)}`);
      name += String.fromCharCode(byte);
    }
    return name;
  }

  #fail(code: ProtoErrorCode, detail: string): never {
    this.#failure = new ProtoError(code, detail);
    this.#partial = noBytes;
    throw this.#failure;
  }
}

function isKnown(type: number): boolean {
  return (type >= fieldTypes.OPEN && type <= fieldTypes.CONTROL) || (type & 0xfc) === fieldTypes.STREAM;
}

function u16(bytes: Uint8Array, at: number): number {
  return ((bytes[at] as number) << 8) | (bytes[at + 1] as number);
}

function u48(bytes: Uint8Array, at: number): number {
  return u16(bytes, at) * 2 ** 32 + u16(bytes, at + 2) * 2 ** 16 + u16(bytes, at + 4);
}
