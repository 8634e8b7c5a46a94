/**
 * Policies as documents: YAML with one or more ShapingPolicies in, typed policies out, or all faults. The verdict is that
 * of the API server (schema and CEL rules of the CRD), and of the checks that only we can make (policy-checks.ts).
 */
import { applyDefaults, isObject } from './document/defaults.ts';
import type { Fault } from './document/fault.ts';
import { deepFreeze } from './document/freeze.ts';
import type { Schema, SchemaValue } from './document/schema.ts';
import { validate } from './document/validate.ts';
import { locateFaults, parseYaml, type SourceDocument } from './document/yaml-source.ts';
import { ShapingError } from './errors.ts';
import { policyApiVersion, policySpecSchema } from './generated/policy-schema.ts';
import type { ShapingParameters } from './parameters.ts';
import { checkPolicy, checkVersionLimits } from './policy-checks.ts';
import { sharedPortFaults } from './policy-ports.ts';

/** The spec of a policy, defaults applied. Durations are texts; `parseDuration` reads them. */
export type PolicySpec = SchemaValue<typeof policySpecSchema>;

export interface ShapingPolicy {
  readonly name: string;
  readonly namespace: string;
  readonly spec: PolicySpec;
  /** File (or other origin) and line where it began, for messages. */
  readonly origin: string;
}

export interface PolicyText {
  readonly text: string;
  /** Name of the file, for messages. */
  readonly source: string;
}

export interface PolicyOptions {
  /**
   * What keeps the parameters from being sent to a device in the bootstrap exchange, as the end of a sentence; undefined if
   * nothing does. The wire's limits belong to `proto`, which this package cannot import.
   */
  readonly misfit?: (parameters: ShapingParameters) => string | undefined;
}

/** The policies of one file. Throws POLICY_INVALID with all faults. */
export function parsePolicyFile(text: string, source: string, options?: PolicyOptions): { policies: ShapingPolicy[] } {
  return parsePolicyFiles([{ text, source }], options);
}

/**
 * The policies of several files, in force together: a fleet may have one policy only, since without a cluster nothing says
 * which of two is older. Throws POLICY_INVALID with the faults of all files.
 */
export function parsePolicyFiles(
  files: readonly PolicyText[],
  options: PolicyOptions = {},
): { policies: ShapingPolicy[] } {
  const policies: ShapingPolicy[] = [];
  const faults: Fault[] = [];
  for (const { text, source } of files) {
    const parsed = parseYaml(text, source);
    faults.push(...parsed.faults);
    if (parsed.faults.length === 0 && parsed.documents.length === 0) {
      faults.push({ path: [], message: 'holds no policy', allowed: 'one or more ShapingPolicies', source });
    }
    for (const document of parsed.documents) {
      const { policy, found } = readPolicy(document, source, options);
      const repeated = policy ? [...repetitions(policy, policies), ...sharedPortFaults(policy, policies)] : [];
      faults.push(...locateFaults([...found, ...repeated], document, source));
      if (policy) policies.push(policy);
    }
  }
  if (faults.length > 0) throw ShapingError.invalid('POLICY_INVALID', faults);
  return { policies };
}

const anything: Schema = {};
const labels: Schema = { type: 'object', additionalProperties: { type: 'string' } };

/** What is around the spec; what a cluster adds to an object is accepted and not used. */
const envelopeSchema: Schema = {
  type: 'object',
  required: ['apiVersion', 'kind', 'metadata', 'spec'],
  properties: {
    apiVersion: { type: 'string', enum: [policyApiVersion] },
    kind: { type: 'string', enum: ['ShapingPolicy'] },
    metadata: {
      type: 'object',
      required: ['name'],
      properties: {
        name: { type: 'string', maxLength: 253, pattern: '^[a-z0-9]([-a-z0-9.]*[a-z0-9])?$' },
        namespace: {
          type: 'string',
          title: 'name',
          maxLength: 63,
          pattern: '^[a-z0-9]([-a-z0-9]*[a-z0-9])?$',
          default: 'default',
        },
        labels,
        annotations: labels,
        uid: anything,
        resourceVersion: anything,
        generation: anything,
        creationTimestamp: anything,
        managedFields: anything,
        ownerReferences: anything,
        finalizers: anything,
      },
    },
    spec: policySpecSchema,
    status: anything,
  },
};

function readPolicy(
  document: SourceDocument,
  source: string,
  options: PolicyOptions,
): { policy?: ShapingPolicy; found: readonly Fault[] } {
  const head = headFaults(document.value);
  if (head.length > 0) return { found: head };
  const { value, faults } = validate(envelopeSchema, document.value);
  const limits = checkVersionLimits(isObject(value) ? value.spec : undefined);
  if (faults.length > 0) return { found: [...faults, ...limits] };
  const { metadata, spec } = value as { metadata: { name: string; namespace: string }; spec: PolicySpec };
  const { name, namespace } = metadata;
  const policy: ShapingPolicy = deepFreeze({ name, namespace, spec, origin: `${source}:${document.lineOf([])}` });
  // The rest computes with the numbers of a policy, so it needs one without faults.
  return { policy, found: limits.length > 0 ? limits : checkPolicy(policy, options) };
}

/** A document of another kind has no other fault worth telling. */
function headFaults(value: unknown): Fault[] {
  const kind = isObject(value) ? value.kind : undefined;
  if (kind === undefined || kind === 'ShapingPolicy') return [];
  return [{ path: ['kind'], message: 'is no policy', got: kind, allowed: 'ShapingPolicy' }];
}

function repetitions(policy: ShapingPolicy, others: readonly ShapingPolicy[]): Fault[] {
  const faults: Fault[] = [];
  const twin = others.find((other) => other.name === policy.name && other.namespace === policy.namespace);
  if (twin)
    faults.push({
      path: ['metadata', 'name'],
      message: `occurs twice, first at ${twin.origin}`,
      got: policy.name,
      allowed: 'different names',
    });
  const rival = others.find((other) => other.spec.fleet === policy.spec.fleet);
  if (rival)
    faults.push({
      path: ['spec', 'fleet'],
      message: `has a policy already, ${rival.name} at ${rival.origin}`,
      got: policy.spec.fleet,
      allowed: 'one policy for each fleet',
    });
  return faults;
}

/** A spec with its defaults, unchecked: for code that makes policies, such as the planner and tests. */
export function completeSpec(spec: Readonly<Record<string, unknown>>): PolicySpec {
  return applyDefaults(policySpecSchema, spec) as PolicySpec;
}
