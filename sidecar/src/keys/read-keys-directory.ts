/** Reads `keysDir` for the fleets of the policies, and lists every fault with fleet and path. */
import { join } from 'node:path';
import { SidecarError } from '../errors.ts';
import { readFileOf } from '../files/file-text.ts';
import { type KeysRead, parseGroupKey } from './group-keys.ts';
import { readRevoked } from './read-revoked.ts';
import type { RevokedInForce } from './revoked-list.ts';

/** Fleets whose files are open at a time: a process has few descriptors. */
const fleetsAtOnce = 16;

interface Faults {
  readonly invalid: string[];
  readonly unreadable: string[];
}

/**
 * The keys of every fleet. `<fleet>.primary` must be there; `.secondary` and `.revoked` may be.
 * @param revoked the lists in force, which an empty or absent file does not lift; none at the start.
 * @throws SidecarError KEYS_INVALID, or FILE_UNREADABLE, with one fault a file; an AggregateError of the two if there are both.
 */
export async function readKeysDirectory(
  directory: string,
  fleets: readonly string[],
  revoked: ReadonlyMap<string, RevokedInForce> = new Map(),
): Promise<ReadonlyMap<string, KeysRead>> {
  const faults: Faults = { invalid: [], unreadable: [] };
  const keys = new Map<string, KeysRead>();
  for (let first = 0; first < fleets.length; first += fleetsAtOnce) {
    const some = fleets.slice(first, first + fleetsAtOnce);
    const read = await Promise.all(some.map((fleet) => readFleet(directory, fleet, revoked.get(fleet))));
    for (const [index, fleet] of some.entries()) {
      const { found, invalid, unreadable } = read[index] as FleetRead;
      faults.invalid.push(...invalid);
      faults.unreadable.push(...unreadable);
      if (found !== undefined) keys.set(fleet, found);
    }
  }
  const errors = [
    ...(faults.unreadable.length > 0 ? [SidecarError.listing('FILE_UNREADABLE', faults.unreadable)] : []),
    ...(faults.invalid.length > 0 ? [SidecarError.listing('KEYS_INVALID', faults.invalid)] : []),
  ];
  if (errors.length === 1) throw errors[0];
  if (errors.length > 1) throw new AggregateError(errors, 'several keys are not valid');
  return keys;
}

interface FleetRead extends Faults {
  readonly found: KeysRead | undefined;
}

async function readFleet(directory: string, fleet: string, inForce: RevokedInForce | undefined): Promise<FleetRead> {
  const faults: Faults = { invalid: [], unreadable: [] };
  // One after the other, so that faults stand in the order of the files.
  const primary = await readKey(directory, fleet, 'primary', faults);
  const secondary = await readKey(directory, fleet, 'secondary', faults);
  const revoked = await readRevoked(directory, fleet, inForce);
  if ('fault' in revoked) faults[revoked.unreadable ? 'unreadable' : 'invalid'].push(revoked.fault);
  const found = primary !== undefined && 'list' in revoked ? { primary, secondary, revoked: revoked.list } : undefined;
  return { ...faults, found };
}

async function readKey(
  directory: string,
  fleet: string,
  slot: 'primary' | 'secondary',
  faults: Faults,
): Promise<Uint8Array | undefined> {
  const path = join(directory, `${fleet}.${slot}`);
  const file = await readFileOf('key', path);
  if ('reason' in file) {
    const key = `${path}: the ${slot} key of fleet ${fleet}`;
    if (!file.missing) faults.unreadable.push(`${key} cannot be read: ${file.reason}`);
    else if (slot === 'primary') faults.invalid.push(`${key} is missing`);
    return undefined;
  }
  const key = parseGroupKey(file.bytes.toString());
  if (key instanceof Uint8Array) return key;
  faults.invalid.push(`${path}: ${slot} key of fleet ${fleet}: ${key.fault}`);
  return undefined;
}
