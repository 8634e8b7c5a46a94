/** Which files of a configuration hold secrets. */
import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import type { SidecarConfig } from '../config/schema.ts';

/** The keys of TLS and of all fleets in keysDir. A folder that cannot be read has none: who reads the keys tells. */
export async function keyPaths({ tls, keysDir }: SidecarConfig): Promise<string[]> {
  const names = await readdir(keysDir).catch(() => []);
  const fleets = names.filter((name) => /\.(primary|secondary|personas)$/.test(name)).sort();
  const ticket = tls.ticketKeyFile === undefined ? [] : [tls.ticketKeyFile];
  return [tls.keyFile, ...ticket, ...fleets.map((name) => join(keysDir, name))];
}
