// Seeded mutations of inputs: bits, bytes that mean something, cuts, copies, and joins of two inputs.

/** A generator of numbers in [0, 1) that a seed repeats (mulberry32). */
export function seededNumbers(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}

const telling = [0x00, 0x01, 0x02, 0x08, 0x0a, 0x10, 0x12, 0x1a, 0x20, 0x3f, 0x40, 0x7f, 0x80, 0x8a, 0xfe, 0xff];
const longest = 20_000;

/** One to eight changes of `input`; `other` is a second input to take parts from. */
export function mutate(input: Uint8Array, other: Uint8Array, random: () => number): Uint8Array {
  let bytes = Uint8Array.from(input);
  const below = (limit: number): number => Math.floor(random() * limit);
  for (let changes = 1 + below(8); changes > 0; changes--) {
    const at = below(bytes.length + 1);
    const length = 1 + below(Math.min(64, bytes.length - at + 1));
    switch (below(7)) {
      case 0:
        if (at < bytes.length) bytes[at] = (bytes[at] ?? 0) ^ (1 << below(8));
        break;
      case 1:
        if (at < bytes.length) bytes[at] = telling[below(telling.length)] ?? 0;
        break;
      case 2:
        bytes = join(bytes.subarray(0, at), bytes.subarray(at + length));
        break;
      case 3:
        bytes = join(bytes.subarray(0, at), bytes.subarray(at, at + length), bytes.subarray(at));
        break;
      case 4: {
        const from = below(other.length + 1);
        bytes = join(bytes.subarray(0, at), other.subarray(from, from + length), bytes.subarray(at));
        break;
      }
      case 5:
        bytes = join(bytes.subarray(0, at), other.subarray(Math.min(at, other.length)));
        break;
      default:
        bytes = join(
          bytes.subarray(0, at),
          Uint8Array.from({ length }, () => below(256)),
          bytes.subarray(at),
        );
    }
  }
  return bytes.subarray(0, longest);
}

function join(...parts: Uint8Array[]): Uint8Array<ArrayBuffer> {
  return Uint8Array.from(Buffer.concat(parts));
}
