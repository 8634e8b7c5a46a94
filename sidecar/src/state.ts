/**
 * Everything that the sidecar reads from disk beside its configuration: policies, keys, TLS files. Read whole at the start
 * and at every reload, so that all faults are known before anything changes. Plain data in and out: a reload reads on another
 * thread (decision 0017).
 */
import type { SidecarConfig } from './config/schema.ts';
import type { KeysRead } from './keys/group-keys.ts';
import { readKeysDirectory } from './keys/read-keys-directory.ts';
import type { RevokedInForce } from './keys/revoked-list.ts';
import type { LoadedPolicy } from './policy/fleet-policy.ts';
import { readPolicyFiles } from './policy/read-policy-files.ts';
import { readTlsFiles, type TlsFiles } from './tls/read-tls-files.ts';

export interface SidecarState {
  readonly policies: readonly LoadedPolicy[];
  readonly keys: ReadonlyMap<string, KeysRead>;
  readonly tls: TlsFiles;
}

/** What is in force: what did not change is not read into a state again. */
export interface StateInForce {
  /** Digests of the policies, by fleet. */
  readonly policies: ReadonlyMap<string, string>;
  readonly revoked: ReadonlyMap<string, RevokedInForce>;
}

/**
 * Reads policies, the keys of their fleets and the TLS files.
 * @param inForce nothing at the start.
 * @throws (rejects) the error of the one that fails, or an AggregateError of them: ShapingError POLICY_INVALID; SidecarError
 * KEYS_INVALID, FILE_UNREADABLE.
 */
export async function readState(config: SidecarConfig, inForce?: StateInForce): Promise<SidecarState> {
  const { certFile, keyFile, ticketKeyFile, minVersion } = config.tls;
  const read = await readPolicyFiles(config.policy.files ?? [], config.drain.deadline, config, inForce?.policies);
  const [keys, tls] = await Promise.allSettled([
    readKeysDirectory(config.keysDir, read.fleets, inForce?.revoked),
    readTlsFiles({ certFile, keyFile, ticketKeyFile }, minVersion),
  ]);
  const all = [...read.errors];
  for (const part of [keys, tls]) {
    if (part.status === 'rejected')
      all.push(...(part.reason instanceof AggregateError ? part.reason.errors : [part.reason]));
  }
  if (all.length === 1) throw all[0];
  if (keys.status === 'rejected' || tls.status === 'rejected' || all.length > 0) {
    throw new AggregateError(all, 'several things are not valid');
  }
  return { policies: read.policies, keys: keys.value, tls: tls.value };
}
