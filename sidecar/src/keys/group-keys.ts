/**
 * The keys of one fleet as they lie in `keysDir`: `<fleet>.primary` and `<fleet>.secondary` (base64 of 16 to 64 bytes),
 * `<fleet>.revoked` (one device id a line). Parsing only; which device proves itself with what is `key-ring.ts`'s matter.
 */
import { limits } from '@quietwire/proto';

export interface GroupKeys {
  readonly primary: Uint8Array;
  readonly secondary: Uint8Array | undefined;
  readonly revoked: ReadonlySet<string>;
}

/**
 * A group key from the text of its file; white space around it is allowed.
 * @returns the key, or what is wrong with the text (never the text itself).
 */
export function parseGroupKey(text: string): Uint8Array | { readonly fault: string } {
  const base64 = text.trim();
  const allowed = `base64 of ${limits.groupKeyMin} to ${limits.groupKeyMax} bytes`;
  if (base64 === '') return { fault: `empty (allowed ${allowed})` };
  if (!/^[A-Za-z0-9+/]+={0,2}$/.test(base64) || base64.length % 4 !== 0) {
    return { fault: `not base64 (allowed ${allowed})` };
  }
  const key = Buffer.from(base64, 'base64');
  if (key.length < limits.groupKeyMin || key.length > limits.groupKeyMax) {
    return { fault: `key length (got ${key.length} bytes, allowed ${allowed})` };
  }
  return key;
}

/** Device ids, one a line; empty lines and lines that begin with `#` do not count. */
export function parseRevoked(text: string): ReadonlySet<string> {
  const lines = text.split('\n').map((line) => line.trim());
  return new Set(lines.filter((line) => line !== '' && !line.startsWith('#')));
}
