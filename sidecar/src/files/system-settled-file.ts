/**
 * Reads files whole, of bounded size, and never half of what somebody is just writing: what was changed within the last second
 * is read until two readings agree, and an empty one until it has been empty for that second, because who writes a file in
 * place empties it first.
 */
import { type FileHandle, open } from 'node:fs/promises';
import { setTimeout as sleep } from 'node:timers/promises';

/** A file younger than this may still be being written. */
const freshMs = 1000;
const distanceMs = 50;
/** Who takes longer to write is told of. */
const patienceMs = 3000;

/** Why a file's text was not taken, beside what the system says (ENOENT, EACCES …). */
export class FileUnsettled extends Error {}

/** What tells one state of a file from another without its content. */
export interface FileSignature {
  readonly inode: bigint;
  readonly size: bigint;
  readonly changedNs: bigint;
}

/** @throws (rejects) system errors; FileUnsettled for what is too large or does not come to rest. */
export async function readSettledFile(path: string, maxBytes: number): Promise<Buffer> {
  const start = Date.now();
  let before: Reading | undefined;
  for (;;) {
    const reading = await readOnce(path, maxBytes);
    if (!reading.regular) return reading.bytes;
    const age = Date.now() - Number(reading.signature.changedNs / 1_000_000n);
    if (reading.whole && (age >= freshMs || agrees(reading, before))) return reading.bytes;
    const waited = Date.now() - start;
    // A clock of the file system that runs ahead must not keep an empty file for ever.
    if (reading.whole && waited >= freshMs && before?.bytes.equals(reading.bytes)) return reading.bytes;
    if (waited >= patienceMs) throw new FileUnsettled('it is still being written');
    before = reading;
    await sleep(distanceMs);
  }
}

interface Reading {
  readonly bytes: Buffer;
  readonly signature: FileSignature;
  /** Whether nothing changed between the first byte and the last. */
  readonly whole: boolean;
  readonly regular: boolean;
}

async function readOnce(path: string, maxBytes: number): Promise<Reading> {
  const file = await open(path, 'r');
  try {
    const first = await file.stat({ bigint: true });
    const bytes = await readUpTo(file, maxBytes + 1);
    if (bytes.length > maxBytes) throw new FileUnsettled(`it is larger than ${maxBytes} bytes`);
    const signature = signatureOf(first);
    const whole =
      sameSignature(signature, signatureOf(await file.stat({ bigint: true }))) &&
      signature.size === BigInt(bytes.length);
    return { bytes, signature, whole, regular: first.isFile() };
  } finally {
    await file.close();
  }
}

async function readUpTo(file: FileHandle, limit: number): Promise<Buffer> {
  const chunks: Buffer[] = [];
  let total = 0;
  while (total < limit) {
    const { bytesRead, buffer } = await file.read(Buffer.alloc(Math.min(limit - total, 65_536)));
    if (bytesRead === 0) break;
    chunks.push(buffer.subarray(0, bytesRead));
    total += bytesRead;
  }
  return Buffer.concat(chunks);
}

function agrees(reading: Reading, before: Reading | undefined): boolean {
  if (before === undefined || reading.bytes.length === 0) return false;
  return sameSignature(reading.signature, before.signature) && reading.bytes.equals(before.bytes);
}

export function signatureOf(stat: { ino: bigint; size: bigint; mtimeNs: bigint }): FileSignature {
  return { inode: stat.ino, size: stat.size, changedNs: stat.mtimeNs };
}

export function sameSignature(left: FileSignature, right: FileSignature): boolean {
  return left.inode === right.inode && left.size === right.size && left.changedNs === right.changedNs;
}
