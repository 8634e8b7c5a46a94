/**
 * What the log says about services: that one is down is said once until it is up again, since a line for each stream would
 * tell when devices are active (invariant 14).
 */
import type { Log } from '../log.ts';
import type { FleetPolicy } from '../policy/fleet-policy.ts';

export class ServiceReports {
  readonly #log: Log;
  readonly #reported = new Set<string>();

  constructor(log: Log) {
    this.#log = log;
  }

  reachable(policy: FleetPolicy, service: string): void {
    if (this.#reported.size > 0) this.#reported.delete(`${policy.name} ${service}`);
  }

  unreachable(policy: FleetPolicy, service: string, reason: string): void {
    this.#once(policy, service, () => {
      const port = policy.services.get(service)?.port ?? 0;
      const message = `service ${service} of ${policy.name} does not accept connections on 127.0.0.1:${port}: ${reason}`;
      this.#log.event('SERVICE_UNREACHABLE', message, { policy: policy.name, service });
    });
  }

  unknown(policy: FleetPolicy, service: string): void {
    this.#once(policy, '?', () => {
      const known = [...policy.services.keys()].join(', ');
      const message = `a device asked for service ${service}, which ${policy.name} does not name (it names ${known})`;
      this.#log.event('SERVICE_UNKNOWN', message, { policy: policy.name });
    });
  }

  failed(device: string, service: string, reason: string): void {
    this.#log.event('STREAM_FAILED', `service ${service}: ${reason}`, { device, service });
  }

  #once(policy: FleetPolicy, service: string, report: () => void): void {
    const key = `${policy.name} ${service}`;
    if (this.#reported.has(key)) return;
    this.#reported.add(key);
    report();
  }
}
