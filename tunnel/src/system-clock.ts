// The process's clocks. One of the few files that may read the ambient clock.
import type { Clock } from './runtime.ts';

/**
 * The operating system's monotonic clock in ms, the same in every thread of the process. (`performance.now` alone counts
 * from another origin in each thread; reading hrtime.bigint each time would allocate.)
 */
export const systemClock: Clock = (() => {
  const originMs = Number(process.hrtime.bigint()) / 1e6 - performance.now();
  return { now: () => originMs + performance.now() };
})();
