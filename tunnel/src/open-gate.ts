// How many streams may be opened, and how fast (SPEC.md section 11.1): the device paces its OPENs by a token bucket, the
// cloud refuses what exceeds it. Of a refused stream only the number is kept, until its RESET leaves.
import type { FrameWriter } from '@quietwire/proto';
import { TunnelError } from './errors.ts';
import type { TunnelLimits } from './limits.ts';
import { resetCodes } from './stream.ts';

/** Refused streams that may wait for their RESET: a peer with more does not keep to its limits and is dropped. */
const MAX_REFUSED = 64;
const RESET_FIELD = 7;

export interface OpenGateOptions {
  readonly role: 'device' | 'cloud';
  readonly limits: TunnelLimits;
  /** Longest distance of two slots of the peer, ms: opens of that time arrive together. */
  readonly longestPeerGapMs: number;
}

export class OpenGate {
  readonly #perSecond: number;
  readonly #capacity: number;
  readonly #refused: number[] = [];
  #tokens: number;
  #atMs: number;

  constructor({ role, limits, longestPeerGapMs }: OpenGateOptions, nowMs: number) {
    const { maxStreams, opensPerSecond } = limits;
    const burst = Math.max(maxStreams, opensPerSecond);
    const together = 2 * burst + Math.ceil((opensPerSecond * longestPeerGapMs) / 1000);
    this.#perSecond = opensPerSecond;
    this.#capacity = role === 'device' ? burst : together;
    this.#tokens = this.#capacity;
    this.#atMs = nowMs;
  }

  /** Whether a RESET waits. */
  get pending(): boolean {
    return this.#refused.length > 0;
  }

  isRefused(id: number): boolean {
    return this.#refused.includes(id);
  }

  /** Takes leave for one open. @returns false if there is none now. */
  take(nowMs: number): boolean {
    this.#tokens = Math.min(this.#capacity, this.#tokens + ((nowMs - this.#atMs) / 1000) * this.#perSecond);
    this.#atMs = nowMs;
    if (this.#tokens < 1) return false;
    this.#tokens -= 1;
    return true;
  }

  /** Notes a stream of the peer that is not opened. @throws TunnelError TUNNEL_STREAM_STATE */
  refuse(id: number): void {
    if (this.#refused.length >= MAX_REFUSED)
      throw new TunnelError('TUNNEL_STREAM_STATE', `${MAX_REFUSED} streams opened beyond the limits`);
    this.#refused.push(id);
  }

  /** Writes the RESETs that fit, leaving `reserve` bytes. */
  fill(writer: FrameWriter, reserve: number): void {
    while (this.#refused.length > 0 && writer.room - reserve >= RESET_FIELD)
      writer.reset(this.#refused.shift() as number, resetCodes.LIMIT);
  }
}
