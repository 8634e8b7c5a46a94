/**
 * Units in configurations: texts such as `25s`, `256 KiB`, `127.0.0.1:7446` to numbers and addresses, and back.
 */
import { isObject, property } from './defaults.ts';
import type { Fault, Path } from './fault.ts';
import { describeAllowed, type Schema } from './schema.ts';
import { formatAddress, formatDuration, formatSize, parseAddress, parseDuration, parseSize } from './units.ts';

/** The value with everything that has a unit converted; what cannot be is left as it is, with a fault. */
export function convertUnits(schema: Schema, value: unknown, path: Path = []): { value: unknown; faults: Fault[] } {
  const faults: Fault[] = [];
  const convert = (node: Schema, part: unknown, at: Path): unknown => {
    if (node.unit !== undefined && part !== undefined) {
      const result = parseUnit(node.unit, part);
      if (result !== undefined) return result;
      const words = { ...node, minimum: undefined, maximum: undefined };
      faults.push({ path: at, message: 'has the wrong form', got: part, allowed: describeAllowed(words) });
      return part;
    }
    return mapChildren(node, part, (child, item, segment) => convert(child, item, [...at, segment]));
  };
  return { value: convert(schema, value, path), faults };
}

/** The inverse of `convertUnits`. */
export function showUnits(schema: Schema, value: unknown): unknown {
  if (schema.unit === 'duration' && typeof value === 'number') return formatDuration(value);
  if (schema.unit === 'size' && typeof value === 'number') return formatSize(value);
  if (schema.unit === 'address' && isObject(value)) {
    return formatAddress({ host: String(value.host), port: Number(value.port) });
  }
  return mapChildren(schema, value, (child, item) => showUnits(child, item));
}

function parseUnit(unit: 'duration' | 'size' | 'address', value: unknown): unknown {
  if (unit === 'size') return typeof value === 'number' || typeof value === 'string' ? parseSize(value) : undefined;
  if (typeof value !== 'string') return undefined;
  return unit === 'duration' ? parseDuration(value) : parseAddress(value);
}

function mapChildren(
  schema: Schema,
  value: unknown,
  map: (child: Schema, item: unknown, segment: string | number) => unknown,
): unknown {
  if (Array.isArray(value)) {
    const { items } = schema;
    return items ? value.map((item: unknown, index) => map(items, item, index)) : value;
  }
  if (!isObject(value)) return value;
  const entries = Object.entries(value).map(([name, child]) => {
    const childSchema = property(schema, name);
    return [name, childSchema ? map(childSchema, child, name) : child];
  });
  return Object.fromEntries(entries);
}
