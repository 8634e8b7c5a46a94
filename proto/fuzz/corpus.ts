// The inputs that fuzzing starts from: files corpus/TARGET-NAME.hex, and what broke a target once (TARGET-crash-….hex).
import { createHash } from 'node:crypto';
import { readdirSync, readFileSync, writeFileSync } from 'node:fs';

const folder = new URL('./corpus/', import.meta.url);

export interface CorpusEntry {
  name: string;
  target: string;
  input: Uint8Array;
}

export function loadCorpus(): CorpusEntry[] {
  return readdirSync(folder)
    .filter((name) => name.endsWith('.hex'))
    .sort()
    .map((name) => {
      const input = Buffer.from(readFileSync(new URL(name, folder), 'utf8').replaceAll(/\s/g, ''), 'hex');
      return { name, target: name.split('-')[0] ?? '', input };
    });
}

/** Keeps an input that broke a target; returns the file's name. */
export function keepCrash(target: string, input: Uint8Array): string {
  const name = `${target}-crash-${createHash('sha256').update(input).digest('hex').slice(0, 12)}.hex`;
  const lines = Buffer.from(input)
    .toString('hex')
    .replaceAll(/.{1,120}/g, '$&\n');
  writeFileSync(new URL(name, folder), lines);
  return name;
}
