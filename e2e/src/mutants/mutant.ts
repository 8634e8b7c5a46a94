// What a mutant is: one known leak, planted by replacements in one file of the sources, and the one test that must see it.

/** A test of node:test, by its file (from the repository's root) and its whole name. */
export interface NamedTest {
  readonly kind: 'test';
  readonly file: string;
  readonly name: string;
}

/** A case of `npm run test:wire`. */
export interface WireTest {
  readonly kind: 'wire';
  readonly name: string;
  /** Flags of the case, for a shorter run than the full one. */
  readonly flags?: readonly string[];
  /** What the case must find: any other fault is not the leak. */
  readonly fault: RegExp;
  /** Nothing else may run meanwhile: microseconds count. */
  readonly alone?: boolean;
}

export type Test = NamedTest | WireTest;

export interface Mutant {
  readonly name: string;
  /** What an observer would see, and the invariant of design.md section 3 that it breaks. */
  readonly about: string;
  /** From the repository's root. */
  readonly file: string;
  readonly edits: readonly Edit[];
  readonly caughtBy: Test;
}

export interface Edit {
  /** Occurs exactly once in the file. */
  readonly find: string;
  readonly replace: string;
}

/** How the table names a test; also tells two tests apart. */
export function labelOf(test: Test): string {
  if (test.kind === 'test') return `${test.file}: ${test.name}`;
  return ['test:wire', '--case', test.name, ...(test.flags ?? [])].join(' ');
}

export function named(file: string, name: string): NamedTest {
  return { kind: 'test', file, name };
}

/** How often `text` contains `part`; overlaps are not counted. */
export function occurrences(text: string, part: string): number {
  return text.split(part).length - 1;
}

/** Plants the leak in the text of its file. @throws Error if a text is not there exactly once: the mutant is stale. */
export function plant({ edits, file }: Mutant, text: string): string {
  let planted = text;
  for (const { find, replace } of edits) {
    const found = occurrences(planted, find);
    if (found !== 1) throw new Error(`stale: its text occurs ${found} times in ${file}, needed once: ${find}`);
    // A function: `$` in the replacement has no meaning.
    planted = planted.replace(find, () => replace);
  }
  return planted;
}
