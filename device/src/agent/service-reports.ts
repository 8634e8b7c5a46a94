// What the agent's log says, above level `debug`, of streams that the sidecar refuses. A line at its moment would tell when
// the device is used (invariant 14): it waits for the next tick of a slow grid.
import { OneShot, type TimerRuntime } from '@quietwire/tunnel';
import type { Log } from './log.ts';

/** Distance of the moments, of the process's clock, at which lines are written, ms. */
const gridMs = 60_000;

export class ServiceReports {
  readonly #log: Log;
  readonly #runtime: TimerRuntime;
  readonly #tick: OneShot;
  /** What was told since the tunnel came up. */
  readonly #told = new Set<string>();
  /** Messages of the next tick. */
  #due: string[] = [];

  constructor(log: Log, runtime: TimerRuntime) {
    this.#log = log;
    this.#runtime = runtime;
    this.#tick = new OneShot(runtime, () => this.#write());
  }

  /** Once per service and text, until the next tunnel. */
  refused(service: string, text: string): void {
    const message = `service ${service}: ${text}`;
    if (this.#told.has(message)) return;
    this.#told.add(message);
    this.#due.push(message);
    if (!this.#tick.scheduled) this.#tick.startIn(gridMs - (this.#runtime.clock.now() % gridMs));
  }

  /** A new tunnel stands. */
  forget(): void {
    this.#told.clear();
  }

  /** Writes what waits: the agent stops. */
  close(): void {
    this.#tick.cancel();
    this.#write();
  }

  #write(): void {
    // Two tunnels within one minute may have refused alike.
    const messages = new Set(this.#due);
    this.#due = [];
    for (const message of messages) this.#log.event('SERVICE_REFUSED', message);
  }
}
