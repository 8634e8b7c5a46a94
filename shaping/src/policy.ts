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
import { faultsTold, ShapingError } from './errors.ts';
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
  /** What else the caller asks of a policy that has no other fault: faults with paths in its document. */
  readonly check?: (policy: ShapingPolicy, parameters: ShapingParameters) => readonly Fault[];
}

/** What files of policies hold, sound or not. */
export interface PolicyReading {
  /** Those that have no fault of their own; not to be put in force if there are faults. */
  readonly policies: readonly ShapingPolicy[];
  /** The fleets that the files name, those of faulty policies included. */
  readonly fleets: readonly string[];
  readonly faults: readonly Fault[];
}

/** The policies of one file. Throws POLICY_INVALID with all faults. */
export function parsePolicyFile(
  text: string,
  source: string,
  options?: PolicyOptions,
): { policies: readonly ShapingPolicy[] } {
  return parsePolicyFiles([{ text, source }], options);
}

/**
 * The policies of several files, in force together: a fleet may have one policy only, since without a cluster nothing says
 * which of two is older. Throws POLICY_INVALID with the faults of all files.
 */
export function parsePolicyFiles(
  files: readonly PolicyText[],
  options: PolicyOptions = {},
): { policies: readonly ShapingPolicy[] } {
  const { policies, faults } = readPolicies(files, options);
  if (faults.length > 0) throw ShapingError.invalid('POLICY_INVALID', faults);
  return { policies };
}

/** As `parsePolicyFiles`, for callers who go on in spite of faults. Ends early where there are more than anybody reads. */
export function readPolicies(files: readonly PolicyText[], options: PolicyOptions = {}): PolicyReading {
  const policies = new Policies();
  const fleets = new Set<string>();
  const faults: Fault[] = [];
  for (const { text, source } of files) {
    const parsed = parseYaml(text, source);
    faults.push(...parsed.faults);
    if (parsed.faults.length === 0 && parsed.documents.length === 0) {
      faults.push({ path: [], message: 'holds no policy', allowed: 'one or more ShapingPolicies', source });
    }
    for (const document of parsed.documents) {
      const fleet = fleetOf(document.value);
      if (fleet !== undefined) fleets.add(fleet);
      if (faults.length > faultsTold) continue;
      const { policy, found } = readPolicy(document, source, options);
      const shared = policy ? sharedPortFaults(policy, policies.all) : [];
      const repeated = policy ? [...policies.add(policy), ...shared] : [];
      faults.push(...locateFaults([...found, ...repeated], document, source));
    }
  }
  return { policies: policies.all, fleets: [...fleets], faults };
}

/** As the schema has it. */
const fleetName = /^[a-z0-9-]{1,63}$/;
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

/** The policies read so far, by what may not occur twice. */
class Policies {
  readonly all: ShapingPolicy[] = [];
  readonly #byName = new Map<string, ShapingPolicy>();
  readonly #byFleet = new Map<string, ShapingPolicy>();

  /** Adds a policy and tells what it repeats. */
  add(policy: ShapingPolicy): Fault[] {
    const faults: Fault[] = [];
    const fullName = `${policy.namespace}/${policy.name}`;
    const twin = this.#byName.get(fullName);
    if (twin)
      faults.push({
        path: ['metadata', 'name'],
        message: `occurs twice, first at ${twin.origin}`,
        got: policy.name,
        allowed: 'different names',
      });
    const rival = this.#byFleet.get(policy.spec.fleet);
    if (rival)
      faults.push({
        path: ['spec', 'fleet'],
        message: `has a policy already, ${rival.name} at ${rival.origin}`,
        got: policy.spec.fleet,
        allowed: 'one policy for each fleet',
      });
    this.all.push(policy);
    if (!twin) this.#byName.set(fullName, policy);
    if (!rival) this.#byFleet.set(policy.spec.fleet, policy);
    return faults;
  }
}

/** The fleet that a document names, whatever else is wrong with it. */
function fleetOf(document: unknown): string | undefined {
  const spec = isObject(document) ? document.spec : undefined;
  const fleet = isObject(spec) ? spec.fleet : undefined;
  return typeof fleet === 'string' && fleetName.test(fleet) ? fleet : undefined;
}

/** A spec with its defaults, unchecked: for code that makes policies, such as the planner and tests. */
export function completeSpec(spec: Readonly<Record<string, unknown>>): PolicySpec {
  return applyDefaults(policySpecSchema, spec) as PolicySpec;
}
