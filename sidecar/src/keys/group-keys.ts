/**
 * The keys of one fleet as they lie in `keysDir`: `<fleet>.primary` and `<fleet>.secondary` (base64 of 16 to 64 bytes). Parsing
 * only; which device proves itself with what is `key-ring.ts`'s matter, the list of revoked devices `revoked-list.ts`'s.
 */
import { limits } from '@quietwire/proto';
import { decodeBase64 } from './base64.ts';
import type { RevokedList } from './revoked-list.ts';

export interface GroupKeys {
  readonly primary: Uint8Array;
  readonly secondary: Uint8Array | undefined;
  readonly revoked: RevokedList;
}

/** As they were read: the list of revoked devices is left out where the one in force says the same. */
export interface KeysRead extends Omit<GroupKeys, 'revoked'> {
  readonly revoked: RevokedList | undefined;
}

/**
 * A group key from the text of its file; it may stand on several lines.
 * @returns the key, or what is wrong with the text (never the text itself).
 */
export function parseGroupKey(text: string): Uint8Array | { readonly fault: string } {
  const allowed = `base64 of ${limits.groupKeyMin} to ${limits.groupKeyMax} bytes`;
  if (text.trim() === '') return { fault: `empty (allowed ${allowed})` };
  const key = decodeBase64(text);
  if (key === undefined) return { fault: `not base64 (allowed ${allowed})` };
  if (key.length < limits.groupKeyMin || key.length > limits.groupKeyMax) {
    return { fault: `key length (got ${key.length} bytes, allowed ${allowed})` };
  }
  return key;
}
