/**
 * The keys of all fleets in force, and the key of one device from them. Replaced whole at a reload; devices that stand keep
 * their sessions.
 */
import { deriveDeviceKey, type KeyLookup, keyId, macsEqual } from '@quietwire/proto';
import { type GroupKeys, secretDigest } from './group-keys.ts';

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

  /** The key that a device says it holds: derived from the primary group key, else from the secondary. */
  lookup(fleet: string, deviceId: string, wanted: Uint8Array): KeyLookup {
    const keys = this.#fleets.get(fleet);
    if (keys === undefined) return { unknown: 'fleet' };
    const revoked = keys.revoked.has(deviceId);
    for (const slot of ['primary', 'secondary'] as const) {
      const groupKey = keys[slot];
      if (groupKey === undefined) continue;
      const deviceKey = deriveDeviceKey(groupKey, deviceId);
      if (macsEqual(keyId(deviceKey), wanted)) return { deviceKey, slot, revoked };
    }
    return { unknown: 'device' };
  }

  has(fleet: string): boolean {
    return this.#fleets.has(fleet);
  }

  isRevoked(fleet: string, deviceId: string): boolean {
    return this.#fleets.get(fleet)?.revoked.has(deviceId) ?? false;
  }

  /** For `/config`: which keys are in force, as digests. */
  describe(): Record<string, { primary: string; secondary: string | null; revoked: number }> {
    const entries = [...this.#fleets].map(([fleet, keys]) => {
      const secondary = keys.secondary === undefined ? null : secretDigest(keys.secondary);
      return [fleet, { primary: secretDigest(keys.primary), secondary, revoked: keys.revoked.size }] as const;
    });
    return Object.fromEntries(entries);
  }
}
