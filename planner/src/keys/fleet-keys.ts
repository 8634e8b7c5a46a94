// The secrets of a fleet and how they look in files: bytes in base64, 32 if made here. Pure; reads and writes no files.

import { limits } from '@quietwire/proto';
import { PlannerError } from '../errors.ts';

const keyBytes = 32;

/** What the sidecar reads for a fleet (contract section 4, `keysDir`). `personas` seeds the cover's invented inhabitants and
 *  outlives the rotation of the other two. */
export const secretSlots = ['primary', 'secondary', 'personas'] as const;
/** All entries that a fleet may have; `revoked` lists device ids, one a line. */
export const keySlots = [...secretSlots, 'revoked'] as const;
export type KeySlot = (typeof keySlots)[number];

/** `<fleet>.<slot>` as the sidecar expects it, or the bare slot for keys that belong to no fleet yet. */
export function keyFileName(slot: KeySlot, fleet?: string): string {
  return fleet === undefined ? slot : `${fleet}.${slot}`;
}

/** New secrets, in base64, by slot. @param randomBytes a cryptographic source of n random bytes. */
export function createFleetKeys(randomBytes: (n: number) => Uint8Array): Record<(typeof secretSlots)[number], string> {
  const key = () => Buffer.from(randomBytes(keyBytes)).toString('base64');
  return { primary: key(), secondary: key(), personas: key() };
}

/**
 * The bytes of a key file's text (SPEC 15: 16 to 64); it may stand on several lines, as `openssl rand -base64 64` prints it. Throws INVALID_KEY, naming `source` but never the text itself.
 */
export function parseKey(text: string, source: string): Uint8Array {
  const { groupKeyMin, groupKeyMax } = limits;
  const lines = text.split('\n').map((line) => line.trim());
  const joined = lines.join('');
  const bytes = Buffer.from(joined, 'base64');
  const isBase64 = bytes.toString('base64') === joined;
  if (isBase64 && bytes.length >= groupKeyMin && bytes.length <= groupKeyMax) return bytes;
  const got = isBase64 ? `${bytes.length} bytes` : `${joined.length} characters that are no base64`;
  throw new PlannerError('INVALID_KEY', `1 fault in ${source}`, {
    faults: [`${source}: is no key (got ${got}, allowed ${groupKeyMin} to ${groupKeyMax} bytes in base64)`],
  });
}
