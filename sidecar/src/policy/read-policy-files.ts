/**
 * Policy files to policies that can be put in force: read, validated by the schema of the CRD, turned into parameters that a
 * device can be told.
 */
import { readFile } from 'node:fs/promises';
import { parseDuration, parsePolicyFiles, policyParameters, type ShapingPolicy } from '@quietwire/shaping';
import { defaultTunnelLimits, wireMisfit } from '@quietwire/tunnel';
import { errorText, SidecarError } from '../errors.ts';
import type { LoadedPolicy } from './fleet-policy.ts';

/**
 * The policies of the files, one for each fleet.
 * @throws (rejects) SidecarError FILE_UNREADABLE; ShapingError POLICY_INVALID with the faults of all files.
 */
export async function readPolicyFiles(paths: readonly string[]): Promise<readonly LoadedPolicy[]> {
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
  if (unreadable.length > 0) throw SidecarError.listing('FILE_UNREADABLE', unreadable);
  return parsePolicyFiles(files, {
    misfit: (parameters) => wireMisfit(parameters, defaultTunnelLimits),
  }).policies.map(loadedPolicy);
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
