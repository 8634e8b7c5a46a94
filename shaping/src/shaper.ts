// What a tunnel asks of its mode: when the next frame leaves, how large it is and what it must say about periods.
// One implementation per mode; none knows payload bytes, sockets or causes.
import type { PeriodStart } from './period-clock.ts';

/** Something the next frame must carry, sealed. */
export type ControlIntent =
  | { readonly kind: 'periodStart'; readonly start: PeriodStart }
  | { readonly kind: 'demand'; readonly untilMs: number };

/** The schedule of one end. Times in ms; ticks are integers of the same clock. */
export interface Shaper {
  /** The earliest tick at which `advance` has something to do. */
  readonly nextMs: number;
  /** Deadline of the next slot as known now, in ms; Infinity if a direction is silent. */
  readonly nextSlotMs: number;
  /** Size of the frame that the next slot will send as known now, in bytes; it may turn out larger, not smaller. */
  readonly nextBytes: number;
  /** Whether the next slot lies inside a period as known now; a background slot may still become the first of a run. */
  readonly nextInPeriod: boolean;
  /** Deadline of the slot that `advance` returned last, in ms: the measure of its lateness. */
  readonly slotMs: number;
  /** Whether the slot that `advance` returned last lies inside a period (and not in the background). */
  readonly inPeriod: boolean;
  /** Slots that passed unused because ticks came too late, since the start. */
  readonly lateSkips: number;
  /** Periods begun by this direction since the start, and those of them in runs that this end led. */
  readonly periods: number;
  readonly periodsLed: number;
  /** Longest distance between two of the peer's slots that the parameters allow, in ms (dead-peer rule). */
  readonly longestPeerGapMs: number;
  /** Whether a period runs now. */
  readonly running: boolean;
  /** The end of the period that runs at `atMs` as known now; in modes without periods `atMs` itself. */
  periodEndMs(atMs: number): number;
  /** Moves to `tickMs`; returns the size of the frame that leaves in this tick, 0 for none. Never more than one. */
  advance(tickMs: number): number;
  /** Payload of an activity was queued, sent or received at `nowMs`: demand stays open for the hold. */
  activity(nowMs: number): void;
  /**
   * Whether payload of an activity is queued that the peer's credit lets leave, or Demand that has not left. If no demand was
   * open, a run for it begins at `fromMs` at the earliest (default `nowMs`).
   */
  setPayloadQueued(queued: boolean, nowMs: number, fromMs?: number): void;
  /** Demand of a virtual activity was sent or received at `nowMs`: it stays open for `remainingMs` at least. */
  demand(remainingMs: number, nowMs: number): void;
  /** A run of the shortest length, whatever the demand; adds nothing to a run that is on. */
  startUnconditional(nowMs: number): void;
  /**
   * The tunnel closes: by its own wish, in the tick in which the first slot of the closing came, or the peer's GOAWAY was
   * read. Runs go on as far as the closing takes them, and demand changes nothing any more.
   */
  closing(by: 'own' | 'peer'): void;
  /** Peer's messages. @throws ShapingError PERIOD_NUMBER, PERIODS_AHEAD */
  receivePeriodStart(start: PeriodStart, nowMs: number): void;
  /** Takes the next thing that the frame of `nextSlotMs` must carry; undefined when there is nothing (more). */
  takeControl(): ControlIntent | undefined;
}
