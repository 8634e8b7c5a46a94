// What every command of `quietwire` shares: the global flags, where data and diagnostics go, and reading of inputs.

import { readFile } from 'node:fs/promises';
import type { Command } from 'commander';
import { PlannerError } from '../errors.ts';

export interface GlobalFlags {
  readonly json?: boolean;
  readonly quiet?: boolean;
  readonly color: boolean;
  readonly seed?: number;
}

/** Data goes to stdout, diagnostics to stderr. */
export class CliSession {
  readonly #program: Command;

  constructor(program: Command) {
    this.#program = program;
  }

  get flags(): GlobalFlags {
    return this.#program.opts<GlobalFlags>();
  }

  /** Prints data. */
  print(text: string): void {
    process.stdout.write(text);
  }

  /** Prints one JSON document. */
  printJson(document: unknown): void {
    this.print(`${JSON.stringify(document, undefined, 2)}\n`);
  }

  /** Prints a diagnostic line, unless `--quiet`. */
  note(line: string): void {
    if (!this.flags.quiet) process.stderr.write(`${line}\n`);
  }

  /** The bytes of a file, or of stdin for `-`. Rejects with FILE_UNREADABLE. */
  async read(path: string): Promise<Buffer> {
    try {
      if (path !== '-') return await readFile(path);
      const chunks: Buffer[] = [];
      for await (const chunk of process.stdin) chunks.push(chunk as Buffer);
      return Buffer.concat(chunks);
    } catch (cause) {
      const name = path === '-' ? 'stdin' : path;
      const reason = cause instanceof Error ? cause.message : String(cause);
      throw new PlannerError('FILE_UNREADABLE', `${name}: ${reason}`, { cause });
    }
  }
}

/** Whether `stream` should get colours, by the flags, the terminal and the customary variables. */
export function wantsColor(stream: NodeJS.WriteStream): boolean {
  if (process.argv.includes('--no-color')) return false;
  return stream.isTTY === true && stream.hasColors();
}
