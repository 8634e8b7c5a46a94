/** Reads `keysDir` for the fleets of the policies, and lists every fault with fleet and path. */
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { errorText, SidecarError, systemCode } from '../errors.ts';
import { type GroupKeys, parseGroupKey, parseRevoked } from './group-keys.ts';

/**
 * The keys of every fleet. `<fleet>.primary` must be there; `.secondary` and `.revoked` may be.
 * @throws SidecarError KEYS_INVALID with one fault a file.
 */
export async function readKeysDirectory(
  directory: string,
  fleets: Iterable<string>,
): Promise<ReadonlyMap<string, GroupKeys>> {
  const faults: string[] = [];
  const keys = new Map<string, GroupKeys>();
  for (const fleet of fleets) {
    const primary = await readKey(directory, fleet, 'primary', faults);
    const secondary = await readKey(directory, fleet, 'secondary', faults);
    const revoked = await readText(directory, fleet, 'revoked', faults);
    if (primary !== undefined) keys.set(fleet, { primary, secondary, revoked: parseRevoked(revoked ?? '') });
  }
  if (faults.length > 0) throw SidecarError.listing('KEYS_INVALID', faults);
  return keys;
}

async function readKey(
  directory: string,
  fleet: string,
  slot: 'primary' | 'secondary',
  faults: string[],
): Promise<Uint8Array | undefined> {
  const text = await readText(directory, fleet, slot, faults);
  if (text === undefined) return undefined;
  const key = parseGroupKey(text);
  if (key instanceof Uint8Array) return key;
  faults.push(`${join(directory, `${fleet}.${slot}`)}: ${slot} key of fleet ${fleet}: ${key.fault}`);
  return undefined;
}

async function readText(
  directory: string,
  fleet: string,
  slot: 'primary' | 'secondary' | 'revoked',
  faults: string[],
): Promise<string | undefined> {
  const path = join(directory, `${fleet}.${slot}`);
  try {
    return await readFile(path, 'utf8');
  } catch (error) {
    const missing = systemCode(error) === 'ENOENT';
    if (missing && slot !== 'primary') return undefined;
    const what = slot === 'revoked' ? 'list of revoked devices' : `${slot} key`;
    faults.push(
      `${path}: the ${what} of fleet ${fleet} ${missing ? 'is missing' : `cannot be read: ${errorText(error)}`}`,
    );
    return undefined;
  }
}
