// The bytes that a replay sends: a key stream that both ends derive from a seed, so that each can check what arrives.

import { type Cipheriv, createCipheriv, createHash } from 'node:crypto';
import { type Direction, type Row, totalBytes } from './table.ts';

/** The content of one direction, to be taken from its beginning in pieces of any size. */
export class ContentStream {
  readonly #cipher: Cipheriv;

  constructor(seed: string, direction: Direction) {
    const key = createHash('sha256').update(`${direction} ${seed}`).digest();
    this.#cipher = createCipheriv('aes-256-ctr', key, Buffer.alloc(16));
  }

  take(bytes: number): Buffer {
    return this.#cipher.update(Buffer.alloc(bytes));
  }
}

/** The SHA-256 (hex) of all that one direction of a table carries. */
export function contentDigest(rows: readonly Row[], seed: string, direction: Direction): string {
  const bytes = new ContentStream(seed, direction).take(totalBytes(rows, direction));
  return createHash('sha256').update(bytes).digest('hex');
}
