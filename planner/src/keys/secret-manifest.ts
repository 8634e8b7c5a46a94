// Renders the Kubernetes Secret that holds the keys of one workload's fleets. Pure.

import { stringify } from 'yaml';
import { type KeySlot, keyFileName } from './fleet-keys.ts';

export interface SecretManifest {
  readonly apiVersion: 'v1';
  readonly kind: 'Secret';
  readonly metadata: { readonly name: string; readonly namespace: string };
  readonly type: 'Opaque';
  /** `<fleet>.<slot>` to the file's text, in base64 as Kubernetes wants it (so the keys are encoded twice). */
  readonly data: Record<string, string>;
}

/** The Secret with the entries of each fleet. */
export function createSecretManifest(
  name: string,
  namespace: string,
  fleets: ReadonlyMap<string, ReadonlyMap<KeySlot, string>>,
): SecretManifest {
  const data: Record<string, string> = {};
  for (const [fleet, entries] of fleets) {
    for (const [slot, text] of entries) data[keyFileName(slot, fleet)] = Buffer.from(text, 'utf8').toString('base64');
  }
  return { apiVersion: 'v1', kind: 'Secret', metadata: { name, namespace }, type: 'Opaque', data };
}

export function renderSecretManifest(manifest: SecretManifest): string {
  return stringify(manifest, { lineWidth: 0 });
}
