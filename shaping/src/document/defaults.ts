/**
 * Defaulting as the API server does it (structural schemas): missing properties get their default, from the outside
 * inwards, so that the default of an object is completed by those of its properties.
 */
import type { Schema } from './schema.ts';

/** A copy of the value with all defaults filled in; null counts as missing where there is a default. */
export function applyDefaults(schema: Schema, value: unknown): unknown {
  if (Array.isArray(value)) return value.map((item) => (schema.items ? applyDefaults(schema.items, item) : item));
  if (!isObject(value)) return value;
  const entries = new Map<string, unknown>();
  for (const [name, child] of Object.entries(value)) {
    const childSchema = property(schema, name);
    if (child === undefined || (child === null && childSchema?.default !== undefined)) continue;
    entries.set(name, childSchema ? applyDefaults(childSchema, child) : child);
  }
  for (const [name, childSchema] of Object.entries(schema.properties ?? {})) {
    if (!entries.has(name) && childSchema.default !== undefined) {
      entries.set(name, applyDefaults(childSchema, childSchema.default));
    }
  }
  return Object.fromEntries(entries);
}

/** The schema of a named property; undefined if the property is unknown. */
export function property(schema: Schema, name: string): Schema | undefined {
  const { properties } = schema;
  return properties && Object.hasOwn(properties, name) ? properties[name] : schema.additionalProperties;
}

export function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
