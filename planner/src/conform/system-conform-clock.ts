// The system's clock, timers and randomness for a conformance run.
import { randomBytes } from 'node:crypto';
import { performance } from 'node:perf_hooks';
import { setTimeout as delay } from 'node:timers/promises';
import type { ConformClock } from './clock.ts';

export const systemConformClock: ConformClock = {
  nowMs: () => performance.now(),
  wait: (ms) => delay(ms),
  every: (ms, act) => {
    const timer = setInterval(act, ms);
    return () => clearInterval(timer);
  },
  randomBytes,
};
