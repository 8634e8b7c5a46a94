// The two sides of a played list: what the peer's lines become as bytes that are read, and what the frames of the end under
// test hold, as lines.
import {
  type Control,
  ControlOpener,
  ControlSealer,
  FrameReader,
  type FrameVisitor,
  FrameWriter,
  type SealOptions,
} from '@quietwire/proto';
import type { ByteChannel } from '../../src/byte-channel.ts';
import type { ListEvent } from './list-event.ts';

const keys: SealOptions = { aead: 'AES-256-GCM', key: new Uint8Array(32).fill(3), iv: new Uint8Array(12).fill(5) };
const peerKeys: SealOptions = { ...keys, key: new Uint8Array(32).fill(7) };

/** Seals and opens for the end under test. */
export const endSeal = (): { seal: ControlSealer; open: ControlOpener } => ({
  seal: new ControlSealer(keys),
  open: new ControlOpener(peerKeys),
});

export class ListChannel implements ByteChannel {
  onRead: (chunk: Uint8Array) => void = () => {};
  onClose: (error?: Error) => void = () => {};
  writePending = false;
  readonly #say: (event: string, fields?: Record<string, number | string>) => void;
  readonly #reader: FrameReader;
  readonly #peer = new ControlSealer(peerKeys);
  readonly #frameSize: number;

  constructor(frameSize: number, say: (event: string, fields?: Record<string, number | string>) => void) {
    this.#say = say;
    this.#frameSize = frameSize;
    this.#reader = new FrameReader(new FrameTeller(say), { maxFrame: 16_000 });
  }

  write(frame: Uint8Array): void {
    this.#say('frame', { bytes: frame.length });
    this.#reader.push(frame);
  }
  end(): void {
    this.#say('alert');
  }
  destroy(error?: Error): void {
    this.#say('dropped', { for: faultOf((error as { code?: string } | undefined)?.code ?? '') });
  }

  /** The peer's frame with the fields that these lines name arrives. */
  read(lines: readonly ListEvent[]): void {
    const frame = new Uint8Array(this.#frameSize);
    const writer = new FrameWriter();
    writer.begin(frame, frame.length);
    for (const line of lines) {
      if (!this.#write(writer, line)) throw new RangeError(`no room for ${JSON.stringify(line)}`);
    }
    this.onRead(frame);
  }

  #write(writer: FrameWriter, line: ListEvent): boolean {
    const number = (name: string): number => Number(line[name]);
    const control = (message: Control): boolean => writer.control(this.#peer.seal(message));
    switch (line.event) {
      case 'read-period-start':
        return control({ periodStart: { number: number('number'), position: number('position'), version: 1 } });
      case 'read-demand':
        return control({ demand: { remainingMs: number('remaining') } });
      case 'read-goaway':
        return control({ goaway: { lastStream: number('last_stream'), final: true } });
      case 'read-open':
        return writer.open(number('stream'), String(line['service']));
      case 'read-data': {
        const bytes = number('bytes');
        const [fin, active] = [number('fin') === 1, number('active') === 1];
        if (bytes > 0) return writer.stream(number('stream'), new Uint8Array(bytes), 0, bytes, fin, active) === bytes;
        const { offset } = writer;
        writer.stream(number('stream'), new Uint8Array(0), 0, 0, fin, active);
        return writer.offset > offset;
      }
      case 'read-reset':
        return writer.reset(number('stream'), number('code'));
      case 'read-stream-credit':
        return writer.streamCredit(number('stream'), number('offset'));
      case 'read-tunnel-credit':
        return writer.tunnelCredit(number('offset'));
      case 'read-ack':
        return writer.ack(number('stream'), number('offset'));
      default:
        throw new RangeError(`unknown event ${line.event}`);
    }
  }
}

/** Says what the end's frames hold. */
class FrameTeller implements FrameVisitor {
  readonly #say: (event: string, fields?: Record<string, number | string>) => void;
  readonly #opener = new ControlOpener(keys);
  #demandMs = -1;
  #data: { stream: number; bytes: number; active: number; fin: number } | undefined;

  constructor(say: (event: string, fields?: Record<string, number | string>) => void) {
    this.#say = say;
  }

  cover(): void {}
  open(stream: number, service: string): void {
    this.#say('sent-open', { stream, service });
  }
  reset(stream: number, code: number): void {
    this.#say('sent-reset', { stream, code });
  }
  streamCredit(stream: number, offset: number): void {
    this.#say('sent-stream-credit', { stream, offset });
  }
  tunnelCredit(offset: number): void {
    this.#say('sent-tunnel-credit', { offset });
  }
  ack(stream: number, offset: number): void {
    this.#say('sent-ack', { stream, offset });
  }
  /** Fields of one stream are told as one: where the bytes of an activity begin in a frame changes nothing. */
  stream(stream: number, data: Uint8Array, fin: boolean, active: boolean): void {
    const last = this.#data;
    if (last?.stream === stream) {
      last.bytes += data.length;
      last.active = Math.max(last.active, Number(active));
      last.fin = Number(fin);
      return;
    }
    this.#tellData();
    this.#data = { stream, bytes: data.length, active: Number(active), fin: Number(fin) };
  }
  frameEnd(): void {
    // Of several Demands the largest counts.
    if (this.#demandMs >= 0) this.#say('sent-demand', { remaining: this.#demandMs });
    this.#demandMs = -1;
    this.#tellData();
  }
  control(sealed: Uint8Array): void {
    const { periodStart, demand, goaway } = this.#opener.open(sealed) ?? {};
    if (periodStart) this.#say('sent-period-start', { number: periodStart.number, position: periodStart.position });
    if (demand) this.#demandMs = Math.max(this.#demandMs, demand.remainingMs);
    if (goaway) this.#say('sent-goaway', { last_stream: goaway.lastStream });
  }
  bootstrap(): void {}

  #tellData(): void {
    if (this.#data !== undefined) this.#say('sent-data', this.#data);
    this.#data = undefined;
  }
}

/** The fault as section 14.1 of SPEC.md names it. */
function faultOf(code: string): string {
  if (code === 'PERIOD_NUMBER' || code === 'PERIODS_AHEAD') return 'period';
  if (code === 'TUNNEL_FRAME_RATE') return 'rate';
  if (code === 'TUNNEL_STREAM_STATE' || code === 'TUNNEL_CREDIT') return 'stream';
  if (code === 'TUNNEL_PEER_DEAD') return 'dead peer';
  if (code === 'TUNNEL_CLOSE_OVERDUE') return 'closing';
  return code;
}
