/** Reads the list of revoked devices of one fleet against the one in force. */
import { join } from 'node:path';
import { readFileOf } from '../files/file-text.ts';
import { decideRevoked, type RevokedInForce, type RevokedList } from './revoked-list.ts';

/** A list, undefined where it is the one in force; or why it is not taken. */
export type RevokedRead =
  | { readonly list: RevokedList | undefined }
  | { readonly fault: string; readonly unreadable: boolean };

/**
 * Does not reject.
 * @param inForce what is in force; undefined at the start.
 */
export async function readRevoked(
  directory: string,
  fleet: string,
  inForce: RevokedInForce | undefined,
): Promise<RevokedRead> {
  const path = revokedPath(directory, fleet);
  const what = `${path}: the list of revoked devices of fleet ${fleet}`;
  const file = await readFileOf('revoked', path);
  if ('reason' in file && !file.missing) return { fault: `${what} cannot be read: ${file.reason}`, unreadable: true };
  const decided = decideRevoked('bytes' in file ? file.bytes.toString() : undefined, inForce?.count ?? 0);
  if ('fault' in decided) return { fault: `${what} is not taken: ${decided.fault}`, unreadable: false };
  return { list: decided.digest === inForce?.digest ? undefined : decided };
}

/** Reads those of several fleets. Does not reject. */
export async function readRevokedLists(
  directory: string,
  inForce: ReadonlyMap<string, RevokedInForce>,
): Promise<ReadonlyMap<string, RevokedRead>> {
  const lists = new Map<string, RevokedRead>();
  for (const [fleet, list] of inForce) lists.set(fleet, await readRevoked(directory, fleet, list));
  return lists;
}

export function revokedPath(directory: string, fleet: string): string {
  return join(directory, `${fleet}.revoked`);
}
