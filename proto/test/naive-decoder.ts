// A second decoder of frames, written from SPEC.md sections 3 to 5 alone: slow, obvious, whole input at once. It shares no
// code with src/. Tests hold the fast one against it.

export type NaiveField =
  | { type: 'OPEN'; stream: number; service: string }
  | { type: 'RESET'; stream: number; code: number }
  | { type: 'STREAM_CREDIT'; stream: number; offset: number }
  | { type: 'TUNNEL_CREDIT'; offset: number }
  | { type: 'ACK'; stream: number; offset: number }
  | { type: 'CONTROL'; sealed: string }
  | { type: 'STREAM'; stream: number; data: string; fin: boolean; active: boolean }
  | { type: 'HELLO' | 'CHALLENGE' | 'PROOF' | 'ACCEPT' | 'REFUSE'; body: string };

export interface NaiveFrame {
  size: number;
  /** Without those that were skipped. */
  fields: NaiveField[];
}

export interface NaiveResult {
  frames: NaiveFrame[];
  /** Code of the fault that ended reading. Fields that came before it in its frame are in `partial`. */
  error?: string;
  partial?: NaiveField[];
  /** Bytes of an unfinished frame at the end. */
  rest: number;
}

class Fault extends Error {}

const bootstrapNames = ['HELLO', 'CHALLENGE', 'PROOF', 'ACCEPT', 'REFUSE'] as const;

/** Reads frames from a whole input. */
export function naiveDecode(input: Uint8Array, mode: 'bootstrap' | 'session', maxFrame: number): NaiveResult {
  const result: NaiveResult = { frames: [], rest: 0 };
  let left = [...input];
  while (left.length >= 2) {
    const size = number(left.slice(0, 2));
    const legal = mode === 'bootstrap' ? size === 512 : size >= 64 && size <= maxFrame;
    if (!legal) return { ...result, error: 'FRAME_LENGTH', partial: [] };
    if (left.length < size) break;
    const fields: NaiveField[] = [];
    try {
      readFields(left.slice(2, size), mode, fields);
    } catch (error) {
      if (!(error instanceof Fault)) throw error;
      return { ...result, error: error.message, partial: mode === 'session' ? fields : [] };
    }
    result.frames.push({ size, fields });
    left = left.slice(size);
  }
  return { ...result, rest: left.length };
}

function readFields(content: number[], mode: 'bootstrap' | 'session', fields: NaiveField[]): void {
  let left = content;
  let messages = 0;
  while (left.length >= 3) {
    const type = left[0] ?? 0;
    if (type === 0) break;
    const length = number(left.slice(1, 3));
    if (left.length < 3 + length) throw new Fault('FIELD_OVERRUN');
    const body = left.slice(3, 3 + length);
    left = left.slice(3 + length);

    const isSession = (type >= 1 && type <= 6) || (type >= 0x10 && type <= 0x13);
    const isBootstrap = type >= 0x20 && type <= 0x24;
    if (!isSession && !isBootstrap) {
      if (type >= 128) continue;
      throw new Fault('UNKNOWN_FIELD');
    }
    if (isBootstrap !== (mode === 'bootstrap')) throw new Fault('FIELD_NOT_ALLOWED');
    if (isBootstrap) {
      messages += 1;
      if (messages > 1) throw new Fault('FIELD_NOT_ALLOWED');
      const name = bootstrapNames[type - 0x20];
      if (name !== undefined) fields.push({ type: name, body: hex(body) });
    } else {
      fields.push(sessionField(type, body));
    }
  }
  if (mode === 'bootstrap' && messages === 0) throw new Fault('FIELD_NOT_ALLOWED');
}

function sessionField(type: number, body: number[]): NaiveField {
  const check = (fits: boolean): void => {
    if (!fits) throw new Fault('FIELD_LENGTH');
  };
  const stream = number(body.slice(0, 2));
  const offset = number(body.slice(2, 8));
  switch (type) {
    case 1: {
      check(body.length >= 3 && body.length <= 65);
      const service = body
        .slice(2)
        .map((byte) => String.fromCharCode(byte))
        .join('');
      if (!/^[a-z0-9-]+$/.test(service)) throw new Fault('SERVICE_NAME');
      return { type: 'OPEN', stream, service };
    }
    case 2:
      check(body.length === 4);
      return { type: 'RESET', stream, code: number(body.slice(2)) };
    case 3:
      check(body.length === 8);
      return { type: 'STREAM_CREDIT', stream, offset };
    case 4:
      check(body.length === 6);
      return { type: 'TUNNEL_CREDIT', offset: number(body) };
    case 5:
      check(body.length === 8);
      return { type: 'ACK', stream, offset };
    case 6:
      check(body.length >= 16);
      return { type: 'CONTROL', sealed: hex(body) };
    default: {
      check(body.length >= 2);
      const flags = type - 0x10;
      return { type: 'STREAM', stream, data: hex(body.slice(2)), fin: flags % 2 === 1, active: flags >= 2 };
    }
  }
}

function number(bytes: number[]): number {
  let value = 0n;
  for (const byte of bytes) value = value * 256n + BigInt(byte);
  return Number(value);
}

export function hex(bytes: Iterable<number>): string {
  return [...bytes].map((byte) => byte.toString(16).padStart(2, '0')).join('');
}
