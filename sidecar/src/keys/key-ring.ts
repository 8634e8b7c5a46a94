/**
 * The keys of all fleets in force, and the key of one device from them. Replaced whole at a reload; devices that stand keep
 * their sessions.
 */
import { deriveDeviceKey, type KeyLookup, keyId, limits, macsEqual } from '@quietwire/proto';
import type { GroupKeys } from './group-keys.ts';

/** Stands in for what there is not, so that a lookup takes the same steps: derived from, and never answered with. */
const decoyKey = new Uint8Array(limits.mac);
const decoyFleet: GroupKeys = { primary: decoyKey, secondary: undefined, revoked: new Set() };

export class KeyRing {
  #fleets: ReadonlyMap<string, GroupKeys>;

  constructor(fleets: ReadonlyMap<string, GroupKeys>) {
    this.#fleets = fleets;
  }

  replace(fleets: ReadonlyMap<string, GroupKeys>): void {
    this.#fleets = fleets;
  }

  /** New lists of revoked devices for the fleets that are known. */
  replaceRevoked(revoked: ReadonlyMap<string, ReadonlySet<string>>): void {
    const entries = [...this.#fleets].map(
      ([fleet, keys]) => [fleet, { ...keys, revoked: revoked.get(fleet) ?? keys.revoked }] as const,
    );
    this.#fleets = new Map(entries);
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
    const revoked = keys.revoked.has(deviceId);
    if (found === undefined || !served) return { unknown: 'fleet' };
    if (isPrimary) return { deviceKey: primary, slot: 'primary', revoked };
    if (isSecondary && keys.secondary !== undefined) return { deviceKey: secondary, slot: 'secondary', revoked };
    return { unknown: 'device' };
  }

  has(fleet: string): boolean {
    return this.#fleets.has(fleet);
  }

  isRevoked(fleet: string, deviceId: string): boolean {
    return this.#fleets.get(fleet)?.revoked.has(deviceId) ?? false;
  }

  /** For `/config`: which keys are in force, and nothing that a guess could be compared with. */
  describe(): Record<string, { primary: 'present'; secondary: 'present' | null; revoked: number }> {
    const entries = [...this.#fleets].map(([fleet, { secondary, revoked }]) => {
      const second = secondary === undefined ? null : ('present' as const);
      return [fleet, { primary: 'present' as const, secondary: second, revoked: revoked.size }] as const;
    });
    return Object.fromEntries(entries);
  }
}
