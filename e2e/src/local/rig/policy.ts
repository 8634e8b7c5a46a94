// The sample policy with the few changes that a case needs: free ports, another mode, a rule of its own.
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { parse, stringify } from 'yaml';

export const samplePolicyFile: string = fileURLToPath(new URL('../../../policies/sample.yaml', import.meta.url));

export interface Service {
  readonly name: string;
  /** On 127.0.0.1. */
  readonly port: number;
  readonly proxyProtocol?: 'V2' | 'None';
}

export interface PolicyChanges {
  readonly fleet?: string;
  readonly services: readonly Service[];
  readonly mode?: 'STP' | 'ILP';
  /** Merged into the sample's spec, objects key by key. */
  readonly spec?: Readonly<Record<string, unknown>>;
}

interface Document {
  metadata: Record<string, unknown>;
  spec: Record<string, unknown>;
}

/** The sample policy as YAML, changed. The fleet names the policy too. */
export function renderSamplePolicy(changes: PolicyChanges): string {
  const document = parse(readFileSync(samplePolicyFile, 'utf8')) as Document;
  const fleet = changes.fleet ?? String(document.spec.fleet);
  document.metadata.name = fleet;
  Object.assign(document.spec, { fleet, services: changes.services });
  if (changes.mode) document.spec.mode = changes.mode;
  for (const [key, value] of Object.entries(changes.spec ?? {})) {
    const old = document.spec[key];
    document.spec[key] = isObject(old) && isObject(value) ? { ...old, ...value } : value;
  }
  return stringify(document);
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
