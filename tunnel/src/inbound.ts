// What the peer's frames do to a tunnel: counts them, drops a peer with more than its slots allow, hands stream fields to the
// streams and control fields to the clock.
import { type Control, type ControlOpener, type FrameVisitor, limits } from '@quietwire/proto';
import { createSampler, type Role, type Shaper, type ShapingParameters } from '@quietwire/shaping';
import { TunnelError } from './errors.ts';
import {
  CLOCK_RATIO,
  CONTROLS_BEYOND,
  CONTROLS_EACH,
  DEAD_PEER_SLOTS,
  HELD_BACK_MS,
  RECORD_OVERHEAD,
  RECORD_OVERHEAD_BEYOND,
  RECORDS_PER_FRAME,
} from './limits.ts';
import type { TunnelMeter } from './meter.ts';
import type { StreamTable } from './stream-table.ts';

/** Slots that begin and end a stretch of time, of both kinds: n distances have n + 1. */
const SLOTS_AT_ENDS = 4;

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
  /** What the transport had read when the session began, bytes; undefined where it cannot tell. */
  readonly transportBytes: number | undefined;
}

export class Inbound implements FrameVisitor {
  readonly #options: InboundOptions;
  readonly #backgroundSize: number;
  readonly #frames: Allowance;
  readonly #controls: Allowance;
  /** What the transport may have read: content of frames, and the overhead that each of them allows. */
  #explainedBytes: number;
  /** Reads, each of one record, since a frame was complete. */
  #records = 0;
  /** Time of the read whose frames are visited, ms. */
  readMs: number;
  /** Time of the read that completed the last frame, ms. */
  frameMs: number;

  constructor(options: InboundOptions, nowMs: number) {
    this.#options = options;
    this.readMs = nowMs;
    this.frameMs = nowMs;
    this.#explainedBytes = (options.transportBytes ?? 0) + RECORD_OVERHEAD_BEYOND;
    const { role, shaper, parameters } = options;
    const { mode, background, frameSize } = parameters;
    this.#backgroundSize = mode === 'STP' && background.frameSize < frameSize ? background.frameSize : 0;
    const heldBackMs = Math.max(HELD_BACK_MS, DEAD_PEER_SLOTS * shaper.longestPeerGapMs);
    const framesPerMs = slotsPerMs(parameters, role);
    const controlsPerMs = CONTROLS_EACH * (framesPerMs + coverPerMs(parameters, role));
    this.#frames = new Allowance('frames', framesPerMs, heldBackMs * framesPerMs + SLOTS_AT_ENDS, nowMs);
    this.#controls = new Allowance(
      'CONTROL fields',
      controlsPerMs,
      heldBackMs * controlsPerMs + CONTROLS_BEYOND,
      nowMs,
    );
  }

  /** Call it before the frames of a read are visited. */
  readBegins(bytes: number, nowMs: number): void {
    this.readMs = nowMs;
    this.#records += 1;
    this.#explainedBytes += bytes;
    this.#options.meter.bytesReceived += bytes;
  }

  /** Call it when they are. @throws TunnelError TUNNEL_RECORDS if a frame comes in more records than it may. */
  readEnds(): void {
    if (this.#records <= RECORDS_PER_FRAME) return;
    throw new TunnelError('TUNNEL_RECORDS', `a frame in more than ${RECORDS_PER_FRAME} records`);
  }

  /**
   * Looks for records that carry nothing: the transport's bytes against those of the frames.
   * @throws TunnelError TUNNEL_RECORDS
   */
  checkTransport(transportBytes: number | undefined): void {
    if (transportBytes === undefined || transportBytes <= this.#explainedBytes) return;
    const beyond = transportBytes - this.#explainedBytes;
    throw new TunnelError('TUNNEL_RECORDS', `${beyond} bytes beyond its frames and what these may cost`);
  }

  cover(size: number): void {
    this.#options.meter.coverReceived += 1;
    this.frameStart(size);
  }
  frameStart(size: number): void {
    this.frameMs = this.readMs;
    this.#records = 0;
    this.#explainedBytes += RECORD_OVERHEAD;
    this.#frames.take(this.readMs);
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
    this.#controls.take(this.readMs);
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

/** Most slots of the peer in a ms. In STP those of periods and those of the background, which both keep their distance. */
function slotsPerMs({ mode, upstream, downstream, background }: ShapingParameters, role: Role): number {
  const { min } = createSampler((role === 'device' ? downstream : upstream).interval);
  const perMs = 1 / (min > 0 ? min : limits.slotIntervalMin);
  return mode === 'STP' ? perMs + 1 / background.intervalMs : perMs;
}

/** Virtual activities of the peer in a ms. The device does not know the cloud's rate. */
function coverPerMs({ mode, cover }: ShapingParameters, role: Role): number {
  if (mode !== 'STP') return 0;
  return (role === 'device' ? limits.coverRate : cover.deviceRate) / 1000;
}

/** What the peer may send: a token bucket, because what was held back comes at once (SPEC.md section 8.1). */
class Allowance {
  readonly #what: string;
  readonly #perMs: number;
  readonly #most: number;
  #left: number;
  #atMs: number;

  constructor(what: string, perMs: number, most: number, nowMs: number) {
    this.#what = what;
    this.#perMs = perMs * CLOCK_RATIO;
    this.#most = most;
    this.#left = most;
    this.#atMs = nowMs;
  }

  /** Takes leave for one. @throws TunnelError TUNNEL_FRAME_RATE */
  take(nowMs: number): void {
    this.#left = Math.min(this.#most, this.#left + (nowMs - this.#atMs) * this.#perMs) - 1;
    this.#atMs = nowMs;
    if (this.#left >= 0) return;
    const perSecond = (1000 * this.#perMs).toFixed(1);
    const text = `more ${this.#what} than ${Math.floor(this.#most)} at once and ${perSecond} per second`;
    throw new TunnelError('TUNNEL_FRAME_RATE', text);
  }
}
