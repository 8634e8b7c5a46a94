/**
 * The keys of all fleets in force, and the key of one device from them. Replaced whole at a reload; devices that stand keep
 * their sessions.
 */
import { deriveDeviceKey, type KeyLookup, keyId, limits, macsEqual } from '@quietwire/proto';
import type { GroupKeys, KeysRead } from './group-keys.ts';
import { emptyList, type RevokedInForce, type RevokedList } from './revoked-list.ts';

/** Stands in for what there is not, so that a lookup takes the same steps: derived from, and never answered with. */
const decoyKey = new Uint8Array(limits.mac);
const decoyFleet: GroupKeys = { primary: decoyKey, secondary: undefined, revoked: emptyList };

export class KeyRing {
  #fleets: ReadonlyMap<string, GroupKeys> = new Map();

  /** @throws as `prepare` */
  constructor(fleets: ReadonlyMap<string, KeysRead>) {
    this.prepare(fleets)();
  }

  /**
   * Prepares these keys, and no others. What is returned puts them in force and cannot fail.
   * @throws Error for a list of revoked devices that was left out although none is in force.
   */
  prepare(fleets: ReadonlyMap<string, KeysRead>): () => void {
    const entries = [...fleets].map(([fleet, keys]) => {
      const revoked = keys.revoked ?? this.#fleets.get(fleet)?.revoked;
      if (revoked === undefined) throw new Error(`the list of revoked devices of fleet ${fleet} was not read`);
      return [fleet, { ...keys, revoked }] as const;
    });
    return () => {
      this.#fleets = new Map(entries);
    };
  }

  /** New lists of revoked devices for the fleets that are known; the lists of others stay. */
  replaceRevoked(revoked: ReadonlyMap<string, RevokedList>): void {
    const entries = [...this.#fleets].map(
      ([fleet, keys]) => [fleet, { ...keys, revoked: revoked.get(fleet) ?? keys.revoked }] as const,
    );
    this.#fleets = new Map(entries);
  }

  /** The lists of revoked devices in force, by fleet: here alone. */
  get revoked(): ReadonlyMap<string, RevokedInForce> {
    const entries = [...this.#fleets].map(
      ([fleet, { revoked }]) => [fleet, { count: revoked.ids.size, digest: revoked.digest }] as const,
    );
    return new Map(entries);
  }

  /**
   * The key that a device says it holds: derived from the primary group key, else from the secondary. Always the same
   * derivations, since their time would tell which fleets there are and how many keys they have.
   * @param served whether the fleet has a policy; without one it is as unknown as one without keys.
   */
  lookup(fleet: string, deviceId: string, wanted: Uint8Array, served = true): KeyLookup {
    const found = this.#fleets.get(fleet);
    const keys = found ?? decoyFleet;
    const primary = deriveDeviceKey(keys.primary, deviceId);
    const secondary = deriveDeviceKey(keys.secondary ?? decoyKey, deviceId);
    const isPrimary = macsEqual(keyId(primary), wanted);
    const isSecondary = macsEqual(keyId(secondary), wanted);
    const revoked = keys.revoked.ids.has(deviceId);
    if (found === undefined || !served) return { unknown: 'fleet' };
    if (isPrimary) return { deviceKey: primary, slot: 'primary', revoked };
    if (isSecondary && keys.secondary !== undefined) return { deviceKey: secondary, slot: 'secondary', revoked };
    return { unknown: 'device' };
  }

  has(fleet: string): boolean {
    return this.#fleets.has(fleet);
  }

  isRevoked(fleet: string, deviceId: string): boolean {
    return this.#fleets.get(fleet)?.revoked.ids.has(deviceId) ?? false;
  }

  /** For `/config`: which keys are in force, and nothing that a guess could be compared with. */
  describe(): Record<string, { primary: 'present'; secondary: 'present' | null; revoked: number }> {
    const entries = [...this.#fleets].map(([fleet, { secondary, revoked }]) => {
      const second = secondary === undefined ? null : ('present' as const);
      return [fleet, { primary: 'present' as const, secondary: second, revoked: revoked.ids.size }] as const;
    });
    return Object.fromEntries(entries);
  }
}
