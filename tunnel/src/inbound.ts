// What the peer's frames do to a tunnel: counts them, hands stream fields to the streams and control fields to the clock.
import type { Control, ControlOpener, FrameVisitor } from '@quietwire/proto';
import type { Role, Shaper, ShapingParameters } from '@quietwire/shaping';
import type { TunnelMeter } from './meter.ts';
import type { StreamTable } from './stream-table.ts';

export interface InboundOptions {
  readonly role: Role;
  readonly opener: ControlOpener;
  readonly shaper: Shaper;
  readonly streams: StreamTable;
  readonly meter: TunnelMeter;
  readonly parameters: ShapingParameters;
  /** The clock learned something: the next frame may have to carry more, or leave earlier. */
  readonly onSchedule: () => void;
  readonly onGoaway: () => void;
}

export class Inbound implements FrameVisitor {
  readonly #options: InboundOptions;
  readonly #backgroundSize: number;
  /** Time of the read whose frames are visited, ms. */
  readMs: number;
  /** Time of the read that completed the last frame, ms. */
  frameMs: number;

  constructor(options: InboundOptions, nowMs: number) {
    this.#options = options;
    this.readMs = nowMs;
    this.frameMs = nowMs;
    const { mode, background, frameSize } = options.parameters;
    this.#backgroundSize = mode === 'STP' && background.frameSize < frameSize ? background.frameSize : 0;
  }

  cover(size: number): void {
    this.#options.meter.coverReceived += 1;
    this.frameStart(size);
  }
  frameStart(size: number): void {
    this.frameMs = this.readMs;
    if (size === this.#backgroundSize) this.#options.meter.framesReceivedBackground += 1;
    else this.#options.meter.framesReceivedPeriod += 1;
  }
  open(id: number, service: string): void {
    this.#options.streams.opened(id, service);
  }
  reset(id: number, code: number): void {
    this.#options.streams.resetByPeer(id, code);
  }
  streamCredit(id: number, max: number): void {
    this.#options.streams.granted(id, max);
  }
  tunnelCredit(max: number): void {
    this.#options.streams.tunnelGranted(max);
  }
  ack(id: number, offset: number): void {
    this.#options.streams.acknowledged(id, offset);
  }
  stream(id: number, data: Uint8Array, fin: boolean, active: boolean): void {
    this.#options.meter.payloadReceived += data.length;
    // The sender's word: it saw the bytes before slots could join them (invariant 9).
    if (active) this.#options.shaper.activity(this.readMs);
    this.#options.streams.received(id, data, fin);
  }
  control(sealed: Uint8Array): void {
    const control = this.#options.opener.open(sealed);
    if (control !== undefined) this.#follow(control);
  }
  bootstrap(): void {}

  #follow({ periodStart, demand, goaway }: Control): void {
    const { shaper } = this.#options;
    // In the order of SPEC.md section 6.2.
    if (periodStart !== undefined) shaper.receivePeriodStart(periodStart, this.readMs);
    if (demand !== undefined) shaper.demand(demand.remainingMs, this.readMs);
    if (periodStart !== undefined || demand !== undefined) this.#options.onSchedule();
    if (goaway !== undefined) this.#options.onGoaway();
  }
}
