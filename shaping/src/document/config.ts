/**
 * Configuration of the daemons: file, environment and `--set` into one frozen value of the schema's type, or all faults.
 */
import { stringify } from 'yaml';
import { ShapingError } from '../errors.ts';
import { concealed } from './conceal.ts';
import { configKeys, environmentOverrides, type Override, setOverrides } from './config-keys.ts';
import { convertUnits, showUnits } from './config-units.ts';
import { applyDefaults, isObject } from './defaults.ts';
import type { Fault, Path } from './fault.ts';
import { deepFreeze } from './freeze.ts';
import type { Schema, SchemaValue } from './schema.ts';
import { checkStructure } from './validate.ts';
import { locateFaults, parseYaml, type SourceDocument } from './yaml-source.ts';

export interface ConfigSources<S extends Schema> {
  /** Of an object; each nested object has `default: {}` so that its own defaults apply. */
  readonly schema: S;
  /** The file's text; undefined without a file. */
  readonly text?: string | undefined;
  /** The file's name, for messages. */
  readonly source?: string | undefined;
  readonly environment?: Readonly<Record<string, string | undefined>>;
  /** `key=value` in the order given. */
  readonly sets?: readonly string[];
  /** What the schema cannot say; found together with its faults. */
  readonly checks?: readonly ConfigCheck<S>[];
}

/** A check beyond the schema. */
export interface ConfigCheck<S extends Schema> {
  /** Keys that it relies on, as in `--set`: it does not run while one of them has a fault. Others may hold anything. */
  readonly reads: readonly string[];
  readonly faults: (config: SchemaValue<S>) => readonly Fault[];
}

/**
 * Loads a configuration: `--set` wins over QUIETWIRE_ variables, these over the file, that over defaults. Durations come out
 * in ms, sizes in bytes, addresses as host and port. Throws CONFIG_INVALID with all faults.
 */
export function loadConfig<const S extends Schema>(sources: ConfigSources<S>): SchemaValue<S> {
  const { schema, source } = sources;
  const parsed = parseYaml(sources.text ?? '', source);
  const document = parsed.documents[0];
  const keys = configKeys(schema);
  const environment = environmentOverrides(keys, sources.environment ?? {});
  const sets = setOverrides(keys, sources.sets ?? []);
  const overrides = [...environment.overrides, ...sets.overrides];

  let content: unknown = document?.value ?? {};
  for (const override of overrides) content = replace(content, override.path, override.value);
  const converted = convertUnits(schema, applyDefaults(schema, content));
  const found = [...converted.faults, ...checkStructure(schema, converted.value).filter(notAt(converted.faults))];
  found.push(...faultsOfChecks(sources.checks ?? [], converted.value, found).filter(notAt(found)));
  const faults = [
    ...parsed.faults,
    ...extraDocuments(parsed.documents, source),
    ...(parsed.faults.length > 0 ? [] : locate(found, overrides, document, source)),
    ...environment.faults,
    ...sets.faults,
  ];
  if (faults.length > 0) throw ShapingError.invalid('CONFIG_INVALID', faults);
  return deepFreeze(converted.value) as SchemaValue<S>;
}

/** A loaded configuration as YAML that loads to the same value, except that URLs come without their credentials. */
export function renderConfig(schema: Schema, config: unknown): string {
  return stringify(concealed(showUnits(schema, config)));
}

function extraDocuments(documents: readonly SourceDocument[], source: string | undefined): Fault[] {
  if (documents.length <= 1) return [];
  return [{ path: [], message: 'has several documents', got: documents.length, allowed: 'one document', source }];
}

function faultsOfChecks<S extends Schema>(
  checks: readonly ConfigCheck<S>[],
  value: unknown,
  found: readonly Fault[],
): Fault[] {
  if (!isObject(value)) return [];
  const sound = (key: string): boolean => {
    const path = key.split('.');
    const around = path.slice(0, -1).reduce<unknown>((part, name) => (isObject(part) ? part[name] : undefined), value);
    return isObject(around) && !found.some((fault) => path.every((segment, index) => fault.path[index] === segment));
  };
  return checks.filter(({ reads }) => reads.every(sound)).flatMap(({ faults }) => [...faults(value as SchemaValue<S>)]);
}

/** Faults of overridden values name the override, the others their line in the file. */
function locate(
  found: readonly Fault[],
  overrides: readonly Override[],
  document: SourceDocument | undefined,
  source?: string,
): Fault[] {
  const fromFile: Fault[] = [];
  const fromOutside: Fault[] = [];
  for (const fault of found) {
    const origin = overrides.findLast((override) =>
      override.path.every((segment, index) => fault.path[index] === segment),
    );
    if (origin) fromOutside.push({ ...fault, source: origin.source });
    else fromFile.push(fault);
  }
  return [...locateFaults(fromFile, document, source), ...fromOutside];
}

function notAt(faults: readonly Fault[]): (fault: Fault) => boolean {
  const known = new Set(faults.map((fault) => JSON.stringify(fault.path)));
  return (fault) => !known.has(JSON.stringify(fault.path));
}

/** The value with another one at a path; what is no object on the way there is replaced. */
function replace(value: unknown, path: Path, leaf: unknown): unknown {
  const [name, ...rest] = path;
  if (name === undefined) return leaf;
  const object = isObject(value) ? value : {};
  return { ...object, [name]: replace(object[name], rest, leaf) };
}
