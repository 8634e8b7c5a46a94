// frames.json and the stream part of errors.json (SPEC 18).
import { buildFrame, fromHex, type RawField, toHex, type VectorField } from './frame-builder.ts';
import { counted } from './samples.ts';

interface FrameVector {
  name: string;
  mode: 'bootstrap' | 'session';
  maxFrame: number;
  hex: string;
  frames: { size: number; fields: VectorField[] }[];
}

interface StreamError {
  name: string;
  mode: 'bootstrap' | 'session';
  maxFrame: number;
  hex: string;
  error: string;
}

const deadbeef: VectorField = { type: 'STREAM', stream: 1, data: 'deadbeef', fin: false, active: true };
const open: VectorField = { type: 'OPEN', stream: 1, service: 'mqtt' };

export function frameVectors(): FrameVector[] {
  const one = (name: string, size: number, ...fields: (VectorField | RawField)[]): FrameVector => ({
    name,
    mode: 'session',
    maxFrame: 1024,
    hex: toHex(buildFrame(size, fields)),
    frames: [{ size, fields: fields.filter((field): field is VectorField => typeof field.type === 'string') }],
  });
  const stream = (data: Uint8Array, fin: boolean, active: boolean): VectorField => ({
    type: 'STREAM',
    stream: 0x0102,
    data: toHex(data),
    fin,
    active,
  });
  const covers = [64, 128, 512, 1024].map((size) => one(`cover of ${size}`, size));
  return [
    ...covers,
    one('open with data', 64, open, deadbeef),
    one('open with the longest name', 128, { type: 'OPEN', stream: 65535, service: 'a-0'.repeat(21) }),
    one('reset', 64, { type: 'RESET', stream: 258, code: 3 }),
    one('stream credit', 64, { type: 'STREAM_CREDIT', stream: 1, offset: 65536 }),
    one('largest stream credit', 64, { type: 'STREAM_CREDIT', stream: 1, offset: 2 ** 48 - 1 }),
    one('tunnel credit', 64, { type: 'TUNNEL_CREDIT', offset: 0x0102030405 }),
    one('ack', 64, { type: 'ACK', stream: 1, offset: 4_294_967_296 }),
    one('control', 64, { type: 'CONTROL', sealed: toHex(counted(0xc0, 41)) }),
    one('data', 64, stream(counted(1, 5), false, false)),
    one('data that ends the stream', 64, stream(counted(1, 5), true, false)),
    one('data of an activity that ends the stream', 64, stream(counted(1, 5), true, true)),
    one('end of a stream without data', 64, stream(counted(0, 0), true, false)),
    one('data that fills the frame', 64, stream(counted(1, 57), false, true)),
    one('data that leaves one byte', 64, stream(counted(1, 56), false, true)),
    one('data that leaves two bytes', 64, stream(counted(1, 55), false, true)),
    one('data that leaves room for one header', 64, stream(counted(1, 54), false, true)),
    one(
      'everything at once',
      256,
      { type: 'CONTROL', sealed: toHex(counted(0xc0, 44)) },
      { type: 'TUNNEL_CREDIT', offset: 20480 },
      { type: 'ACK', stream: 2, offset: 9 },
      { type: 'STREAM_CREDIT', stream: 2, offset: 65545 },
      { type: 'OPEN', stream: 3, service: 'http' },
      { type: 'STREAM', stream: 3, data: toHex(counted(0x30, 64)), fin: false, active: true },
      { type: 'RESET', stream: 1, code: 1 },
      { type: 'STREAM', stream: 2, data: '', fin: true, active: false },
    ),
    one('unknown fields that are skipped', 64, { type: 0x80, body: '' }, deadbeef, { type: 0xff, body: '010203' }),
    one('grease before and after data', 64, { type: 0x8a, body: 'aa' }, deadbeef, { type: 0xfa, body: '' }),
    one('grease alone', 64, { type: 0xca, body: '00' }),
    one('grease in the last three bytes', 64, stream(counted(1, 54), false, false), { type: 0x9a, body: '' }),
    { ...one('padding that is not zeros', 64, deadbeef), hex: dirtyPadding() },
    { ...one('two last bytes that are not zeros', 64, filled(55)), hex: dirtyEnd(55, 0x07, 0xff) },
    { ...one('a last byte that is not zero', 64, filled(56)), hex: dirtyEnd(56, 0x24) },
    {
      name: 'three frames of different sizes',
      mode: 'session',
      maxFrame: 1024,
      hex: [buildFrame(64, []), buildFrame(128, [open]), buildFrame(65, [])].map(toHex).join(''),
      frames: [
        { size: 64, fields: [] },
        { size: 128, fields: [open] },
        { size: 65, fields: [] },
      ],
    },
  ];
}

export function streamErrors(): StreamError[] {
  const session = (name: string, hex: string, error: string, maxFrame = 1024): StreamError => ({
    name,
    mode: 'session',
    maxFrame,
    hex,
    error,
  });
  const bootstrap = (name: string, hex: string, error: string): StreamError => ({
    name,
    mode: 'bootstrap',
    maxFrame: 512,
    hex,
    error,
  });
  const framed = (type: number, body: string): string => toHex(buildFrame(128, [{ type, body }]));
  const proof: VectorField = { type: 'PROOF', body: '0a00' };
  return [
    session('length 0', '0000', 'FRAME_LENGTH'),
    session('length 63', '003f', 'FRAME_LENGTH'),
    session('length above max_frame', '0401', 'FRAME_LENGTH'),
    session('length above 16000', '3e81', 'FRAME_LENGTH', 16_000),
    session('TLS instead of frames', '160301020001', 'FRAME_LENGTH'),
    session('good frame, then length 1', `${toHex(buildFrame(64, []))}0001`, 'FRAME_LENGTH'),
    session('field beyond its frame', overrun(0x10, 60), 'FIELD_OVERRUN'),
    session('field beyond its frame, skippable', overrun(0x8a, 0xffff), 'FIELD_OVERRUN'),
    session('second field beyond its frame', `${overrunSecond()}`, 'FIELD_OVERRUN'),
    session('OPEN without a name', framed(0x01, '0001'), 'FIELD_LENGTH'),
    session('OPEN with a name of 64', framed(0x01, `0001${'61'.repeat(64)}`), 'FIELD_LENGTH'),
    session('OPEN with a capital', framed(0x01, '00014d717474'), 'SERVICE_NAME'),
    session('OPEN with a slash', framed(0x01, '00012e2e2f'), 'SERVICE_NAME'),
    session('RESET of 3', framed(0x02, '000100'), 'FIELD_LENGTH'),
    session('STREAM_CREDIT of 7', framed(0x03, '00010000000000'), 'FIELD_LENGTH'),
    session('TUNNEL_CREDIT of 7', framed(0x04, '00010000000000'), 'FIELD_LENGTH'),
    session('ACK of 9', framed(0x05, '000100000000000000'), 'FIELD_LENGTH'),
    session('CONTROL of 15', framed(0x06, '00'.repeat(15)), 'FIELD_LENGTH'),
    session('STREAM of 1', framed(0x10, '00'), 'FIELD_LENGTH'),
    session('unknown type 0x07', framed(0x07, ''), 'UNKNOWN_FIELD'),
    session('unknown type 0x14', framed(0x14, '0001'), 'UNKNOWN_FIELD'),
    session('unknown type in the last three bytes', dirtyEnd(54, 0x07, 0, 0), 'UNKNOWN_FIELD'),
    session('one byte too many in the last three', dirtyEnd(54, 0x8a, 0, 1), 'FIELD_OVERRUN'),
    session('unknown type 0x7f', framed(0x7f, ''), 'UNKNOWN_FIELD'),
    session('HELLO in a session', framed(0x20, ''), 'FIELD_NOT_ALLOWED'),
    session('REFUSE in a session', framed(0x24, '0801'), 'FIELD_NOT_ALLOWED'),
    bootstrap('length 64', '0040', 'FRAME_LENGTH'),
    bootstrap('length 511', '01ff', 'FRAME_LENGTH'),
    bootstrap('length 513', '0201', 'FRAME_LENGTH'),
    bootstrap('cover', toHex(buildFrame(512, [])), 'FIELD_NOT_ALLOWED'),
    bootstrap('data', toHex(buildFrame(512, [deadbeef])), 'FIELD_NOT_ALLOWED'),
    bootstrap('data after a message', toHex(buildFrame(512, [proof, deadbeef])), 'FIELD_NOT_ALLOWED'),
    bootstrap('two messages', toHex(buildFrame(512, [proof, proof])), 'FIELD_NOT_ALLOWED'),
    bootstrap('unknown type', toHex(buildFrame(512, [{ type: 0x25, body: '' }])), 'UNKNOWN_FIELD'),
  ];
}

/** A STREAM field that leaves 57 − `length` bytes of a frame of 64. */
function filled(length: number): VectorField {
  return { type: 'STREAM', stream: 1, data: toHex(counted(1, length)), fin: false, active: false };
}

function dirtyEnd(length: number, ...end: number[]): string {
  const frame = buildFrame(64, [filled(length)]);
  frame.set(end, 64 - end.length);
  return toHex(frame);
}

function dirtyPadding(): string {
  const frame = buildFrame(64, [deadbeef]);
  frame.fill(0x5a, 12);
  frame[11] = 0;
  return toHex(frame);
}

/** A frame of 64 whose one field says that it has `length` bytes. */
function overrun(type: number, length: number): string {
  const frame = new Uint8Array(64);
  frame.set([0, 64, type, length >>> 8, length & 0xff]);
  return toHex(frame);
}

function overrunSecond(): string {
  const frame = fromHex(toHex(buildFrame(64, [deadbeef])));
  frame.set([0x10, 0, 51], 11);
  return toHex(frame);
}
