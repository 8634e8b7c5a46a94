/**
 * A timer on the scheduler that the tunnels use, for what happens once after a delay (deadlines of handshakes, dials and the
 * drain). It runs in the scheduler's second pass, after every frame that is due was written.
 */
import type { Clock, Scheduler, Timed } from '@quietwire/tunnel';

/** The part of the tunnel's runtime that timers need. */
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

  /** @param run must not throw. */
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
