/**
 * Keys in base64 as programs print them: padded, and over several lines if the program breaks them (`openssl rand -base64 64`
 * does). White space around a line does not count; inside a line there is none. Pure.
 */

/** The bytes, or undefined for a text that is no base64. An empty text is no bytes. */
export function decodeBase64(text: string): Uint8Array | undefined {
  const joined = text
    .split('\n')
    .map((line) => line.trim())
    .join('');
  if (!/^[A-Za-z0-9+/]*={0,2}$/.test(joined) || joined.length % 4 !== 0) return undefined;
  return Buffer.from(joined, 'base64');
}
