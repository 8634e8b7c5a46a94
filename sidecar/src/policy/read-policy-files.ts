/**
 * Policy files to policies that can be put in force: read, validated by the schema of the CRD, turned into parameters that a
 * device can be told. Plain data, since it may be done on another thread.
 */
import { createHash } from 'node:crypto';
import {
  parseDuration,
  policyParameters,
  policySummary,
  promiseText,
  readPolicies,
  ShapingError,
  type ShapingParameters,
  type ShapingPolicy,
} from '@quietwire/shaping';
import { defaultTunnelLimits, wireMisfit } from '@quietwire/tunnel';
import { SidecarError } from '../errors.ts';
import { readFileOf } from '../files/file-text.ts';
import { faultsOfClosing } from './closing-time.ts';
import type { LoadedPolicy } from './fleet-policy.ts';
import { faultsOfOwnPorts, type OwnPorts } from './own-ports.ts';

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
 * @param known digests of policies in force, by fleet: the content of those that did not change is left out.
 */
export async function readPolicyFiles(
  paths: readonly string[],
  drainDeadlineMs: number,
  own: OwnPorts,
  known: ReadonlyMap<string, string> = new Map(),
): Promise<PolicyFiles> {
  const read = await Promise.all(paths.map((path) => readFileOf('policies', path)));
  const unreadable: string[] = [];
  const files = paths.flatMap((source, index) => {
    const file = read[index];
    if (file !== undefined && 'bytes' in file) return [{ text: file.bytes.toString(), source }];
    unreadable.push(`policy.files: cannot read ${source}: ${file?.reason}`);
    return [];
  });
  const reading = readPolicies(files, {
    misfit,
    check: (policy, parameters) => [
      ...faultsOfClosing(parameters, drainDeadlineMs),
      ...faultsOfOwnPorts(policy.spec.services, own),
    ],
  });
  const errors = [
    ...(unreadable.length > 0 ? [SidecarError.listing('FILE_UNREADABLE', unreadable)] : []),
    ...(reading.faults.length > 0 ? [ShapingError.invalid('POLICY_INVALID', reading.faults)] : []),
  ];
  const policies = errors.length > 0 ? [] : reading.policies.map((policy) => loadedPolicy(policy, known));
  return { policies, fleets: reading.fleets, errors };
}

const misfit = (parameters: ShapingParameters): string | undefined => wireMisfit(parameters, defaultTunnelLimits);

function loadedPolicy(policy: ShapingPolicy, known: ReadonlyMap<string, string>): LoadedPolicy {
  const { namespace, spec, origin } = policy;
  const { fleet } = spec;
  const name = `${namespace}/${policy.name}`;
  const digest = createHash('sha256')
    .update(JSON.stringify([name, spec]))
    .digest('hex');
  if (known.get(fleet) === digest) return { name, fleet, origin, digest, content: undefined };
  const content = {
    services: spec.services,
    parameters: policyParameters(policy),
    promise: promiseText(policySummary(policy)),
    maxConnectionAgeMs: parseDuration(spec.authentication.maxConnectionAge) ?? Number.POSITIVE_INFINITY,
  };
  return { name, fleet, origin, digest, content };
}
