// The keys file of `quietwire decode`: what opens the control fields of one direction. Pure.

import type { Aead, SealOptions } from '@quietwire/proto';
import { PlannerError } from '../errors.ts';

const aeads: readonly Aead[] = ['AES-256-GCM', 'CHACHA20-POLY1305'];
const lengths = { key: 32, iv: 12 } as const;

/**
 * Parses `{"aead": "AES-256-GCM", "key": …, "iv": …}`, key and iv in hex or base64. Throws INVALID_FILE with all faults; no
 * fault prints a key.
 */
export function parseControlKeys(text: string, source: string): SealOptions {
  const document = parseJsonObject(text, source);
  const faults: string[] = [];
  const aead = aeads.find((name) => name === document.aead);
  if (!aead) faults.push(`${source}: aead: is none (got ${shown(document.aead)}, allowed ${aeads.join(' or ')})`);
  const bytes = (field: 'key' | 'iv'): Uint8Array => {
    const value = parseBytes(document[field], lengths[field]);
    if (value) return value;
    const got = typeof document[field] === 'string' ? `${document[field].length} characters` : shown(document[field]);
    faults.push(`${source}: ${field}: is none (got ${got}, allowed ${lengths[field]} bytes in hex or base64)`);
    return new Uint8Array(0);
  };
  const options = { key: bytes('key'), iv: bytes('iv') };
  for (const field of Object.keys(document)) {
    if (!['aead', 'key', 'iv'].includes(field)) faults.push(`${source}: ${field}: is unknown (allowed aead, key, iv)`);
  }
  if (aead && faults.length === 0) return { aead, ...options };
  throw new PlannerError('INVALID_FILE', `${faults.length} ${faults.length === 1 ? 'fault' : 'faults'} in ${source}`, {
    faults,
  });
}

function parseJsonObject(text: string, source: string): Record<string, unknown> {
  let document: unknown;
  try {
    document = JSON.parse(text);
  } catch {
    document = undefined; // the parser's message would quote the file, and with it a key
  }
  if (typeof document === 'object' && document !== null && !Array.isArray(document))
    return document as Record<string, unknown>;
  throw new PlannerError('INVALID_FILE', `1 fault in ${source}`, {
    faults: [`${source}: is no JSON object (allowed {"aead": …, "key": …, "iv": …})`],
  });
}

function parseBytes(value: unknown, length: number): Uint8Array | undefined {
  if (typeof value !== 'string') return undefined;
  const encoding = /^[0-9a-fA-F]+$/.test(value) && value.length === 2 * length ? 'hex' : 'base64';
  const bytes = Buffer.from(value, encoding);
  const isWhole = encoding === 'hex' || bytes.toString('base64') === value;
  return isWhole && bytes.length === length ? bytes : undefined;
}

function shown(value: unknown): string {
  return value === undefined ? 'nothing' : JSON.stringify(value);
}
