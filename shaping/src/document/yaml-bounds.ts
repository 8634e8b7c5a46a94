/**
 * Bounds of what a YAML text may make a reader do. They are checked on the tokens, before nodes are composed of them: composing
 * compares each key with all others of its mapping, goes as deep as the text does, and follows an alias through the whole
 * document. Pure.
 */
import type { CST } from 'yaml';
import type { Fault, Path } from './fault.ts';

/** docs/limits.md says what each of these stops. */
export const yamlLimits = {
  /** UTF-16 units of a text. */
  text: 1024 * 1024,
  /** Documents of a text. */
  documents: 1000,
  /** Collections around a value. */
  depth: 32,
  /** Keys of a mapping. */
  keys: 256,
  /** Keys, entries and values of a document; again, with every alias replaced by what it stands for. */
  nodes: 4000,
  /** Aliases of a document. */
  aliases: 100,
} as const;

interface Excess {
  readonly fault: Pick<Fault, 'path' | 'message' | 'got' | 'allowed'>;
  /** Where, in the text. */
  readonly offset: number;
}

/** The first bound that a document's tokens break; undefined if none. Takes time linear in the tokens, and no stack. */
export function excessOfTokens(document: CST.Token): Excess | undefined {
  let nodes = 0;
  let aliases = 0;
  const open: { token: CST.Token; depth: number }[] = [{ token: document, depth: 0 }];
  for (let next = open.pop(); next !== undefined; next = open.pop()) {
    const { token, depth } = next;
    const { offset } = token as { offset: number };
    const excess = (message: string, got: number, allowed: number): Excess => ({
      fault: { path: [], message, got, allowed: `at most ${allowed}` },
      offset,
    });
    nodes += 1;
    if (nodes > yamlLimits.nodes) return excess('has too many values', nodes, yamlLimits.nodes);
    if (token.type === 'alias') aliases += 1;
    if (aliases > yamlLimits.aliases) return excess('has too many aliases', aliases, yamlLimits.aliases);
    if (depth > yamlLimits.depth) return excess('is nested too deeply', depth, yamlLimits.depth);
    if (token.type === 'document' && token.value !== undefined) open.push({ token: token.value, depth });
    if (!('items' in token)) continue;
    if (token.type !== 'block-seq' && token.items.length > yamlLimits.keys && !isFlowList(token)) {
      return excess('has too many keys in one mapping', token.items.length, yamlLimits.keys);
    }
    for (const { key, value } of token.items) {
      if (value) open.push({ token: value, depth: depth + 1 });
      if (key) open.push({ token: key, depth: depth + 1 });
    }
  }
  return undefined;
}

/**
 * What is wrong with a value whose aliases stand for the same objects: one inside itself, or more values than a document may
 * have once each is walked where it stands.
 */
export function excessOfValue(root: unknown): Fault | undefined {
  let nodes = 0;
  const around = new Set<unknown>();
  const walk = (value: unknown, path: Path): Fault | undefined => {
    nodes += 1;
    if (nodes > yamlLimits.nodes) {
      return { path: [], message: 'has too many values behind aliases', allowed: `at most ${yamlLimits.nodes}` };
    }
    if (typeof value !== 'object' || value === null) return undefined;
    if (around.has(value)) return { path, message: 'is an alias of what it stands in', allowed: 'values that end' };
    if (around.size >= yamlLimits.depth) {
      return { path, message: 'is nested too deeply', got: around.size + 1, allowed: `at most ${yamlLimits.depth}` };
    }
    around.add(value);
    for (const [name, child] of Object.entries(value)) {
      const fault = walk(child, [...path, Array.isArray(value) ? Number(name) : name]);
      if (fault !== undefined) return fault;
    }
    around.delete(value);
    return undefined;
  };
  return walk(root, []);
}

function isFlowList(token: CST.Token): boolean {
  return token.type === 'flow-collection' && token.start.type === 'flow-seq-start';
}
