// Turns what a FrameReader reports into the JSON form that the naive decoder and the vectors use.
import { FrameReader, type FrameReaderOptions, type FrameVisitor } from '../src/frame-reader.ts';
import type { Cuts } from './arbitrary-frames.ts';
import { hex, type NaiveField, type NaiveFrame, type NaiveResult } from './naive-decoder.ts';

const bootstrapNames = ['HELLO', 'CHALLENGE', 'PROOF', 'ACCEPT', 'REFUSE'] as const;

export class RecordingVisitor implements FrameVisitor {
  readonly frames: NaiveFrame[] = [];
  fields: NaiveField[] = [];

  cover(size: number): void {
    this.frames.push({ size, fields: [] });
  }
  frameStart(): void {
    this.fields = [];
  }
  frameEnd(size: number): void {
    this.frames.push({ size, fields: this.fields });
    this.fields = [];
  }
  open(stream: number, service: string): void {
    this.fields.push({ type: 'OPEN', stream, service });
  }
  reset(stream: number, code: number): void {
    this.fields.push({ type: 'RESET', stream, code });
  }
  streamCredit(stream: number, offset: number): void {
    this.fields.push({ type: 'STREAM_CREDIT', stream, offset });
  }
  tunnelCredit(offset: number): void {
    this.fields.push({ type: 'TUNNEL_CREDIT', offset });
  }
  ack(stream: number, offset: number): void {
    this.fields.push({ type: 'ACK', stream, offset });
  }
  control(sealed: Uint8Array): void {
    this.fields.push({ type: 'CONTROL', sealed: hex(sealed) });
  }
  stream(stream: number, data: Uint8Array, fin: boolean, active: boolean): void {
    this.fields.push({ type: 'STREAM', stream, data: hex(data), fin, active });
  }
  bootstrap(type: number, body: Uint8Array): void {
    const name = bootstrapNames[type - 0x20];
    if (name === undefined) throw new Error(`type ${type}`);
    this.frames.push({ size: 512, fields: [{ type: name, body: hex(body) }] });
  }
}

/** Reads `input` in the given pieces and reports as the naive decoder does. */
export function readInPieces(input: Uint8Array, options: FrameReaderOptions, cuts: Cuts): NaiveResult {
  const visitor = new RecordingVisitor();
  const reader = new FrameReader(visitor, options);
  const places = cuts === 'every byte' ? Array.from(input, (_, at) => at) : cuts.filter((cut) => cut <= input.length);
  const edges = [...places, input.length].sort((one, other) => one - other);
  let from = 0;
  try {
    for (const to of edges) {
      // A chunk is overwritten after the call, as a shared read buffer is.
      const chunk = Uint8Array.from(input.subarray(from, to));
      reader.push(chunk);
      chunk.fill(0xee);
      from = to;
    }
  } catch (error) {
    const { code } = error as { code?: string };
    if (code === undefined) throw error;
    return { frames: visitor.frames, error: code, partial: visitor.fields, rest: 0 };
  }
  const whole = visitor.frames.reduce((sum, { size }) => sum + size, 0);
  return { frames: visitor.frames, rest: input.length - whole };
}
