// vectors/README.md describes every field of every file, and none that is not there.
import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import { test } from 'node:test';

const folder = new URL('../vectors/', import.meta.url);
const page = readFileSync(new URL('README.md', folder), 'utf8');
const files = readdirSync(folder).filter((name) => name.endsWith('.json'));
const lists = ['clock.json', 'streams.json', 'closing.json', 'slots.json'];

type Json = null | boolean | number | string | Json[] | { [name: string]: Json };

function load(name: string): Json {
  return JSON.parse(readFileSync(new URL(name, folder), 'utf8')) as Json;
}

function keysOf(value: Json, found = new Set<string>()): Set<string> {
  if (Array.isArray(value)) for (const each of value) keysOf(each, found);
  else if (typeof value === 'object' && value !== null) {
    for (const [name, child] of Object.entries(value)) {
      found.add(name);
      keysOf(child, found);
    }
  }
  return found;
}

/** From a heading or the beginning of a paragraph to the next one. */
function part(from: string, to: string): string {
  const start = page.indexOf(from);
  assert.ok(start >= 0, from);
  const end = page.indexOf(to, start + from.length);
  return page.slice(start, end < 0 ? undefined : end);
}

const words = (text: string): string[] => [...text.matchAll(/`([a-zA-Z_-]+)`/g)].map(([, word = '']) => word);

/** Rows of a table: the words of its first column to those of the whole row. */
function rows(text: string): Map<string, Set<string>> {
  const found = new Map<string, Set<string>>();
  for (const [, first = '', rest = ''] of text.matchAll(/^\| ([^|]*) \|(.*)$/gm)) {
    for (const word of words(first)) found.set(word, new Set(words(rest)));
  }
  return found;
}

test('each file is named, and each that is named is there', () => {
  const named = new Set([...page.matchAll(/`([a-z-]+\.json)`/g)].map(([, name]) => name));
  assert.deepEqual([...named].sort(), files.sort());
});

test('event lists: every field stands in the table of its line, and every table’s field in some list', () => {
  const first = rows(part('### The first line of a list', '### Inputs'));
  const events = new Map([
    ...rows(part('### Inputs', '### Outputs')),
    ...rows(part('### Outputs', '| field of `look`')),
  ]);
  events.set(
    'look',
    new Set(
      rows(part('| field of `look` | meaning |', '## Lists of decisions').split('\n').slice(1).join('\n')).keys(),
    ),
  );
  const happened = new Set<string>();
  const seen = new Map<string, Set<string>>([...events.keys()].map((event) => [event, new Set<string>()]));
  for (const name of lists) {
    for (const line of load(name) as Record<string, Json>[]) {
      if ('list' in line) {
        assert.deepEqual(Object.keys(line).sort(), [...first.keys()].sort(), name);
        continue;
      }
      const { at, event, ...fields } = line;
      assert.equal(typeof at, 'number');
      const described = events.get(String(event));
      assert.ok(described !== undefined, `${name}: event ${event}`);
      for (const [field, value] of Object.entries(fields)) {
        assert.ok(described.has(field), `${name}: ${event} has ${field}`);
        assert.ok(typeof value === 'number' || typeof value === 'string', `${name}: ${field}`);
        seen.get(String(event))?.add(field);
      }
      happened.add(String(event));
    }
  }
  for (const [event, described] of events) {
    assert.ok(happened.has(event), `${event} happens in no list`);
    const used = seen.get(event) ?? new Set();
    // The last column of a row names values and other rows too.
    const column = new RegExp(`^\\|[^|]*\`${event}\`[^|]*\\| ([^|]*) \\|`, 'm').exec(page)?.[1] ?? '';
    for (const field of event === 'look' ? described : words(column)) {
      assert.ok(used.has(field), `${event}: ${field} is in no list`);
    }
  }
});

test('event lists: each object is one line of the file, so that no JSON library is needed', () => {
  for (const name of [...lists, 'activity.json', 'opens.json']) {
    const text = readFileSync(new URL(name, folder), 'utf8');
    const lines = text.trimEnd().split('\n');
    assert.equal(lines.shift(), '[');
    assert.equal(lines.pop(), ']');
    for (const line of lines) assert.match(line, /^\{("[a-z_]+":("[^"\\]*"|-?[0-9.]+),?)+\},?$/, name);
  }
});

test('lists of decisions and cases: every field is named in the paragraphs of its file', () => {
  const decisions = part('## Lists of decisions', '## Cases');
  const messages = part('Of messages,', '\n## ');
  for (const name of files.filter((file) => !lists.includes(file))) {
    const isDecision = name === 'activity.json' || name === 'opens.json';
    const paragraph = isDecision ? decisions : part(`\n\`${name}\``, '\n\n');
    const named = new Set(words(`${paragraph}${isDecision ? '' : messages}`));
    for (const key of keysOf(load(name))) assert.ok(named.has(key), `${name}: ${key}`);
  }
});
