/**
 * Reloads, one after the other: reads, puts in force, and tells how it ended. Whatever is thrown on the way, a reload ends with
 * RELOADED or RELOAD_REFUSED in the log, and after the latter everything is as it was. What is read and what "in force" means
 * is given.
 */
import { errorText } from './errors.ts';
import type { Log } from './log.ts';
import type { SidecarState } from './state.ts';

export interface ReloadsOptions {
  readonly read: () => Promise<SidecarState>;
  /** All or, if it rejects, nothing. */
  readonly apply: (state: SidecarState) => Promise<void>;
  readonly isStopping: () => boolean;
  readonly log: Log;
}

export class Reloads {
  readonly #options: ReloadsOptions;
  #running: Promise<void> | undefined;
  /** Asked for while one runs, which may have read the old files already; one more does for all who ask. */
  #next: Promise<void> | undefined;

  constructor(options: ReloadsOptions) {
    this.#options = options;
  }

  /** @throws (rejects) what the reader or `apply` threw; Error when the sidecar stops. */
  run(): Promise<void> {
    if (this.#running === undefined) return this.#start();
    this.#next ??= this.#running.then(
      () => this.#start(),
      () => this.#start(),
    );
    return this.#next;
  }

  #start(): Promise<void> {
    this.#next = undefined;
    const running = this.#reload().finally(() => {
      if (this.#running === running) this.#running = undefined;
    });
    this.#running = running;
    return running;
  }

  async #reload(): Promise<void> {
    const { read, apply, isStopping, log } = this.#options;
    try {
      const state = await read();
      if (isStopping()) throw new Error('the sidecar stops');
      await apply(state);
      log.event('RELOADED', `certificate, keys and ${state.policies.length} policies are in force`);
    } catch (error) {
      const errors: unknown[] = error instanceof AggregateError ? error.errors : [error];
      log.event('RELOAD_REFUSED', `everything stays as it was: ${errors.map(errorText).join('; ')}`);
      throw error;
    }
  }
}
