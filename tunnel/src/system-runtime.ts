// The real runtime: one per process, made by an entry point.
import type { Runtime } from './runtime.ts';
import { Scheduler } from './scheduler.ts';
import { systemClock } from './system-clock.ts';
import { systemRandom, systemRandomBytes } from './system-random.ts';
import { SystemTicker } from './system-ticker.ts';

/** Starts the tick thread. It does not keep the process alive. */
export function createSystemRuntime(): Runtime {
  const ticker = new SystemTicker();
  return {
    clock: systemClock,
    scheduler: new Scheduler(systemClock, ticker),
    random: systemRandom(),
    randomBytes: systemRandomBytes,
    close: () => ticker.stop(),
  };
}
