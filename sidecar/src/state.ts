/**
 * Everything that the sidecar reads from disk beside its configuration: policies, keys, TLS files. Read whole at the start
 * and at every reload, so that all faults are known before anything changes.
 */
import type { SidecarConfig } from './config/schema.ts';
import type { GroupKeys } from './keys/group-keys.ts';
import { readKeysDirectory } from './keys/read-keys-directory.ts';
import type { LoadedPolicy } from './policy/fleet-policy.ts';
import { readPolicyFiles } from './policy/read-policy-files.ts';
import { readTlsFiles, type TlsFiles } from './tls/read-tls-files.ts';

export interface SidecarState {
  readonly policies: readonly LoadedPolicy[];
  readonly keys: ReadonlyMap<string, GroupKeys>;
  readonly tls: TlsFiles;
}

/**
 * Reads policies, the keys of their fleets and the TLS files.
 * @throws (rejects) the error of the one that fails, or an AggregateError of them: ShapingError POLICY_INVALID; SidecarError
 * KEYS_INVALID, FILE_UNREADABLE.
 */
export async function readState(config: SidecarConfig): Promise<SidecarState> {
  const { certFile, keyFile, ticketKeyFile } = config.tls;
  const { policies, fleets, errors } = await readPolicyFiles(config.policy.files ?? [], config.drain.deadline, config);
  const [keys, tls] = await Promise.allSettled([
    readKeysDirectory(config.keysDir, fleets),
    readTlsFiles({ certFile, keyFile, ticketKeyFile }),
  ]);
  const all = [...errors];
  for (const read of [keys, tls]) {
    if (read.status === 'rejected')
      all.push(...(read.reason instanceof AggregateError ? read.reason.errors : [read.reason]));
  }
  if (all.length === 1) throw all[0];
  if (keys.status === 'rejected' || tls.status === 'rejected' || all.length > 0) {
    throw new AggregateError(all, 'several things are not valid');
  }
  return { policies, keys: keys.value, tls: tls.value };
}
