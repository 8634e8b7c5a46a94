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
  /** Of its name and whole content, to tell a change by. */
  readonly digest: string;
  /** Undefined where the policy in force has the same digest. */
  readonly content: PolicyContent | undefined;
}

export interface PolicyContent {
  readonly services: readonly Service[];
  readonly parameters: ShapingParameters;
  /** c and what it holds for, for people. */
  readonly promise: string;
  /** Oldest connection, ms. */
  readonly maxConnectionAgeMs: number;
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
  /** c and what it holds for, for people. */
  readonly promise: string;
  /** What a device is told, sealed. */
  readonly message: Parameters;
  readonly maxConnectionAgeMs: number;
  readonly meter: TunnelMeter;
  readonly digest: string;
}

/** The policies that are to be in force, and no others. */
export interface PolicyChange {
  /** @throws Error for a policy whose content was left out although it is not in force. */
  add(policy: LoadedPolicy): void;
  /** Puts them in force, which cannot fail. Returns those that are new or changed. */
  commit(): readonly FleetPolicy[];
}

export class PolicyBook {
  readonly #limits: TunnelLimits;
  readonly #generations = new Map<string, number>();
  readonly #meters = new Map<string, TunnelMeter>();
  #byFleet: ReadonlyMap<string, FleetPolicy> = new Map();

  constructor(limits: TunnelLimits) {
    this.#limits = limits;
  }

  /** Begins a change of everything that is in force. One at a time: what is begun counts from what is in force now. */
  begin(): PolicyChange {
    const changed: FleetPolicy[] = [];
    const now = new Map<string, FleetPolicy>();
    return {
      add: (policy) => {
        const known = this.#byFleet.get(policy.fleet);
        if (known?.digest === policy.digest) {
          // The same content in another place is the same policy.
          now.set(policy.fleet, known.origin === policy.origin ? known : { ...known, origin: policy.origin });
          return;
        }
        const inForce = this.#inForce(policy);
        now.set(policy.fleet, inForce);
        changed.push(inForce);
      },
      commit: () => {
        for (const { name, generation, meter } of changed) {
          this.#generations.set(name, generation);
          this.#meters.set(name, meter);
        }
        this.#byFleet = now;
        return changed;
      },
    };
  }

  get(fleet: string): FleetPolicy | undefined {
    return this.#byFleet.get(fleet);
  }

  /** Digests of the policies in force, by fleet. */
  get digests(): ReadonlyMap<string, string> {
    return new Map([...this.#byFleet].map(([fleet, { digest }]) => [fleet, digest] as const));
  }

  get inForce(): readonly FleetPolicy[] {
    return [...this.#byFleet.values()];
  }

  /** Every policy that was ever in force: counters do not vanish. */
  get metered(): readonly { readonly name: string; readonly meter: TunnelMeter }[] {
    return [...this.#meters].map(([name, meter]) => ({ name, meter }));
  }

  #inForce({ name, fleet, origin, digest, content }: LoadedPolicy): FleetPolicy {
    if (content === undefined) throw new Error(`policy ${name} was read without its content, and is not in force`);
    const generation = (this.#generations.get(name) ?? 0) + 1;
    const parameters = { ...content.parameters, version: generation };
    return {
      name,
      fleet,
      origin,
      generation,
      services: new Map(content.services.map((service) => [service.name, service])),
      parameters,
      promise: content.promise,
      message: parametersMessage(parameters, this.#limits),
      maxConnectionAgeMs: content.maxConnectionAgeMs,
      meter: this.#meters.get(name) ?? new TunnelMeter(),
      digest,
    };
  }
}
