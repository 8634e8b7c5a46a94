// Builds frames from the JSON form of their fields, for vectors and tests: the JSON beside the bytes is then the input,
// not what a decoder made of them.
import { fieldTypes, streamFlags } from '../../src/field-type.ts';
import { FrameWriter } from '../../src/frame-writer.ts';

export type VectorField =
  | { type: 'OPEN'; stream: number; service: string }
  | { type: 'RESET'; stream: number; code: number }
  | { type: 'STREAM_CREDIT'; stream: number; offset: number }
  | { type: 'TUNNEL_CREDIT'; offset: number }
  | { type: 'ACK'; stream: number; offset: number }
  | { type: 'CONTROL'; sealed: string }
  | { type: 'STREAM'; stream: number; data: string; fin: boolean; active: boolean }
  | { type: 'HELLO' | 'CHALLENGE' | 'PROOF' | 'ACCEPT' | 'REFUSE'; body: string };

/** A field that receivers skip, or must refuse. */
export interface RawField {
  type: number;
  body: string;
}

/** @throws Error when a field does not fit. */
export function buildFrame(size: number, fields: readonly (VectorField | RawField)[]): Uint8Array {
  const frame = new Uint8Array(size);
  const writer = new FrameWriter();
  writer.begin(frame, size);
  for (const field of fields) {
    if (!writeField(writer, field)) throw new Error(`${field.type} does not fit a frame of ${size}`);
  }
  return frame;
}

export function toHex(bytes: Uint8Array): string {
  return Buffer.from(bytes).toString('hex');
}

export function fromHex(hex: string): Uint8Array {
  return Uint8Array.from(Buffer.from(hex, 'hex'));
}

function writeField(writer: FrameWriter, field: VectorField | RawField): boolean {
  switch (field.type) {
    case 'OPEN':
      return writer.open(field.stream, field.service);
    case 'RESET':
      return writer.reset(field.stream, field.code);
    case 'STREAM_CREDIT':
      return writer.streamCredit(field.stream, field.offset);
    case 'TUNNEL_CREDIT':
      return writer.tunnelCredit(field.offset);
    case 'ACK':
      return writer.ack(field.stream, field.offset);
    case 'CONTROL':
      return writer.control(fromHex(field.sealed));
    case 'STREAM': {
      const data = fromHex(field.data);
      if (data.length > 0 || field.fin) {
        const fits = writer.room >= 5 + data.length;
        return fits && writer.stream(field.stream, data, 0, data.length, field.fin, field.active) === data.length;
      }
      const type = fieldTypes.STREAM | (field.active ? streamFlags.ACTIVE : 0);
      return writer.field(type, Uint8Array.of(field.stream >>> 8, field.stream & 0xff));
    }
    case 'HELLO':
    case 'CHALLENGE':
    case 'PROOF':
    case 'ACCEPT':
    case 'REFUSE':
      return writer.bootstrap(fieldTypes[field.type], fromHex(field.body));
    default:
      return writer.field(field.type, fromHex(field.body));
  }
}
