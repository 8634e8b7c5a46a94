// The bytes of a decoder's input, which may be raw or written as hex. Pure.

import { PlannerError } from '../errors.ts';

/**
 * Takes a file that holds nothing but hex digits and white space for hex, any other for raw bytes. (A frame begins with its
 * length, at most 16,000: raw bytes that are all hex digits would begin with a frame of 12,336 bytes or more.) Throws
 * INVALID_FILE if the hex digits do not make whole bytes.
 */
export function inputBytes(file: Uint8Array, source: string): Uint8Array {
  const text = Buffer.from(file.buffer, file.byteOffset, file.length).toString('latin1');
  if (!/^[\s0-9a-fA-F]*$/.test(text)) return file;
  const digits = text.replace(/\s+/g, '');
  if (digits.length % 2 === 0) return Buffer.from(digits, 'hex');
  throw new PlannerError('INVALID_FILE', `1 fault in ${source}`, {
    faults: [`${source}: hex does not make whole bytes (got ${digits.length} digits, allowed an even number)`],
  });
}
