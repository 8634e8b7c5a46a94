// How long the machine let a process's main thread stand though it was ready to run: what slots it loses then is not the
// attackers' doing. Linux tells; elsewhere nothing is known, and 0.
import { readFileSync } from 'node:fs';

const EVERY_MS = 25;
/** Waits are ordinary on a shared machine as long as they are short: only those count that fill this share of a sample. */
const LARGE_SHARE = 0.5;

export class StarvationWatch {
  readonly #path: string;
  readonly #timer: NodeJS.Timeout;
  #beforeMs: number;
  #atMs = performance.now();
  #starvedMs = 0;

  constructor(pid: number) {
    this.#path = `/proc/${pid}/schedstat`;
    this.#beforeMs = this.#waitedMs();
    this.#timer = setInterval(() => this.#sample(), EVERY_MS);
  }

  /** Ends the watch; ms in all. */
  stop(): number {
    clearInterval(this.#timer);
    this.#sample();
    return this.#starvedMs;
  }

  #sample(): void {
    const [waitedMs, nowMs] = [this.#waitedMs(), performance.now()];
    const delta = waitedMs - this.#beforeMs;
    if (delta > LARGE_SHARE * Math.max(EVERY_MS, nowMs - this.#atMs)) this.#starvedMs += delta;
    [this.#beforeMs, this.#atMs] = [waitedMs, nowMs];
  }

  /** The second number of schedstat: time on a run queue, ns (kernel, Documentation/scheduler/sched-stats.rst). */
  #waitedMs(): number {
    try {
      return Number(readFileSync(this.#path, 'utf8').split(' ')[1]) / 1e6;
    } catch {
      return 0;
    }
  }
}
