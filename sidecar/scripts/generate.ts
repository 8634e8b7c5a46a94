// Writes the tables of the docs that the sidecar's code knows best: its configuration in docs/configuration.md, its metrics
// and log codes in docs/telemetry.md. `--check` changes nothing and fails on drift. The text around the tables is written
// by hand.

import { readFileSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { type ConfigKey, configKeys, describeAllowed, type Schema } from '@quietwire/shaping';
import { sidecarEvents } from '../src/events.ts';
import { laterKeys, sidecarConfigSchema } from '../src/index.ts';
import { type InstrumentEntry, instruments } from '../src/telemetry/instrument-table.ts';
import { prometheusName, unitSuffix } from '../src/telemetry/prometheus-name.ts';

const pages: Readonly<Record<string, Readonly<Record<string, () => string>>>> = {
  'docs/configuration.md': { 'sidecar-configuration': configurationTable },
  'docs/telemetry.md': { 'sidecar-instruments': instrumentTable, 'sidecar-events': eventTable },
};

const check = process.argv.includes('--check');
const stale: string[] = [];
for (const [page, sections] of Object.entries(pages)) {
  const file = fileURLToPath(new URL(`../../${page}`, import.meta.url));
  const before = readFileSync(file, 'utf8');
  const after = Object.entries(sections).reduce((text, [name, render]) => replaceSection(text, name, render()), before);
  if (after === before) continue;
  stale.push(page);
  if (!check) writeFileSync(file, after);
}
if (stale.length > 0)
  process.stderr.write(`${stale.join(', ')}: ${check ? 'out of date, run npm run generate' : 'written'}\n`);
if (check && stale.length > 0) process.exitCode = 1;

/** The page with what lies between the two comments of a section exchanged. */
function replaceSection(text: string, name: string, content: string): string {
  const [begin, end] = [`<!-- generated: ${name} -->`, `<!-- end: ${name} -->`];
  const from = text.indexOf(begin);
  const to = text.indexOf(end);
  if (from < 0 || to < from) throw new Error(`the page has no section ${name}`);
  return `${text.slice(0, from + begin.length)}\n\n${content}\n\n${text.slice(to)}`;
}

function configurationTable(): string {
  const rows = configKeys(sidecarConfigSchema).map((key) => {
    const name = key.path.join('.');
    const later = laterKeys.some((prefix) => name === prefix || name.startsWith(`${prefix}.`));
    const meaning = `${key.schema.description ?? ''}${later ? ' _Not in this version: any other value is refused._' : ''}`;
    return [`\`${name}\``, defaultText(key), allowedText(key.schema), meaning];
  });
  return table(['key', 'default', 'allowed', 'meaning'], rows);
}

function instrumentTable(): string {
  const rows = Object.entries<InstrumentEntry>(instruments).map(([name, entry]) => {
    const suffix = unitSuffix(entry.unit, entry.kind === 'gauge' ? 'gauge' : 'other');
    const prometheus = `${prometheusName(name, suffix)}${entry.kind === 'counter' ? '_total' : ''}`;
    const attributes = entry.attributes.map((attribute) => `\`${attribute}\``).join(', ') || '–';
    return [`\`${name}\``, `\`${prometheus}\``, entry.kind, entry.unit || '–', attributes, `${entry.description}.`];
  });
  return table(['instrument', 'in Prometheus', 'kind', 'unit', 'attributes', 'meaning'], rows);
}

function eventTable(): string {
  const rows = Object.entries(sidecarEvents).map(([code, { level, text }]) => [`\`${code}\``, level, text]);
  return table(['code', 'level', 'meaning'], rows);
}

function defaultText({ path, schema }: ConfigKey): string {
  const parent = path
    .slice(0, -1)
    .reduce<Schema | undefined>((node, name) => node?.properties?.[name], sidecarConfigSchema);
  if (schema.default !== undefined) return `\`${Array.isArray(schema.default) ? '[]' : String(schema.default)}\``;
  const name = path.at(-1) ?? '';
  if (parent?.exactlyOne?.includes(name)) return `one of ${parent.exactlyOne.join(', ')}`;
  return parent?.required?.includes(name) ? 'required' : '–';
}

function allowedText(schema: Schema): string {
  if (schema.type === 'array') return 'a list';
  return schema.pattern === undefined ? describeAllowed(schema) : 'an address such as `http://collector:4318`';
}

function table(head: readonly string[], rows: readonly (readonly string[])[]): string {
  const line = (cells: readonly string[]): string =>
    `| ${cells.map((cell) => cell.replaceAll('|', '\\|')).join(' | ')} |`;
  return [line(head), `|${'---|'.repeat(head.length)}`, ...rows.map(line)].join('\n');
}
