/**
 * YAML (and so JSON) text as values that remember on which line each part stood.
 */
import { type Document, isAlias, isMap, isScalar, isSeq, LineCounter, type Node, parseAllDocuments } from 'yaml';
import type { Fault, Path } from './fault.ts';

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

/** Bounds the work that nested aliases can cause. */
const maxAliasCount = 1000;

/** Parses a text of one or more documents. `source` names it in faults. */
export function parseYaml(text: string, source?: string): ParsedSource {
  const lines = new LineCounter();
  const parsed = parseAllDocuments(text, { lineCounter: lines, merge: true, prettyErrors: false });
  const documents: SourceDocument[] = [];
  const faults: Fault[] = [];
  for (const document of Array.isArray(parsed) ? parsed : []) {
    for (const error of document.errors) {
      faults.push({
        path: [],
        message: `is not YAML: ${error.message}`,
        source,
        line: lines.linePos(error.pos[0]).line,
      });
    }
    if (document.errors.length > 0) continue;
    const result = toValue(document);
    if ('error' in result) faults.push({ path: [], message: `is not YAML: ${result.error}`, source });
    else if (result.value !== null && result.value !== undefined) {
      documents.push({ value: result.value, lineOf: (path) => lines.linePos(positionOf(document, path)).line });
    }
  }
  return faults.length > 0 ? { documents: [], faults } : { documents, faults };
}

/** Adds source and line to faults of a document, in the order of lines. */
export function locateFaults(faults: readonly Fault[], document: SourceDocument | undefined, source?: string): Fault[] {
  const located = faults.map((fault) => ({ ...fault, source, line: document?.lineOf(fault.path) }));
  return located.sort((left, right) => (left.line ?? 0) - (right.line ?? 0));
}

function toValue(document: Document): { value: unknown } | { error: string } {
  try {
    return { value: document.toJS({ maxAliasCount }) };
  } catch (error) {
    return { error: error instanceof Error ? error.message : String(error) };
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
      const pair = node.items.find((item) => isScalar(item.key) && String(item.key.value) === String(segment));
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
