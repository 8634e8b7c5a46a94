/**
 * The policies in force, one for each fleet, with a version that counts changes and a meter that outlives them. Tunnels hold
 * the policy they began with; who connects gets the newest.
 */
import type { Parameters } from '@quietwire/proto';
import type { ShapingParameters } from '@quietwire/shaping';
import { parametersMessage, type TunnelLimits, TunnelMeter } from '@quietwire/tunnel';

export interface Service {
  readonly name: string;
  readonly port: number;
  readonly proxyProtocol: 'V2' | 'None';
  readonly identity: 'FleetDevice' | 'Device';
}

/** A policy as its document says it. */
export interface LoadedPolicy {
  /** `namespace/name`. */
  readonly name: string;
  readonly fleet: string;
  /** The file it came from. */
  readonly origin: string;
  readonly services: readonly Service[];
  readonly parameters: ShapingParameters;
  /** Oldest connection, ms. */
  readonly maxConnectionAgeMs: number;
  /** Its whole content, to tell a change by. */
  readonly digest: string;
}

/** A policy in force. */
export interface FleetPolicy {
  readonly name: string;
  readonly fleet: string;
  readonly origin: string;
  /** 1 when the policy first came into force, one more for each change of its content. */
  readonly generation: number;
  readonly services: ReadonlyMap<string, Service>;
  /** `version` is the generation. */
  readonly parameters: ShapingParameters;
  /** What a device is told, sealed. */
  readonly message: Parameters;
  readonly maxConnectionAgeMs: number;
  readonly meter: TunnelMeter;
  readonly digest: string;
}

export class PolicyBook {
  readonly #limits: TunnelLimits;
  readonly #generations = new Map<string, number>();
  readonly #meters = new Map<string, TunnelMeter>();
  #byFleet: ReadonlyMap<string, FleetPolicy> = new Map();

  constructor(limits: TunnelLimits) {
    this.#limits = limits;
  }

  /** Puts these policies in force, and no others. Returns those that are new or changed. */
  replace(loaded: readonly LoadedPolicy[]): readonly FleetPolicy[] {
    const before = this.#byFleet;
    const changed: FleetPolicy[] = [];
    const now = loaded.map((policy) => {
      const known = before.get(policy.fleet);
      // The same content in another place is the same policy.
      if (known?.name === policy.name && known.digest === policy.digest) return { ...known, origin: policy.origin };
      const inForce = this.#inForce(policy);
      changed.push(inForce);
      return inForce;
    });
    this.#byFleet = new Map(now.map((policy) => [policy.fleet, policy]));
    return changed;
  }

  get(fleet: string): FleetPolicy | undefined {
    return this.#byFleet.get(fleet);
  }

  get inForce(): readonly FleetPolicy[] {
    return [...this.#byFleet.values()];
  }

  /** Every policy that was ever in force: counters do not vanish. */
  get metered(): readonly { readonly name: string; readonly meter: TunnelMeter }[] {
    return [...this.#meters].map(([name, meter]) => ({ name, meter }));
  }

  #inForce(policy: LoadedPolicy): FleetPolicy {
    const { name, fleet, origin, services, maxConnectionAgeMs, digest } = policy;
    const generation = (this.#generations.get(name) ?? 0) + 1;
    this.#generations.set(name, generation);
    const meter = this.#meters.get(name) ?? new TunnelMeter();
    this.#meters.set(name, meter);
    const parameters = { ...policy.parameters, version: generation };
    return {
      name,
      fleet,
      origin,
      generation,
      services: new Map(services.map((service) => [service.name, service])),
      parameters,
      message: parametersMessage(parameters, this.#limits),
      maxConnectionAgeMs,
      meter,
      digest,
    };
  }
}
