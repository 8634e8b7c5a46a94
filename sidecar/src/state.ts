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
  const [policies, tls] = await Promise.allSettled([
    readPolicyFiles(config.policy.files ?? []),
    readTlsFiles({
      certFile: config.tls.certFile,
      keyFile: config.tls.keyFile,
      ticketKeyFile: config.tls.ticketKeyFile,
    }),
  ]);
  const errors: unknown[] = [];
  let keys: ReadonlyMap<string, GroupKeys> = new Map();
  if (policies.status === 'rejected') errors.push(policies.reason);
  else {
    const fleets = policies.value.map(({ fleet }) => fleet);
    keys = await readKeysDirectory(config.keysDir, fleets).catch((error: unknown) => {
      errors.push(error);
      return new Map();
    });
  }
  if (tls.status === 'rejected') errors.push(tls.reason);
  if (errors.length === 1) throw errors[0];
  if (policies.status === 'rejected' || tls.status === 'rejected' || errors.length > 0) {
    throw new AggregateError(errors, 'several things are not valid');
  }
  return { policies: policies.value, keys, tls: tls.value };
}
