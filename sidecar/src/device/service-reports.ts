/**
 * What the log says about services. A line for each stream, or one at its moment, would tell when devices are active
 * (invariant 14): lines above level `debug` wait for the next tick of a slow grid, and are not soon written again.
 */
import { OneShot, type TimerRuntime } from '@quietwire/tunnel';
import type { Log } from '../log.ts';
import type { FleetPolicy } from '../policy/fleet-policy.ts';

/** Distance of the moments, of the process's clock, at which lines are written, ms. */
const gridMs = 60_000;
/** Least time between two lines about one service, ms. */
const againMs = 3_600_000;

export class ServiceReports {
  readonly #log: Log;
  readonly #runtime: TimerRuntime;
  readonly #tick: OneShot;
  /** What is not said again until the service is reached, by policy and service. */
  readonly #reported = new Set<string>();
  readonly #silentUntilMs = new Map<string, number>();
  /** Lines of the next tick. */
  #due: (() => void)[] = [];

  constructor(log: Log, runtime: TimerRuntime) {
    this.#log = log;
    this.#runtime = runtime;
    this.#tick = new OneShot(runtime, () => this.#write());
  }

  reachable(policy: FleetPolicy, service: string): void {
    if (this.#reported.size > 0) this.#reported.delete(`${policy.name} ${service}`);
  }

  unreachable(policy: FleetPolicy, device: string, service: string, reason: string): void {
    this.failed(device, service, reason);
    this.#report(`${policy.name} ${service}`, () => {
      const port = policy.services.get(service)?.port ?? 0;
      const message = `service ${service} of ${policy.name} did not accept connections on 127.0.0.1:${port}: ${reason}`;
      this.#log.event('SERVICE_UNREACHABLE', message, { policy: policy.name, service });
    });
  }

  unknown(policy: FleetPolicy, device: string, service: string): void {
    this.failed(device, service, `${policy.name} does not name it`);
    this.#report(`${policy.name} ?`, () => {
      const known = [...policy.services.keys()].join(', ');
      const message = `a device asked for service ${service}, which ${policy.name} does not name (it names ${known})`;
      this.#log.event('SERVICE_UNKNOWN', message, { policy: policy.name });
    });
  }

  /** Level `debug`, at once. */
  failed(device: string, service: string, reason: string): void {
    this.#log.event('STREAM_FAILED', `service ${service}: ${reason}`, { device, service });
  }

  /** Writes what waits: the process stops. */
  close(): void {
    this.#tick.cancel();
    this.#write();
  }

  #report(key: string, line: () => void): void {
    const nowMs = this.#runtime.clock.now();
    if (this.#reported.has(key) || nowMs < (this.#silentUntilMs.get(key) ?? 0)) return;
    this.#reported.add(key);
    this.#silentUntilMs.set(key, nowMs + againMs);
    this.#due.push(line);
    if (!this.#tick.scheduled) this.#tick.startIn(gridMs - (nowMs % gridMs));
  }

  #write(): void {
    const lines = this.#due;
    this.#due = [];
    for (const line of lines) line();
  }
}
