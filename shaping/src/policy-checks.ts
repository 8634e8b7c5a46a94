/**
 * What is wrong with a policy beyond its schema, so that an API server accepts it: what this version does not do yet, a hold
 * beyond the longest run, objectives that cannot be reached, parameters that cannot be sent. docs/policy.md names these four.
 */
import { isObject } from './document/defaults.ts';
import type { Fault, Path } from './document/fault.ts';
import { formatDuration } from './document/units.ts';
import type { PolicyOptions, ShapingPolicy } from './policy.ts';
import { milliseconds, objectiveOf, policyCover, policyModel } from './policy-model.ts';
import { policyParameters } from './policy-parameters.ts';

/** A field of the schema that a later version will serve. */
interface VersionLimit {
  readonly path: Path;
  /** Whether the value (undefined if absent) asks for more than this version does. */
  readonly exceeds: (value: unknown) => boolean;
  readonly allowed: string;
}

export const present = (value: unknown): boolean => value !== undefined;
const drawnKinds = 'constant, uniform, normal, exponential, lognormal, empirical';

/** docs/policy.md marks these fields. */
export const versionLimits: readonly VersionLimit[] = [
  { path: ['authentication', 'groupKeys'], exceeds: (value) => value === false, allowed: 'true' },
  { path: ['authentication', 'clientCertificate'], exceeds: present, allowed: 'groupKeys' },
  { path: ['mode'], exceeds: (value) => value === 'Morphing', allowed: 'STP, ILP' },
  { path: ['upstream', 'interval', 'spline'], exceeds: present, allowed: drawnKinds },
  { path: ['upstream', 'size', 'spline'], exceeds: present, allowed: drawnKinds },
  { path: ['downstream', 'interval', 'spline'], exceeds: present, allowed: drawnKinds },
  { path: ['downstream', 'size', 'spline'], exceeds: present, allowed: drawnKinds },
  { path: ['shape', 'trace'], exceeds: present, allowed: 'constant' },
  { path: ['shape', 'spline'], exceeds: present, allowed: 'constant' },
  { path: ['shapes'], exceeds: (value) => Array.isArray(value) && value.length > 0, allowed: 'none' },
  { path: ['background', 'passthrough'], exceeds: (value) => value === true, allowed: 'false' },
  { path: ['cover', 'model', 'ghosts'], exceeds: present, allowed: 'poisson' },
  {
    path: ['learning', 'duration'],
    exceeds: (value) => typeof value === 'string' && /[1-9]/.test(value),
    allowed: '0s',
  },
  { path: ['unshapedPeers'], exceeds: (value) => value === 'Allow', allowed: 'Refuse' },
  { path: ['suspend'], exceeds: (value) => value === true, allowed: 'false' },
];

/** Fields of a spec (defaults applied, perhaps faulty) that ask for what this version does not do. */
export function checkVersionLimits(spec: unknown): Fault[] {
  return versionLimits.flatMap(({ path, exceeds, allowed }) => {
    let value = spec;
    for (const segment of path) value = isObject(value) ? value[segment] : undefined;
    return exceeds(value) ? [{ path: ['spec', ...path], message: 'is not in this version', got: value, allowed }] : [];
  });
}

/** Faults that only show when a valid policy is worked out. */
export function checkPolicy(policy: ShapingPolicy, { misfit, check }: PolicyOptions): readonly Fault[] {
  const faults = [...checkHold(policy), ...checkObjective(policy)];
  if (faults.length > 0 || (misfit === undefined && check === undefined)) return faults;
  const parameters = policyParameters(policy);
  const reason = misfit?.(parameters);
  if (reason === undefined) return check?.(policy, parameters) ?? [];
  return [{ path: ['spec'], message: `cannot be sent to a device: ${reason}`, got: policy.spec.fleet }];
}

/** With a longer hold every activity outlasts the longest run, and cover has no length to choose (SPEC.md section 10.2). */
function checkHold({ spec }: ShapingPolicy): Fault[] {
  if (spec.mode !== 'STP') return [];
  const longestMs = spec.longestRun * milliseconds(spec.period) - milliseconds(spec.lead);
  if (milliseconds(spec.activity.hold) <= longestMs) return [];
  const allowed = `at most longestRun × period − lead, ${formatDuration(longestMs)}`;
  return [
    { path: ['spec', 'activity', 'hold'], message: 'outlasts the longest run', got: spec.activity.hold, allowed },
  ];
}

function checkObjective(policy: ShapingPolicy): Fault[] {
  const model = policyModel(policy);
  const result = policyCover(policy.spec, model);
  if (result.reached) return [];
  const objective = objectiveOf(policy.spec);
  const got = 'value' in objective ? objective.value : undefined;
  const limit = Number(result.limit.toPrecision(3));
  const path = ['spec', 'cover', 'objective', objective.kind];
  if (objective.kind === 'overhead') {
    return [{ path, message: 'cannot be reached: without any cover it is more', got, allowed: `at least ${limit}` }];
  }
  const message = `cannot be reached: at ${policy.spec.activity.perDay} activities a day one starts in a period of ${policy.spec.period} with p = ${limit}`;
  return [{ path, message, got, allowed: `more than p = ${limit}; p itself in mode ILP` }];
}
