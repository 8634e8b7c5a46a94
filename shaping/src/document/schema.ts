/**
 * The vocabulary of our schemas: the part of JSON Schema that Kubernetes calls structural, with its extensions for rules,
 * and two words of our own for configuration. Also the TypeScript type of what a schema accepts.
 */
import { type Address, formatDuration, formatSize } from './units.ts';

/** A CEL rule, as in a CRD. `message` ends in ", allowed …". */
export interface Rule {
  readonly rule: string;
  readonly message: string;
  /** Relative to the schema's node: `.period`, `.upstream.interval`. */
  readonly fieldPath?: string;
}

export interface Schema {
  readonly type?: 'object' | 'array' | 'string' | 'number' | 'integer' | 'boolean';
  /** The form of a string ("duration", "name"), for messages and reference pages. */
  readonly title?: string;
  readonly description?: string;
  readonly default?: unknown;
  readonly properties?: { readonly [name: string]: Schema };
  readonly required?: readonly string[];
  readonly additionalProperties?: Schema;
  readonly maxProperties?: number;
  readonly items?: Schema;
  readonly minItems?: number;
  readonly maxItems?: number;
  readonly minLength?: number;
  readonly maxLength?: number;
  readonly pattern?: string;
  readonly format?: string;
  readonly enum?: readonly unknown[];
  readonly minimum?: number | undefined;
  readonly maximum?: number | undefined;
  /** As in OpenAPI 3.0: whether `minimum` itself is refused. */
  readonly exclusiveMinimum?: boolean;
  readonly 'x-kubernetes-validations'?: readonly Rule[];
  readonly 'x-kubernetes-list-type'?: string;
  readonly 'x-kubernetes-list-map-keys'?: readonly string[];
  readonly 'x-kubernetes-map-type'?: string;
  /**
   * Configuration only: the text is read as a duration (the loaded value is in ms), a size (bytes) or an address
   * (`Address`); minimum and maximum apply to the number.
   */
  readonly unit?: 'duration' | 'size' | 'address';
  /** Configuration only: exactly one of these properties must be given. */
  readonly exactlyOne?: readonly string[];
}

/** The values that a schema (declared `as const`) accepts, after defaults and units. */
export type SchemaValue<S> = S extends { unit: 'duration' | 'size' }
  ? number
  : S extends { unit: 'address' }
    ? Address
    : S extends { enum: readonly (infer Choice)[] }
      ? Choice
      : S extends { type: 'string' }
        ? string
        : S extends { type: 'number' | 'integer' }
          ? number
          : S extends { type: 'boolean' }
            ? boolean
            : S extends { type: 'array'; items: infer Item }
              ? readonly SchemaValue<Item>[]
              : S extends { properties: infer Properties }
                ? ObjectValue<Properties, Present<S, Properties>>
                : S extends { additionalProperties: infer Value }
                  ? { readonly [name: string]: SchemaValue<Value> }
                  : S extends { type: 'object' }
                    ? { readonly [name: string]: never }
                    : unknown;

/** Properties that are there after defaulting: required ones, and those with a default. */
type Present<S, Properties> =
  | { [Name in keyof Properties]: Properties[Name] extends { default: unknown } ? Name : never }[keyof Properties]
  | (S extends { required: readonly (infer Name)[] } ? Name : never);

type ObjectValue<Properties, Always> = {
  readonly [Name in keyof Properties as Name extends Always ? Name : never]: SchemaValue<Properties[Name]>;
} & {
  readonly [Name in keyof Properties as Name extends Always ? never : Name]?: SchemaValue<Properties[Name]> | undefined;
};

/** What a value of this schema may be, in words, for messages. */
export function describeAllowed(schema: Schema): string {
  if (schema.enum) return schema.enum.map(String).join(', ');
  const range = describeRange(schema);
  if (range !== undefined) return range;
  const form = schema.title ?? schema.unit;
  const words = form === undefined ? undefined : forms[form];
  if (words !== undefined) return words;
  if (schema.pattern !== undefined) return `what matches ${schema.pattern}`;
  return schema.type === undefined ? 'any value' : typeNames[schema.type];
}

/** The type in words, with bounds, for messages about values of another type. */
export function describeType(schema: Schema): string {
  if (schema.unit !== undefined || schema.enum)
    return describeAllowed({ ...schema, minimum: undefined, maximum: undefined });
  const range = describeRange(schema);
  const type = schema.type === 'string' ? describeAllowed(schema) : schema.type && typeNames[schema.type];
  return range === undefined ? (type ?? 'any value') : `${type}, ${range}`;
}

/** The bounds of a number; undefined without any. */
export function describeRange({ minimum, maximum, exclusiveMinimum, unit }: Schema): string | undefined {
  const show = (bound: number): string => {
    if (unit === 'duration') return formatDuration(bound);
    return unit === 'size' ? formatSize(bound) : String(bound);
  };
  if (minimum !== undefined && exclusiveMinimum) {
    return `above ${show(minimum)}${maximum === undefined ? '' : `, up to ${show(maximum)}`}`;
  }
  if (minimum !== undefined && maximum !== undefined) return `${show(minimum)}…${show(maximum)}`;
  if (minimum !== undefined) return `at least ${show(minimum)}`;
  return maximum === undefined ? undefined : `at most ${show(maximum)}`;
}

const forms: { readonly [form: string]: string } = {
  duration: 'a duration such as 100ms, 5s or 2m',
  size: 'bytes such as 4096 or 256 KiB',
  address: 'an address such as 127.0.0.1:7443',
  label: '1 to 63 characters of a-z, 0-9 and -',
  'device id': '1 to 128 printable ASCII characters without spaces',
  name: 'at most 63 lower-case letters, digits and inner hyphens',
};

const typeNames = {
  object: 'an object',
  array: 'a list',
  string: 'a string',
  number: 'a number',
  integer: 'a whole number',
  boolean: 'true or false',
} as const;
