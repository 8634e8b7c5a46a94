/** Files that the configuration names, as bytes or as what is told of one that cannot be read. */
import { errorText, systemCode } from '../errors.ts';
import { readSettledFile } from './system-settled-file.ts';

/** Largest files of each kind, bytes: what is read must not grow without bound (docs/limits.md). */
export const fileLimits = {
  policies: 4 * 1024 * 1024,
  certificates: 256 * 1024,
  key: 16 * 1024,
  revoked: 256 * 1024,
} as const;

export type FileRead = { readonly bytes: Buffer } | { readonly missing: boolean; readonly reason: string };

/** Does not reject. */
export async function readFileOf(kind: keyof typeof fileLimits, path: string): Promise<FileRead> {
  try {
    return { bytes: await readSettledFile(path, fileLimits[kind]) };
  } catch (error) {
    return { missing: systemCode(error) === 'ENOENT', reason: errorText(error) };
  }
}
