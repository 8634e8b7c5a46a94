/**
 * Says when descriptors do not suffice: at the start, where the limit lies below what `limits.tunnels` needs, and when none is
 * left. The latter must be asked for: libuv then takes newcomers and closes them at once, without telling anybody. How a limit
 * is read and a descriptor tried is given (`system-descriptors.ts`).
 */
import { OneShot, type TimerRuntime } from '@quietwire/tunnel';

/** Beside tunnels and services: both ports, probes and scrapes, files, the event loop's own. */
const besidesTunnels = 256;
const distanceMs = 10_000;
/** While none is left it is told again so often. */
const tellAgainMs = 60_000;

export interface DescriptorWatchOptions {
  readonly runtime: TimerRuntime;
  /** `limits.tunnels` */
  readonly tunnels: number;
  /** How many this process may have open; undefined where that cannot be known. */
  readonly limit: () => number | undefined;
  /** Whether one more could be opened. */
  readonly isOneLeft: () => Promise<boolean>;
  readonly onTooFew: (message: string) => void;
  readonly onNoneLeft: (message: string) => void;
}

/** A connection for each tunnel and one to a service; some tunnels hold more of these. */
export function descriptorsNeeded(tunnels: number): number {
  return 2 * tunnels + besidesTunnels;
}

export class DescriptorWatch {
  readonly #options: DescriptorWatchOptions;
  readonly #timer: OneShot;
  #toldAt = Number.NEGATIVE_INFINITY;
  #closed = false;

  constructor(options: DescriptorWatchOptions) {
    this.#options = options;
    const { tunnels, limit, onTooFew, runtime } = options;
    const needed = descriptorsNeeded(tunnels);
    const allowed = limit();
    const need = `limits.tunnels of ${tunnels} needs ${needed} file descriptors, with one connection to a service each`;
    if (allowed === undefined) onTooFew(`${need}; how many this process may have cannot be known here`);
    else if (allowed < needed) {
      onTooFew(
        `${need}, and this process may have ${allowed}: raise it (ulimit -n, LimitNOFILE) or lower limits.tunnels`,
      );
    }
    this.#timer = new OneShot(runtime, () => void this.#look()).startIn(distanceMs);
  }

  close(): void {
    this.#closed = true;
    this.#timer.cancel();
  }

  async #look(): Promise<void> {
    const { isOneLeft, onNoneLeft, runtime, limit } = this.#options;
    const left = await isOneLeft();
    if (this.#closed) return;
    const now = runtime.clock.now();
    if (left) this.#toldAt = Number.NEGATIVE_INFINITY;
    else if (now - this.#toldAt >= tellAgainMs) {
      this.#toldAt = now;
      onNoneLeft(
        `all ${limit() ?? ''} file descriptors are in use: newcomers are closed unanswered, services not reached`,
      );
    }
    this.#timer.startIn(distanceMs);
  }
}
