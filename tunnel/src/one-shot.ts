// A timer on the scheduler that all tunnels share, for what happens once after a delay: deadlines, idle streams, the wait
// before the next connection. It runs in the scheduler's second pass, after every frame that is due was written.
import type { Clock } from './runtime.ts';
import type { Scheduler, Timed } from './scheduler.ts';

/** The part of the runtime that timers need. */
export interface TimerRuntime {
  readonly clock: Clock;
  readonly scheduler: Pick<Scheduler, 'schedule' | 'cancel'>;
}

export class OneShot implements Timed {
  dueMs = 0;
  wheelNext: Timed | undefined = undefined;
  wheelPrevious: Timed | undefined = undefined;
  scheduled = false;
  readonly #runtime: TimerRuntime;
  readonly #run: () => void;

  constructor(runtime: TimerRuntime, run: () => void) {
    this.#runtime = runtime;
    this.#run = run;
  }

  /** Runs `delayMs` from now, on the next tick of the grid; a second call moves it. */
  startIn(delayMs: number): this {
    this.#runtime.scheduler.schedule(this, this.#runtime.clock.now() + delayMs);
    return this;
  }

  cancel(): void {
    this.#runtime.scheduler.cancel(this);
  }

  /** The scheduler's first pass belongs to frames. */
  write(): void {}

  prepare(): void {
    this.#run();
  }
}
