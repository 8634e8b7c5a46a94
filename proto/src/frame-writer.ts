// Fills one preallocated frame (SPEC 3 and 4). Knows bytes only: when a frame leaves and what it should carry is the
// tunnel's. Allocates nothing; every method that does not fit writes nothing.
import { fieldTypes, streamFlags } from './field-type.ts';
import { limits } from './limits.ts';

const frameHeader = 2;
const fieldHeader = 3;

export class FrameWriter {
  #buffer: Uint8Array = new Uint8Array(frameHeader);
  #size = frameHeader;
  #offset = frameHeader;

  /**
   * Starts a frame of `size` bytes (64 to 16,000) at the front of `buffer`. The buffer must be zeros beyond its first two
   * bytes: what is not written is padding.
   */
  begin(buffer: Uint8Array, size: number): void {
    if (size < limits.frameMin || size > limits.frameMax || size > buffer.length)
      throw new RangeError(`frame of ${size} bytes`);
    buffer[0] = size >>> 8;
    buffer[1] = size & 0xff;
    this.#buffer = buffer;
    this.#size = size;
    this.#offset = frameHeader;
  }

  /** Continues the same content as a frame of `size` bytes (at least what is written) in `buffer`, zeros as for `begin`. */
  extend(buffer: Uint8Array, size: number): void {
    const written = this.#offset;
    const from = this.#buffer;
    if (size < written) throw new RangeError(`${written} bytes do not fit a frame of ${size}`);
    this.begin(buffer, size);
    if (buffer !== from) for (let at = frameHeader; at < written; at++) buffer[at] = from[at] as number;
    this.#offset = written;
  }

  /** Bytes left, field headers included. */
  get room(): number {
    return this.#size - this.#offset;
  }

  /** Bytes written, the frame's length included; 2 in a frame that is still cover. */
  get offset(): number {
    return this.#offset;
  }

  /** OPEN: the device opens stream `id` to `service` (1 to 63 bytes of a-z 0-9 -). */
  open(id: number, service: string): boolean {
    if (!this.#header(fieldTypes.OPEN, 2 + service.length)) return false;
    this.#u16(id);
    for (let at = 0; at < service.length; at++) this.#buffer[this.#offset++] = service.charCodeAt(at);
    return true;
  }

  /** RESET: nothing further comes on stream `id`. */
  reset(id: number, code: number): boolean {
    if (!this.#header(fieldTypes.RESET, 4)) return false;
    this.#u16(id);
    this.#u16(code);
    return true;
  }

  /** STREAM_CREDIT: the peer may send stream `id` up to offset `max`. */
  streamCredit(id: number, max: number): boolean {
    return this.#idAndOffset(fieldTypes.STREAM_CREDIT, id, max);
  }

  /** TUNNEL_CREDIT: the peer may send `max` bytes of all streams together. */
  tunnelCredit(max: number): boolean {
    if (!this.#header(fieldTypes.TUNNEL_CREDIT, 6)) return false;
    this.#u48(max);
    return true;
  }

  /** ACK: stream `id` was handed to the application up to `offset`. */
  ack(id: number, offset: number): boolean {
    return this.#idAndOffset(fieldTypes.ACK, id, offset);
  }

  /** CONTROL: one sealed message. */
  control(sealed: Uint8Array): boolean {
    return this.field(fieldTypes.CONTROL, sealed);
  }

  /** Whether a STREAM field with no data would fit. */
  streamFits(): boolean {
    return this.room >= fieldHeader + 2;
  }

  /**
   * STREAM: as many bytes of `data` between `from` and `to` as fit; FIN is set only when all did.
   * @returns bytes taken. 0 when nothing fitted, and for a bare FIN, which needs `streamFits()` first.
   */
  stream(id: number, data: Uint8Array, from: number, to: number, fin: boolean, active: boolean): number {
    const left = this.room - fieldHeader - 2;
    const wanted = to - from;
    const taken = Math.min(wanted, left);
    const ends = fin && taken === wanted;
    if (taken < 0 || (taken === 0 && !ends)) return 0;
    this.#header(fieldTypes.STREAM | (ends ? streamFlags.FIN : 0) | (active ? streamFlags.ACTIVE : 0), 2 + taken);
    this.#u16(id);
    if (taken > 0) this.#bytes(taken === data.length ? data : data.subarray(from, from + taken));
    return taken;
  }

  /** A bootstrap message (types 0x20 to 0x24). */
  bootstrap(type: number, body: Uint8Array): boolean {
    return this.field(type, body);
  }

  /** A field of any type with its body as it is: for GREASE, and for types of extensions. */
  field(type: number, body: Uint8Array): boolean {
    if (!this.#header(type, body.length)) return false;
    this.#bytes(body);
    return true;
  }

  #header(type: number, length: number): boolean {
    const at = this.#offset;
    if (at + fieldHeader + length > this.#size) return false;
    this.#buffer[at] = type;
    this.#buffer[at + 1] = length >>> 8;
    this.#buffer[at + 2] = length & 0xff;
    this.#offset = at + fieldHeader;
    return true;
  }

  #idAndOffset(type: number, id: number, offset: number): boolean {
    if (!this.#header(type, 8)) return false;
    this.#u16(id);
    this.#u48(offset);
    return true;
  }

  #u16(value: number): void {
    this.#buffer[this.#offset++] = value >>> 8;
    this.#buffer[this.#offset++] = value & 0xff;
  }

  #u48(value: number): void {
    if (!(value >= 0 && value <= limits.offset)) throw new RangeError(`offset ${value}`);
    const low = value % 2 ** 32;
    this.#u16(Math.floor(value / 2 ** 32));
    this.#u16(low >>> 16);
    this.#u16(low & 0xffff);
  }

  #bytes(body: Uint8Array): void {
    this.#buffer.set(body, this.#offset);
    this.#offset += body.length;
  }
}
