// Files with secrets: written once with mode 0600, never over another file, and read back for a Secret.

import { mkdir, readdir, readFile, unlink, writeFile } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { PlannerError } from '../errors.ts';
import { type KeySlot, keyFileName, keySlots, parseKey } from './fleet-keys.ts';

/**
 * Writes all files into `directory` (made with mode 0700 if missing), or none. Returns their paths. Rejects with
 * FILE_EXISTS if any is there already, FILE_UNWRITABLE if writing fails.
 */
export async function writeNewFiles(directory: string, files: Record<string, string>): Promise<string[]> {
  const written: string[] = [];
  try {
    await mkdir(directory, { recursive: true, mode: 0o700 });
    for (const [name, text] of Object.entries(files)) {
      const path = join(directory, name);
      await writeFile(path, text, { mode: 0o600, flag: 'wx' });
      written.push(path);
    }
    return written;
  } catch (cause) {
    for (const path of written) await unlink(path);
    const { code, path = directory, message } = cause as NodeJS.ErrnoException;
    if (code === 'EEXIST') throw new PlannerError('FILE_EXISTS', `${path} exists; nothing was written`, { cause });
    throw new PlannerError('FILE_UNWRITABLE', `${path}: ${message}`, { cause });
  }
}

/** Writes one file that must not be there yet, with mode 0600. Rejects as `writeNewFiles`. */
export async function writeNewFile(path: string, text: string): Promise<void> {
  await writeNewFiles(dirname(path), { [basename(path)]: text });
}

/**
 * The entries of a fleet in a directory of keys, by slot: the files `<fleet>.<slot>`, or with `bare` also `<slot>`. Rejects
 * with INVALID_FILE if there is no primary key, INVALID_KEY if an entry is no key, FILE_UNREADABLE.
 */
export async function readFleetFiles(directory: string, fleet: string, bare: boolean): Promise<Map<KeySlot, string>> {
  const present = new Set(await reading(directory, readdir(directory)));
  const names = (slot: KeySlot) => [keyFileName(slot, fleet), ...(bare ? [keyFileName(slot)] : [])];
  const entries = new Map<KeySlot, string>();
  for (const slot of keySlots) {
    const name = names(slot).find((candidate) => present.has(candidate));
    if (name === undefined) continue;
    const path = join(directory, name);
    const text = await reading(path, readFile(path, 'utf8'));
    if (slot !== 'revoked') parseKey(text, path);
    entries.set(slot, text);
  }
  if (entries.has('primary')) return entries;
  throw new PlannerError('INVALID_FILE', `1 fault in ${directory}`, {
    faults: [
      `${directory}: has no primary key of fleet ${fleet} (got no such file, allowed ${names('primary').join(' or ')})`,
    ],
  });
}

async function reading<Result>(path: string, result: Promise<Result>): Promise<Result> {
  try {
    return await result;
  } catch (cause) {
    const { message } = cause as NodeJS.ErrnoException;
    throw new PlannerError('FILE_UNREADABLE', `${path}: ${message}`, { cause });
  }
}
