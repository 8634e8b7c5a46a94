// What the tunnel needs from outside: time, ticks and randomness. Entry points make one real one (system-runtime.ts) per
// process and hand it down; tests make one that they turn by hand (manual-runtime.ts).
import type { Random } from '@quietwire/shaping';
import type { Scheduler } from './scheduler.ts';

export interface Clock {
  /** Monotonic time in ms with fractions; the integers of this clock are the tick grid. */
  now(): number;
}

/** Wakes the scheduler at a tick of the absolute grid. */
export interface TickSource {
  /** `onTick` is called with the time in ms, never before the tick that was armed. */
  start(onTick: (nowMs: number) => void): void;
  /** Wakes at `tickMs` or, if an earlier tick is armed already, then. One call arms one wake-up. */
  arm(tickMs: number): void;
  stop(): void;
}

export interface Runtime {
  readonly clock: Clock;
  readonly scheduler: Scheduler;
  /** A source for cover, gaps and sizes: an observer must not be able to predict it. */
  readonly random: Random;
  /** Cryptographic randomness, for nonces. */
  randomBytes(size: number): Uint8Array;
  /** Stops the ticks; tunnels must be closed before. */
  close(): void;
}
