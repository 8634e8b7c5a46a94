// Which texts a wire case can print: a fault that a mutant expects must be made of texts that are in the case or in what it
// imports. Used by the test of the mutants only.
import { readdirSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

const casesFolder = new URL('../src/wire/cases/', import.meta.url);
/** Prints the faults. */
const harness = new URL('../src/harness/cases.ts', import.meta.url);
const HOLE = '\0';

/** The fixed parts of all texts that the wire case `name` has at hand. */
export function fragmentsOf(name: string): ReadonlySet<string> {
  const file = readdirSync(casesFolder)
    .map((entry) => new URL(entry, casesFolder))
    .find((entry) => read(entry).includes(`name: '${name}'`));
  if (file === undefined) throw new RangeError(`no file of a case ${name}`);
  const sources = new Map<string, string>();
  for (const first of [file, harness]) gather(first, sources);
  return new Set([...sources.values()].flatMap(fragments));
}

function gather(file: URL, sources: Map<string, string>): void {
  if (sources.has(file.href)) return;
  const source = read(file);
  sources.set(file.href, source);
  for (const [, path = ''] of source.matchAll(/ from '(\.[^']+\.ts)';/g)) gather(new URL(path, file), sources);
}

const read = (file: URL): string => readFileSync(fileURLToPath(file), 'utf8');

/** Strings, and what stands between the values of templates. */
function fragments(source: string): string[] {
  const strings = [...source.matchAll(/'((?:[^'\\\n]|\\.)*)'/g)].map(([, text = '']) => text);
  let holed = source;
  for (let before = ''; before !== holed; ) {
    before = holed;
    holed = holed.replaceAll(/\$\{[^{}]*\}/g, HOLE);
  }
  const templates = [...holed.matchAll(/`([^`]*)`/g)].flatMap(([, text = '']) => text.split(HOLE));
  return [...strings, ...templates].filter((text) => text !== '');
}

/** Texts that a simple pattern matches, one for each combination of its alternatives. */
export function examplesOf({ source }: RegExp): string[] {
  const group = /\(((?:[^()\\]|\\.)*\|(?:[^()\\]|\\.)*)\)/.exec(source);
  const alternatives = group === null ? source.split('|') : (group[1] ?? '').split('|');
  if (alternatives.length > 1) {
    const around =
      group === null ? ['', ''] : [source.slice(0, group.index), source.slice(group.index + group[0].length)];
    return alternatives.flatMap((text) => examplesOf(new RegExp(around.join(text))));
  }
  const plain = source
    .replace(/^\^/, '')
    .replaceAll(/\\d\+|\[\\d, \]\+|\\S\+/g, '7')
    .replaceAll(/-\?/g, '')
    .replaceAll(/\\([().'/])/g, '$1');
  if (/[\\^$*+?[\]{}]/.test(plain)) throw new SyntaxError(`too much of a pattern: ${source}`);
  return [plain];
}

/** Whether `text` may be a piece of what the fragments make, with numbers between them: whole ones but at both ends. */
export function isPrintable(text: string, known: ReadonlySet<string>): boolean {
  const all = [...known];
  if (all.some((fragment) => fragment.includes(text))) return true;
  const reached = new Set<number>([0]);
  for (let at = 0; at < text.length; at += 1) {
    if (!reached.has(at)) continue;
    const rest = text.slice(at);
    // What is left may be how a fragment begins.
    if (at > 0 && all.some((fragment) => fragment.startsWith(rest))) return true;
    const number = /^\d+/.exec(rest);
    if (number !== null) reached.add(at + number[0].length);
    for (const fragment of all) {
      if (rest.startsWith(fragment)) reached.add(at + fragment.length);
      for (let cut = 1; at === 0 && cut < fragment.length; cut += 1) {
        if (text.startsWith(fragment.slice(cut))) reached.add(fragment.length - cut);
      }
    }
  }
  return reached.has(text.length);
}
