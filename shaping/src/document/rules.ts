/**
 * CEL rules (x-kubernetes-validations) evaluated as the API server does it, so that file mode gives the same verdict.
 * Only rules without oldSelf: nothing here knows an earlier version of a document.
 */
import { Environment } from '@marcbachmann/cel-js';
import { isObject, property } from './defaults.ts';
import type { Fault, Path } from './fault.ts';
import type { Rule, Schema } from './schema.ts';

type Evaluate = (context: { readonly self: unknown }) => unknown;

const environment = new Environment().registerVariable('self', 'dyn');
const parsed = new Map<string, Evaluate>();

/**
 * Faults of all rules in the schema. A rule that cannot be evaluated counts as a fault, unless the structure below its
 * place is already at fault.
 */
export function checkRules(schema: Schema, value: unknown, structure: readonly Fault[], path: Path = []): Fault[] {
  if (value === undefined || value === null) return [];
  const rules = schema['x-kubernetes-validations'] ?? [];
  const faults = rules.flatMap((rule) => checkRule(rule, schema, value, structure, path) ?? []);
  if (Array.isArray(value)) {
    const { items } = schema;
    if (items) faults.push(...value.flatMap((item, index) => checkRules(items, item, structure, [...path, index])));
  } else if (isObject(value)) {
    for (const [name, child] of Object.entries(value)) {
      const childSchema = property(schema, name);
      if (childSchema) faults.push(...checkRules(childSchema, child, structure, [...path, name]));
    }
  }
  return faults;
}

function checkRule(
  rule: Rule,
  schema: Schema,
  value: unknown,
  structure: readonly Fault[],
  path: Path,
): Fault | undefined {
  const place = [...path, ...fieldPath(rule.fieldPath)];
  try {
    if (evaluator(rule.rule)({ self: celValue(schema, value) }) === true) return undefined;
  } catch (error) {
    const broken = structure.some((fault) => path.every((segment, index) => fault.path[index] === segment));
    if (broken) return undefined;
    const reason = error instanceof Error ? error.message.split('\n', 1)[0] : String(error);
    return { path: place, message: `cannot be checked: ${reason}`, got: at(value, place.slice(path.length)) };
  }
  const [message = rule.message, allowed] = rule.message.split(', allowed ', 2);
  return { path: place, message, got: at(value, place.slice(path.length)), allowed };
}

function evaluator(rule: string): Evaluate {
  const known = parsed.get(rule);
  if (known) return known;
  const evaluate: Evaluate = environment.parse(rule);
  parsed.set(rule, evaluate);
  return evaluate;
}

/** The value with CEL's types: `integer` is int (bigint here), `number` is double. */
function celValue(schema: Schema | undefined, value: unknown): unknown {
  if (typeof value === 'number')
    return schema?.type === 'integer' && Number.isSafeInteger(value) ? BigInt(value) : value;
  if (Array.isArray(value)) return value.map((item) => celValue(schema?.items, item));
  if (!isObject(value)) return value;
  const entries = Object.entries(value).map(([name, child]) => [
    name,
    celValue(schema && property(schema, name), child),
  ]);
  return Object.fromEntries(entries);
}

/** `.upstream.interval` as a path. */
function fieldPath(text: string | undefined): Path {
  return text === undefined ? [] : text.split('.').slice(1);
}

function at(value: unknown, path: Path): unknown {
  let result = value;
  for (const segment of path) result = isObject(result) ? result[segment] : undefined;
  return result;
}
