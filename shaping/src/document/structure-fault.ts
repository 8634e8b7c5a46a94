/**
 * Turns what Ajv says about a value into faults in our words.
 */
import type { ErrorObject } from 'ajv';
import { showUnits } from './config-units.ts';
import { isObject } from './defaults.ts';
import type { Fault, Path } from './fault.ts';
import { describeAllowed, describeType, type Schema } from './schema.ts';

/** The fault that an error of Ajv (verbose) means; undefined for errors that only repeat others. */
export function structureFault(error: ErrorObject, root: unknown): Fault | undefined {
  const path = pointerPath(error.instancePath, root);
  const schema = (error.parentSchema ?? {}) as Schema;
  const params = error.params as Readonly<Record<string, unknown>>;
  const got = schema.unit === undefined ? (error.data as unknown) : showUnits(schema, error.data);
  switch (error.keyword) {
    case 'required': {
      if (error.schemaPath.includes('/oneOf/')) return undefined;
      const name = String(params.missingProperty);
      return { path: [...path, name], message: 'is missing', allowed: describeType(schema.properties?.[name] ?? {}) };
    }
    case 'additionalProperties': {
      const name = String(params.additionalProperty);
      const allowed = Object.keys(schema.properties ?? {}).join(', ');
      return {
        path: [...path, name],
        message: 'is unknown',
        got: isObject(got) ? got[name] : undefined,
        allowed: allowed || 'nothing',
      };
    }
    case 'oneOf': {
      const names = schema.exactlyOne ?? [];
      const given = isObject(got) ? names.filter((name) => Object.hasOwn(got, name)) : [];
      const message = 'must have one of its choices';
      return {
        path,
        message,
        got: given.length > 0 ? given : undefined,
        allowed: `exactly one of ${names.join(', ')}`,
      };
    }
    case 'type':
      return { path, message: 'has the wrong type', got, allowed: describeType(schema) };
    case 'pattern':
      return { path, message: 'has the wrong form', got, allowed: describeAllowed(schema) };
    case 'minLength':
    case 'maxLength':
      return {
        path,
        message: 'has the wrong length',
        got,
        allowed: range(schema.minLength, schema.maxLength, 'characters'),
      };
    case 'minItems':
    case 'maxItems':
      return {
        path,
        message: 'has the wrong length',
        got,
        allowed: range(schema.minItems, schema.maxItems, 'entries'),
      };
    case 'maxProperties':
      return { path, message: 'has too many entries', got, allowed: range(undefined, schema.maxProperties, 'entries') };
    case 'minimum':
    case 'exclusiveMinimum':
    case 'maximum':
      return { path, message: 'is out of range', got, allowed: describeAllowed(schema) };
    default:
      return { path, message: 'is not a valid choice', got, allowed: describeAllowed(schema) };
  }
}

/** A JSON pointer as a path; a segment is an index where the value is a list. */
function pointerPath(pointer: string, root: unknown): Path {
  const path: (string | number)[] = [];
  let value = root;
  for (const segment of pointer.split('/').slice(1)) {
    const name = segment.replaceAll('~1', '/').replaceAll('~0', '~');
    if (Array.isArray(value)) {
      path.push(Number(name));
      value = value[Number(name)];
    } else {
      path.push(name);
      value = isObject(value) ? value[name] : undefined;
    }
  }
  return path;
}

function range(min: number | undefined, max: number | undefined, what: string): string {
  if (min === undefined) return `at most ${max} ${what}`;
  return max === undefined ? `at least ${min} ${what}` : `${min}…${max} ${what}`;
}
