/**
 * Randomness as an argument: the interface that all of Quietwire draws from, and the seeded generator of tests, simulations
 * and reproducible plans. The running product's, which is not this one, belongs to `tunnel`.
 */

/** A source of uniform random numbers. */
export interface Random {
  /** The next number, uniform in [0, 1), with 32 random bits. */
  next(): number;
}

const warmUpRounds = 12;

/**
 * A generator that gives the same numbers for the same seed, on every machine. Not for secrets: its state can be found from
 * its output; the running product draws from the operating system (`tunnel`, system-random.ts).
 *
 * Source: sfc32, Chris Doty-Humphrey, PractRand ("small fast counting", 32 bits, 128 bits of state).
 */
export function seededRandom(seed: number | string): Random {
  return new SmallFastCounting(...seedWords(String(seed)));
}

class SmallFastCounting implements Random {
  #a: number;
  #b: number;
  #c: number;
  #counter: number;

  constructor(a: number, b: number, c: number, counter: number) {
    this.#a = a | 0;
    this.#b = b | 0;
    this.#c = c | 0;
    this.#counter = counter | 0;
    for (let round = 0; round < warmUpRounds; round += 1) this.next();
  }

  next(): number {
    const sum = (((this.#a + this.#b) | 0) + this.#counter) | 0;
    this.#counter = (this.#counter + 1) | 0;
    this.#a = this.#b ^ (this.#b >>> 9);
    this.#b = (this.#c + (this.#c << 3)) | 0;
    this.#c = (((this.#c << 21) | (this.#c >>> 11)) + sum) | 0;
    return (sum >>> 0) / 4_294_967_296;
  }
}

/** Four words from a text: FNV-1a with a different start for each word, then MurmurHash3's finalizer. */
function seedWords(text: string): [number, number, number, number] {
  const word = (start: number): number => {
    let hash = start;
    for (let index = 0; index < text.length; index += 1) {
      hash = Math.imul(hash ^ text.charCodeAt(index), 16_777_619);
    }
    hash = Math.imul(hash ^ (hash >>> 16), 0x85ebca6b);
    hash = Math.imul(hash ^ (hash >>> 13), 0xc2b2ae35);
    return hash ^ (hash >>> 16);
  };
  return [word(0x811c9dc5), word(0x9e3779b9), word(0x7f4a7c15), word(0xf39cc060)];
}
