// Sections of the docs that the code knows best, between `<!-- generated: NAME -->` and `<!-- end: NAME -->`; the text around
// them is written by hand. Used by the generators of the packages; `--check` changes nothing and fails on drift.

import { readFileSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { type ConfigKey, configKeys, describeAllowed, type Schema } from '@quietwire/shaping';

/** By page (from the repository's root), then by section: what stands in it. */
export type Pages = Readonly<Record<string, Readonly<Record<string, () => string>>>>;

/** Writes the sections, or with `--check` tells which pages are stale by exit status 1. */
export function generateSections(pages: Pages): void {
  const check = process.argv.includes('--check');
  const stale: string[] = [];
  for (const [page, sections] of Object.entries(pages)) {
    const file = fileURLToPath(new URL(`../${page}`, import.meta.url));
    const before = readFileSync(file, 'utf8');
    const after = Object.entries(sections).reduce(
      (text, [name, render]) => replaceSection(text, name, render()),
      before,
    );
    if (after === before) continue;
    stale.push(page);
    if (!check) writeFileSync(file, after);
  }
  if (stale.length > 0)
    process.stderr.write(`${stale.join(', ')}: ${check ? 'out of date, run npm run generate' : 'written'}\n`);
  if (check && stale.length > 0) process.exitCode = 1;
}

/** Every key of a configuration. @param laterKeys keys, or beginnings of keys, that this version refuses. */
export function configurationTable(schema: Schema, laterKeys: readonly string[]): string {
  const rows = configKeys(schema).map((key) => {
    const name = key.path.join('.');
    const later = laterKeys.some((prefix) => name === prefix || name.startsWith(`${prefix}.`));
    const meaning = `${key.schema.description ?? ''}${later ? ' _Not in this version: any other value is refused._' : ''}`;
    return [`\`${name}\``, defaultText(schema, key), allowedText(key.schema), meaning];
  });
  return table(['key', 'default', 'allowed', 'meaning'], rows);
}

export function table(head: readonly string[], rows: readonly (readonly string[])[]): string {
  const line = (cells: readonly string[]): string =>
    `| ${cells.map((cell) => cell.replaceAll('|', '\\|')).join(' | ')} |`;
  return [line(head), `|${'---|'.repeat(head.length)}`, ...rows.map(line)].join('\n');
}

/** The page with what lies between the two comments of a section exchanged. */
function replaceSection(text: string, name: string, content: string): string {
  const [begin, end] = [`<!-- generated: ${name} -->`, `<!-- end: ${name} -->`];
  const from = text.indexOf(begin);
  const to = text.indexOf(end);
  if (from < 0 || to < from) throw new Error(`the page has no section ${name}`);
  return `${text.slice(0, from + begin.length)}\n\n${content}\n\n${text.slice(to)}`;
}

function defaultText(root: Schema, { path, schema }: ConfigKey): string {
  const parent = path.slice(0, -1).reduce<Schema | undefined>((node, name) => node?.properties?.[name], root);
  if (schema.default !== undefined) return `\`${Array.isArray(schema.default) ? '[]' : String(schema.default)}\``;
  const name = path.at(-1) ?? '';
  if (parent?.exactlyOne?.includes(name)) return `one of ${parent.exactlyOne.join(', ')}`;
  return parent?.required?.includes(name) ? 'required' : '–';
}

function allowedText(schema: Schema): string {
  if (schema.type === 'array') return 'a list';
  const isUrl = schema.pattern?.startsWith('^https?:') ?? false;
  return isUrl ? 'an address such as `http://collector:4318`' : describeAllowed(schema);
}
