// The process's clocks. One of the few files that may read the ambient clock.
import type { Clock } from './runtime.ts';

/** Readings that an origin is taken from, here and in the tick thread. */
export const ORIGIN_SAMPLES = 64;

/**
 * The operating system's monotonic clock in ms, the same in every thread of the process. (`performance.now` alone counts
 * from another origin in each thread; reading hrtime.bigint each time would allocate.)
 */
export const systemClock: Clock = (() => {
  let originMs = Number.NEGATIVE_INFINITY;
  // A thread that loses the processor between the two readings gets an origin that is too small by that time: the tick
  // thread would then call before a tick, or after it. The largest of many is right within a microsecond.
  for (let sample = 0; sample < ORIGIN_SAMPLES; sample += 1) {
    originMs = Math.max(originMs, Number(process.hrtime.bigint()) / 1e6 - performance.now());
  }
  return { now: () => originMs + performance.now() };
})();
