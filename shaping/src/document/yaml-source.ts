/**
 * YAML (and so JSON) text as values that remember on which line each part stood.
 */
import {
  Composer,
  type CST,
  type Document,
  isAlias,
  isMap,
  isScalar,
  isSeq,
  LineCounter,
  type Node,
  type Pair,
  Parser,
  type YAMLMap,
} from 'yaml';
import type { Fault, Path } from './fault.ts';
import { excessOfTokens, excessOfValue, yamlLimits } from './yaml-bounds.ts';

export interface SourceDocument {
  readonly value: unknown;
  /** The line (from 1) of the value at a path, or of the closest part around it that exists. */
  lineOf(path: Path): number;
}

export interface ParsedSource {
  /** Documents that are not empty. None if there are faults. */
  readonly documents: readonly SourceDocument[];
  /** What is wrong with the text as YAML. */
  readonly faults: readonly Fault[];
}

/**
 * Parses a text of one or more documents. `source` names it in faults. Bounded in time and depth whatever the text holds
 * (yaml-bounds.ts).
 */
export function parseYaml(text: string, source?: string): ParsedSource {
  if (text.length > yamlLimits.text) {
    return oneFault({
      path: [],
      message: 'is too long',
      got: text.length,
      allowed: `at most ${yamlLimits.text}`,
      source,
    });
  }
  const lines = new LineCounter();
  const lineAt = (offset: number): number => lines.linePos(offset).line;
  const documents: SourceDocument[] = [];
  const faults: Fault[] = [];
  // Line breaks are known when the tokens are, so all tokens come first.
  const tokens = [...new Parser(lines.addNewLine).parse(text)];
  const excess = excessOf(tokens);
  if (excess !== undefined) return oneFault({ ...excess.fault, source, line: lineAt(excess.offset) });
  const composer = new Composer({ merge: true, prettyErrors: false });
  for (const document of composer.compose(tokens, false, text.length)) {
    for (const error of document.errors) {
      faults.push({ path: [], message: `is not YAML: ${error.message}`, source, line: lineAt(error.pos[0]) });
    }
    if (document.errors.length > 0) continue;
    const lineOf = (path: Path): number => lineAt(positionOf(document, path));
    const result = toValue(document);
    if ('fault' in result) faults.push({ ...result.fault, source, line: lineOf(result.fault.path) });
    else if (result.value !== null && result.value !== undefined) documents.push({ value: result.value, lineOf });
  }
  return faults.length > 0 ? { documents: [], faults } : { documents, faults };
}

function oneFault(fault: Fault): ParsedSource {
  return { documents: [], faults: [fault] };
}

function excessOf(tokens: readonly CST.Token[]): ReturnType<typeof excessOfTokens> {
  const documents = tokens.filter(({ type }) => type === 'document');
  const { documents: most } = yamlLimits;
  const surplus = documents[most];
  if (surplus?.type === 'document') {
    const fault = { path: [], message: 'has too many documents', got: documents.length, allowed: `at most ${most}` };
    return { fault, offset: surplus.offset };
  }
  for (const document of documents) {
    const excess = excessOfTokens(document);
    if (excess !== undefined) return excess;
  }
  return undefined;
}

/** Adds source and line to faults of a document, in the order of lines. */
export function locateFaults(faults: readonly Fault[], document: SourceDocument | undefined, source?: string): Fault[] {
  const located = faults.map((fault) => ({ ...fault, source, line: document?.lineOf(fault.path) }));
  return located.sort((left, right) => (left.line ?? 0) - (right.line ?? 0));
}

function toValue(document: Document): { value: unknown } | { fault: Fault } {
  try {
    // Aliases and what they stand for are bounded before and after: the library's own count would name no line.
    const value: unknown = document.toJS({ maxAliasCount: -1 });
    const fault = excessOfValue(value);
    return fault === undefined ? { value } : { fault };
  } catch (error) {
    const message = `is not YAML: ${error instanceof Error ? error.message : String(error)}`;
    return { fault: { path: [], message } };
  }
}

/** Offset of the key, or the list entry, at the path; of the deepest existing part if there is none. */
function positionOf(document: Document, path: Path): number {
  let node: Node | null | undefined = document.contents as Node | null;
  let position = node?.range?.[0] ?? 0;
  for (const segment of path) {
    if (isAlias(node)) node = node.resolve(document);
    let next: Node | null | undefined;
    if (isMap(node)) {
      const pair = pairOf(node, String(segment));
      const key = pair?.key;
      next = pair?.value as Node | null | undefined;
      if (isScalar(key)) position = key.range?.[0] ?? position;
      if (!pair) return position;
    } else if (isSeq(node)) {
      next = node.items[Number(segment)] as Node | undefined;
      position = next?.range?.[0] ?? position;
    }
    if (!next) return position;
    node = next;
  }
  return position;
}

const pairs = new WeakMap<YAMLMap, ReadonlyMap<string, Pair>>();

/** The first pair with a key: looked up, since a document may have a fault for each of its keys. */
function pairOf(map: YAMLMap, name: string): Pair | undefined {
  let known = pairs.get(map);
  if (known === undefined) {
    const entries = map.items.flatMap((pair) => (isScalar(pair.key) ? [[String(pair.key.value), pair] as const] : []));
    known = new Map(entries.reverse());
    pairs.set(map, known);
  }
  return known.get(name);
}
