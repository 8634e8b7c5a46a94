/**
 * The text of a `<fleet>.revoked` file: one device id a line. What a file says by being empty or absent is not decided from the
 * text alone (decision 0016): a list in force is only lifted by a file that says so. Pure.
 */
import { createHash } from 'node:crypto';
import { limits } from '@quietwire/proto';

export interface RevokedList {
  readonly ids: ReadonlySet<string>;
  /** Of the ids, to tell a change by. */
  readonly digest: string;
}

/** What a reader needs to know of a list in force. */
export interface RevokedInForce {
  readonly count: number;
  readonly digest: string;
}

/** The line that says in so many words that nobody is revoked. No id can read so: ids hold no space. */
export const nobodyLine = 'no devices';

/** Faults told of one list; there may be as many as it has lines. */
const faultsTold = 5;

const deviceId = new RegExp(`^[\\x21-\\x7e]{1,${limits.deviceId}}$`);

export const emptyList: RevokedList = revokedList([]);

/**
 * Device ids, one a line; white space around them and empty lines do not count. A line that begins with `#` is a comment; one
 * that begins with `\` is the id behind it, so that ids can begin with either.
 * @returns the list, with whether it says that nobody is revoked; or what is wrong, each with its line.
 */
export function parseRevoked(text: string): { list: RevokedList; nobody: boolean } | { faults: readonly string[] } {
  const ids = new Set<string>();
  const faults: string[] = [];
  let nobody = false;
  for (const [index, written] of text.split('\n').entries()) {
    const line = written.trim();
    if (line === '' || line.startsWith('#')) continue;
    if (line === nobodyLine) {
      nobody = true;
      continue;
    }
    const id = line.startsWith('\\') ? line.slice(1) : line;
    if (deviceId.test(id)) ids.add(id);
    else if (faults.push(`line ${index + 1} is no device id`) === faultsTold) break;
  }
  if (nobody && ids.size > 0) faults.push(`it says "${nobodyLine}" and names ${ids.size}`);
  return faults.length > 0 ? { faults } : { list: revokedList(ids), nobody };
}

/**
 * The list that a file puts in force.
 * @param text undefined where the file is absent.
 * @param countInForce devices that are revoked now; none at the start.
 * @returns the list, or why the file changes nothing.
 */
export function decideRevoked(text: string | undefined, countInForce: number): RevokedList | { fault: string } {
  const parsed = text === undefined ? { list: emptyList, nobody: false } : parseRevoked(text);
  if ('faults' in parsed) return { fault: parsed.faults.join(', ') };
  if (parsed.list.ids.size > 0 || parsed.nobody || countInForce === 0) return parsed.list;
  const found = text === undefined ? 'the file is gone' : 'it names no device';
  return { fault: `${found}, though ${countInForce} are revoked; a line "${nobodyLine}" lets them in again` };
}

/** The list of these ids. */
export function revokedList(devices: Iterable<string>): RevokedList {
  const ids = new Set(devices);
  const hash = createHash('sha256');
  for (const id of [...ids].sort()) hash.update(`${id}\n`);
  return { ids, digest: hash.digest('hex') };
}
