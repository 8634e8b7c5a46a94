// What `quietwire decode` prints of a frame: fields as plain objects with bytes in hex. Owns names, not the wire.

import {
  type ControlOpener,
  decodeAccept,
  decodeChallenge,
  decodeHello,
  decodeProof,
  decodeRefuse,
  type FrameVisitor,
  fieldTypes,
  refuseReason,
} from '@quietwire/proto';

/** A field as printed: its type by name, then its content. */
export type FieldReport = { readonly type: string } & Readonly<Record<string, unknown>>;

export interface FrameReport {
  /** Number of the frame, from 0, and its first byte in the input. */
  readonly frame: number;
  readonly offset: number;
  /** Bytes, length and padding included. */
  readonly size: number;
  /** Empty in a cover frame. */
  readonly fields: readonly FieldReport[];
}

/** Collects the fields of one frame at a time. Bootstrap bodies and, given an opener, control fields are decoded. */
export class FieldCollector implements FrameVisitor {
  fields: FieldReport[] = [];
  readonly #opener: ControlOpener | undefined;
  readonly #onFrame: () => void;
  readonly #streamOffsets = new Map<number, number>();

  constructor(opener: ControlOpener | undefined, onFrame: () => void) {
    this.#opener = opener;
    this.#onFrame = onFrame;
  }

  cover(): void {
    this.#onFrame();
  }

  frameEnd(): void {
    this.#onFrame();
  }

  open(id: number, service: string): void {
    this.fields.push({ type: 'OPEN', id, service });
  }

  reset(id: number, code: number): void {
    this.fields.push({ type: 'RESET', id, code });
  }

  streamCredit(id: number, max: number): void {
    this.fields.push({ type: 'STREAM_CREDIT', id, max });
  }

  tunnelCredit(max: number): void {
    this.fields.push({ type: 'TUNNEL_CREDIT', max });
  }

  ack(id: number, offset: number): void {
    this.fields.push({ type: 'ACK', id, offset });
  }

  control(sealed: Uint8Array): void {
    this.fields.push({ type: 'CONTROL', bytes: sealed.length, ...this.#opened(sealed) });
  }

  stream(id: number, data: Uint8Array, fin: boolean, active: boolean): void {
    const offset = this.#streamOffsets.get(id) ?? 0;
    this.#streamOffsets.set(id, offset + data.length);
    this.fields.push({ type: 'STREAM', id, offset, bytes: data.length, fin, active, data: hex(data) });
  }

  bootstrap(type: number, body: Uint8Array): void {
    this.fields.push(this.#bootstrapField(type, body));
    this.#onFrame();
  }

  #bootstrapField(type: number, body: Uint8Array): FieldReport {
    switch (type) {
      case fieldTypes.HELLO:
        return { type: 'HELLO', ...plain(decodeHello(body)) };
      case fieldTypes.CHALLENGE:
        return { type: 'CHALLENGE', ...plain(decodeChallenge(body)) };
      case fieldTypes.PROOF:
        return { type: 'PROOF', ...plain(decodeProof(body)) };
      case fieldTypes.ACCEPT: {
        const { mac, sealed } = decodeAccept(body);
        return { type: 'ACCEPT', mac: hex(mac), bytes: sealed.length, ...this.#opened(sealed) };
      }
      default: {
        const { code, text } = decodeRefuse(body);
        return { type: 'REFUSE', code, reason: refuseReason(code), text };
      }
    }
  }

  /** Opened in the order of arrival, as the counter of the seal demands; what is not opened is shown as it is. */
  #opened(sealed: Uint8Array): Record<string, unknown> {
    if (!this.#opener) return { sealed: hex(sealed) };
    const control = this.#opener.open(sealed);
    return control ? { control: plain(control) } : { fragment: 'the last one shows the message' };
  }
}

function hex(bytes: Uint8Array): string {
  return Buffer.from(bytes).toString('hex');
}

/** The same with all bytes in hex. */
function plain<Value extends object>(value: Value): Record<string, unknown> {
  return Object.fromEntries(Object.entries(value).map(([name, part]) => [name, plainPart(part)]));
}

function plainPart(part: unknown): unknown {
  if (part instanceof Uint8Array) return hex(part);
  if (Array.isArray(part)) return part.map(plainPart);
  return typeof part === 'object' && part !== null ? plain(part) : part;
}
