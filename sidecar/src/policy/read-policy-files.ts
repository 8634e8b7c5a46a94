/**
 * Policy files to policies that can be put in force: read, validated by the schema of the CRD, turned into parameters that a
 * device can be told.
 */
import { readFile } from 'node:fs/promises';
import {
  type PolicyText,
  parseDuration,
  parsePolicyFiles,
  policyParameters,
  ShapingError,
  type ShapingParameters,
  type ShapingPolicy,
} from '@quietwire/shaping';
import { defaultTunnelLimits, wireMisfit } from '@quietwire/tunnel';
import { parseAllDocuments } from 'yaml';
import { errorText, SidecarError } from '../errors.ts';
import { faultsOfClosing } from './closing-time.ts';
import type { LoadedPolicy } from './fleet-policy.ts';
import { faultsOfOwnPorts, type OwnPorts } from './own-ports.ts';

/** As the schema of the policies has it. */
const fleetName = /^[a-z0-9-]{1,63}$/;

export interface PolicyFiles {
  /** One for each fleet; not to be put in force if there are errors. */
  readonly policies: readonly LoadedPolicy[];
  /** The fleets that the files name, those of faulty policies included: their keys can be looked at in any case. */
  readonly fleets: readonly string[];
  /** SidecarError FILE_UNREADABLE; ShapingError POLICY_INVALID with the faults of all files that can be read. */
  readonly errors: readonly unknown[];
}

/**
 * @param drainDeadlineMs time for the clean stop: the tunnels of every policy must be able to close in it.
 * @param own addresses of the sidecar, which no service may have.
 */
export async function readPolicyFiles(
  paths: readonly string[],
  drainDeadlineMs: number,
  own: OwnPorts,
): Promise<PolicyFiles> {
  const unreadable: string[] = [];
  const read = paths.map(async (source) => {
    try {
      return [{ text: await readFile(source, 'utf8'), source }];
    } catch (error) {
      unreadable.push(`policy.files: cannot read ${source}: ${errorText(error)}`);
      return [];
    }
  });
  const files = (await Promise.all(read)).flat();
  const errors: unknown[] = unreadable.length > 0 ? [SidecarError.listing('FILE_UNREADABLE', unreadable)] : [];
  const faults = files.flatMap((file) => {
    const policies = validPolicies([file]);
    return [...faultsOfClosing(policies, drainDeadlineMs), ...faultsOfOwnPorts(policies, own)];
  });
  if (faults.length > 0) errors.push(ShapingError.invalid('POLICY_INVALID', faults));
  try {
    const policies = parsePolicyFiles(files, { misfit }).policies.map(loadedPolicy);
    return { policies, fleets: policies.map(({ fleet }) => fleet), errors };
  } catch (error) {
    const fleets = new Set(files.flatMap(({ text }) => fleetsOf(text)));
    return { policies: [], fleets: [...fleets], errors: [...errors, error] };
  }
}

const misfit = (parameters: ShapingParameters): string | undefined => wireMisfit(parameters, defaultTunnelLimits);

/** None if there is a fault in one of them: whoever needs it told parses again. */
function validPolicies(files: readonly PolicyText[]): LoadedPolicy[] {
  try {
    return parsePolicyFiles(files, { misfit }).policies.map(loadedPolicy);
  } catch {
    return [];
  }
}

/** The fleets that a text with faults names all the same. */
function fleetsOf(text: string): string[] {
  const documents = parseAllDocuments(text, { merge: true, logLevel: 'silent' });
  return [...documents].flatMap((document) => {
    const fleet: unknown = document.errors.length > 0 ? undefined : document.getIn(['spec', 'fleet']);
    return typeof fleet === 'string' && fleetName.test(fleet) ? [fleet] : [];
  });
}

function loadedPolicy(policy: ShapingPolicy): LoadedPolicy {
  const { name, namespace, spec, origin } = policy;
  return {
    name: `${namespace}/${name}`,
    fleet: spec.fleet,
    origin,
    services: spec.services,
    parameters: policyParameters(policy),
    maxConnectionAgeMs: parseDuration(spec.authentication.maxConnectionAge) ?? Number.POSITIVE_INFINITY,
    digest: JSON.stringify(spec),
  };
}
