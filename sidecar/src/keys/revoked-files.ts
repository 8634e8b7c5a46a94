/**
 * Which files of revoked devices need to be read: those that changed since they were read, or whose reading was not put in
 * force. A look at files that did not change costs one `stat` each.
 */
import { stat } from 'node:fs/promises';
import { type FileSignature, sameSignature, signatureOf } from '../files/system-settled-file.ts';
import { type RevokedRead, revokedPath } from './read-revoked.ts';
import type { RevokedInForce } from './revoked-list.ts';

type RevokedReads = ReadonlyMap<string, RevokedRead>;

interface Seen {
  readonly signature: FileSignature;
  /** In force after the file was read. */
  readonly digest: string;
}

export class RevokedFiles {
  readonly #directory: string;
  readonly #seen = new Map<string, Seen>();

  constructor(directory: string) {
    this.#directory = directory;
  }

  /** Reads what is not known to be in force, by `read`. */
  async readChanged(
    inForce: ReadonlyMap<string, RevokedInForce>,
    read: (wanted: ReadonlyMap<string, RevokedInForce>) => Promise<RevokedReads>,
  ): Promise<RevokedReads> {
    const wanted = new Map<string, RevokedInForce>();
    const signatures = new Map<string, FileSignature>();
    for (const [fleet, list] of inForce) {
      const signature = await signatureAt(revokedPath(this.#directory, fleet));
      const seen = this.#seen.get(fleet);
      if (signature === undefined && list.count === 0) continue;
      if (signature !== undefined && seen?.digest === list.digest && sameSignature(seen.signature, signature)) continue;
      wanted.set(fleet, list);
      if (signature !== undefined) signatures.set(fleet, signature);
    }
    if (wanted.size === 0) return new Map();
    const lists = await read(wanted);
    for (const [fleet, result] of lists) {
      const signature = signatures.get(fleet);
      // A list that is not taken is read again at every look.
      if (signature === undefined || !('list' in result)) this.#seen.delete(fleet);
      else this.#seen.set(fleet, { signature, digest: result.list?.digest ?? wanted.get(fleet)?.digest ?? '' });
    }
    return lists;
  }
}

/** Undefined if there is none, or it cannot be told. */
async function signatureAt(path: string): Promise<FileSignature | undefined> {
  try {
    return signatureOf(await stat(path, { bigint: true }));
  } catch {
    return undefined;
  }
}
