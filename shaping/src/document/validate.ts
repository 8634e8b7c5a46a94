/**
 * Validation of a value against a schema, structure first, then CEL rules, all faults at once. Gives the API server's
 * verdict on a policy; checks configuration too.
 */
import { Ajv, type ValidateFunction } from 'ajv';
import { applyDefaults, isObject } from './defaults.ts';
import type { Fault, Path } from './fault.ts';
import { checkRules } from './rules.ts';
import type { Schema } from './schema.ts';
import { structureFault } from './structure-fault.ts';

export interface Validated {
  /** The value with defaults; of the schema's type if there are no faults. */
  readonly value: unknown;
  readonly faults: readonly Fault[];
}

/** Fills in defaults and checks a value. */
export function validate(schema: Schema, input: unknown): Validated {
  const value = applyDefaults(schema, input);
  const structure = checkStructure(schema, value);
  // A rule about a value that is not even well-formed says nothing new.
  const rules = checkRules(schema, value, structure).filter(
    (fault) => !structure.some((other) => fault.path.every((segment, index) => other.path[index] === segment)),
  );
  return { value, faults: [...structure, ...rules] };
}

/** Faults of types, bounds, required and unknown properties and repeated keys; at most one for each path. */
export function checkStructure(schema: Schema, value: unknown): Fault[] {
  const check = compile(schema);
  const faults = new Map<string, Fault>();
  if (!check(value)) {
    for (const error of check.errors ?? []) {
      const fault = structureFault(error, value);
      const key = JSON.stringify(fault?.path);
      if (fault && !faults.has(key)) faults.set(key, fault);
    }
  }
  return [...faults.values(), ...repeatedKeys(schema, value, [])];
}

const compiled = new WeakMap<Schema, ValidateFunction>();

function compile(schema: Schema): ValidateFunction {
  const known = compiled.get(schema);
  if (known) return known;
  const ajv = new Ajv({ allErrors: true, verbose: true, strict: false, validateFormats: false, ownProperties: true });
  const check = ajv.compile(strictSchema(schema));
  compiled.set(schema, check);
  return check;
}

/** The schema as Ajv reads it: only known properties, units already converted to numbers. */
function strictSchema(schema: Schema): Record<string, unknown> {
  if (schema.unit === 'address') return { unit: 'address' };
  const { properties, additionalProperties, items, default: _default, description: _description, ...own } = schema;
  const result: Record<string, unknown> = { ...own };
  if (schema.unit !== undefined) result.type = 'number';
  if (schema.exclusiveMinimum) result.exclusiveMinimum = schema.minimum;
  else delete result.exclusiveMinimum;
  if (properties) {
    const entries = Object.entries(properties).map(([name, child]) => [name, strictSchema(child)]);
    result.properties = Object.fromEntries(entries);
  }
  if (schema.type === 'object') {
    result.additionalProperties = additionalProperties ? strictSchema(additionalProperties) : false;
  }
  if (items) result.items = strictSchema(items);
  if (schema.exactlyOne) result.oneOf = schema.exactlyOne.map((name) => ({ required: [name] }));
  return result;
}

/** Entries of lists whose keys (x-kubernetes-list-map-keys) occur twice, which the API server refuses. */
function repeatedKeys(schema: Schema, value: unknown, path: Path): Fault[] {
  const faults: Fault[] = [];
  if (Array.isArray(value)) {
    const keys = schema['x-kubernetes-list-map-keys'];
    const seen = new Set<string>();
    value.forEach((item: unknown, index) => {
      if (schema.items) faults.push(...repeatedKeys(schema.items, item, [...path, index]));
      if (!keys || !isObject(item)) return;
      const key = keys.map((name) => JSON.stringify(item[name])).join();
      if (seen.has(key))
        faults.push({
          path: [...path, index],
          message: 'occurs twice',
          got: item,
          allowed: `different ${keys.join()}`,
        });
      seen.add(key);
    });
  } else if (isObject(value) && schema.properties) {
    for (const [name, child] of Object.entries(schema.properties)) {
      faults.push(...repeatedKeys(child, value[name], [...path, name]));
    }
  }
  return faults;
}
