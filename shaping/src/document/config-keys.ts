/**
 * Keys of a configuration and the values given for them outside its file: environment variables and `--set key=value`.
 */
import { parse } from 'yaml';
import type { Fault, Path } from './fault.ts';
import type { Schema } from './schema.ts';

/** One key that holds a value: a schema node that is no object with named properties. */
export interface ConfigKey {
  readonly path: readonly string[];
  readonly schema: Schema;
}

/** A value from outside the file, and where it came from. */
export interface Override {
  readonly path: Path;
  readonly value: unknown;
  readonly source: string;
}

const prefix = 'QUIETWIRE_';

// Kubernetes gives every pod variables about the Services of its namespace. One named "quietwire…" gives these names, which
// are no configuration; a plain …_PORT is one only if its value is not the URL that Kubernetes writes there.
const serviceLink = /_(SERVICE_HOST|SERVICE_PORT(_[A-Z0-9_]+)?|PORT_\d+_(TCP|UDP|SCTP)(_(PROTO|PORT|ADDR))?)$/;
const serviceUrl = /^(tcp|udp|sctp):\/\//;

/** All keys of a configuration, in the schema's order. */
export function configKeys(schema: Schema, path: readonly string[] = []): ConfigKey[] {
  if (!schema.properties) return [{ path, schema }];
  return Object.entries(schema.properties).flatMap(([name, child]) => configKeys(child, [...path, name]));
}

/** The environment variable of a key: `policy.stateDir` is QUIETWIRE_POLICY_STATE_DIR. */
export function variableName(path: readonly string[]): string {
  return prefix + path.map((name) => name.replace(/([a-z0-9])([A-Z])/g, '$1_$2').toUpperCase()).join('_');
}

/**
 * Overrides from the environment. Underscores inside a key do not matter (QUIETWIRE_POLICY_STATEDIR is the same), and a
 * QUIETWIRE_ variable that fits no key is a fault, except those that Kubernetes makes of Services.
 */
export function environmentOverrides(
  keys: readonly ConfigKey[],
  environment: Readonly<Record<string, string | undefined>>,
): { overrides: Override[]; faults: Fault[] } {
  const byName = new Map(keys.map((key) => [plain(variableName(key.path)), key]));
  const overrides: Override[] = [];
  const faults: Fault[] = [];
  for (const [name, text] of Object.entries(environment)) {
    if (text === undefined || !name.startsWith(prefix) || serviceLink.test(name)) continue;
    if (name.endsWith('_PORT') && serviceUrl.test(text)) continue;
    const key = byName.get(plain(name));
    const source = `environment ${name}`;
    if (key) overrides.push({ path: key.path, value: parseText(text, key.schema), source });
    else
      faults.push({
        path: [],
        message: 'names no key of this configuration',
        got: text,
        allowed: allowedNames(keys),
        source,
      });
  }
  return { overrides, faults };
}

/** Overrides from `--set`; later ones win. */
export function setOverrides(
  keys: readonly ConfigKey[],
  sets: readonly string[],
): { overrides: Override[]; faults: Fault[] } {
  const overrides: Override[] = [];
  const faults: Fault[] = [];
  for (const text of sets) {
    const separator = text.indexOf('=');
    const name = separator < 0 ? text : text.slice(0, separator);
    const key = keys.find((candidate) => candidate.path.join('.') === name);
    const source = `--set ${name}`;
    if (separator < 0) faults.push({ path: [], message: 'has no value', got: text, allowed: 'key=value', source });
    else if (!key)
      faults.push({
        path: name.split('.'),
        message: 'is unknown',
        got: text.slice(separator + 1),
        allowed: allowedKeys(keys),
        source,
      });
    else overrides.push({ path: key.path, value: parseText(text.slice(separator + 1), key.schema), source });
  }
  return { overrides, faults };
}

/** A value from text by the type of its key. Text that does not fit stays text, for validation to name. */
function parseText(text: string, schema: Schema): unknown {
  if (schema.unit !== undefined) return text;
  switch (schema.type) {
    case 'integer':
    case 'number':
      return text.trim() !== '' && Number.isFinite(Number(text)) ? Number(text) : text;
    case 'boolean':
      return text === 'true' || (text === 'false' ? false : text);
    case 'array': {
      if (/^\s*\[/.test(text)) return parseFlow(text);
      const entries = text === '' ? [] : text.split(',').map((entry) => entry.trim());
      return entries.map((entry) => (schema.items ? parseText(entry, schema.items) : entry));
    }
    case 'object':
      return parseFlow(text);
    default:
      return text;
  }
}

function parseFlow(text: string): unknown {
  try {
    return parse(text);
  } catch {
    return text;
  }
}

function plain(name: string): string {
  return name.replaceAll('_', '');
}

function allowedKeys(keys: readonly ConfigKey[]): string {
  return keys.map((key) => key.path.join('.')).join(', ');
}

function allowedNames(keys: readonly ConfigKey[]): string {
  return keys.map((key) => variableName(key.path)).join(', ');
}
