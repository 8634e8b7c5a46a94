// Randomness of the operating system for cover, gaps and nonces. An observer who could predict the generator would know
// every virtual activity, so the seeded generators of `shaping` are for tests and simulations only.
import { randomBytes, randomFillSync } from 'node:crypto';
import type { Random } from '@quietwire/shaping';

const POOL_WORDS = 256;

/** Uniform numbers of 32 random bits from the operating system's generator, fetched a kilobyte at a time. */
export function systemRandom(): Random {
  const pool = new Uint32Array(POOL_WORDS);
  let used = POOL_WORDS;
  return {
    next: () => {
      if (used === POOL_WORDS) {
        randomFillSync(pool);
        used = 0;
      }
      const word = pool[used] ?? 0;
      pool[used] = 0;
      used += 1;
      return word / 4_294_967_296;
    },
  };
}

export function systemRandomBytes(size: number): Uint8Array {
  return randomBytes(size);
}
