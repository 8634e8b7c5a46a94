// What an attack is to the case `attack`: a row of its table. `arm` runs in the attackers' process before the victims are
// watched, what it returns while they are.
import type { JsonObject } from '../../harness/child-program.ts';

export interface Attack {
  readonly name: string;
  readonly about: string;
  readonly arm: Arm;
  /** Default: `ordinaryLimits`. */
  readonly limits?: Partial<HarmLimits>;
  /** Honest devices that come while the attack goes on; all of them must get a tunnel. */
  readonly newcomers?: Newcomers;
}

/** Makes ready, and resolves with the attack itself, which ends soon after `stop`. */
export type Arm = (target: Target, effort: Effort) => Promise<(stop: AbortSignal) => Promise<void>>;

export interface HarmLimits {
  /** Share of the victims' slots that may pass without a frame (SPEC.md section 8). */
  readonly lostShare: number;
  /** Slowest answer of `/livez`, ms. */
  readonly livezMs: number;
}

export const ordinaryLimits: HarmLimits = { lostShare: 0.01, livezMs: 100 };

export interface Newcomers {
  readonly count: number;
  /** They come through a balancer whose PROXY header names them. */
  readonly behindBalancer: boolean;
}

export interface Target {
  readonly port: number;
  readonly adminPort: number;
  readonly ca: string;
  readonly fleet: string;
  /** Bytes of a frame by the policy. */
  readonly frameSize: number;
  /** Devices whose keys (base64) the attacker holds. */
  readonly devices: readonly { readonly device: string; readonly key: string }[];
}

/** Addresses of loopback: the attackers' own, and that of the balancer whose PROXY headers the sidecar trusts. Victims and
 *  newcomers come from 127.0.0.1. */
export const attackerAddress = '127.0.0.66';
export const balancerAddress = '127.0.0.88';

/** What the attackers did, beside the harm in the table. */
export class Effort {
  connections = 0;
  /** Connections that came about, to where the attack begins. */
  opened = 0;
  /** Connections that the sidecar ended or refused. */
  dropped = 0;
  bytes = 0;
  /** Of a connection that could not be used: the first few are kept, so that an attack that never was shows. */
  readonly failures: string[] = [];

  failed(error: unknown): void {
    this.dropped += 1;
    if (this.failures.length < 3) this.failures.push(error instanceof Error ? error.message : String(error));
  }

  toJson(): JsonObject {
    const { connections, opened, dropped, bytes, failures } = this;
    return { connections, opened, dropped, bytes, failures };
  }
}
