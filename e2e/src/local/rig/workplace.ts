// A case's own place: a directory for its files and the processes that it starts. Both are gone when the case is over, failed
// or not, and when this process is told to end. Knows nothing of what the processes do.
import { rmSync } from 'node:fs';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Child, type ChildOptions } from '../../harness/child.ts';

const open = new Set<Workplace>();

// A last resort, when this process ends in the middle of a case. The children are child.ts's.
process.once('exit', () => {
  for (const { directory } of open) rmSync(directory, { recursive: true, force: true });
});

export class Workplace {
  readonly directory: string;
  readonly #children: Child[] = [];
  readonly #closers: (() => Promise<void> | void)[] = [];

  constructor(directory: string) {
    this.directory = directory;
    open.add(this);
  }

  path(...names: string[]): string {
    return join(this.directory, ...names);
  }

  /** Writes a file that only this user can read, and returns its path. */
  async file(name: string, content: string | Uint8Array): Promise<string> {
    const path = this.path(name);
    await writeFile(path, content, { mode: 0o600 });
    return path;
  }

  start(options: ChildOptions): Child {
    const child = new Child(options);
    this.#children.push(child);
    return child;
  }

  /** Runs a program to its end. Its stdout is returned apart; what it said on stderr is in `child.said`. */
  async run(options: ChildOptions, timeoutMs = 30_000): Promise<{ status: number; output: string; said: string }> {
    let output = '';
    const child = this.start({
      keptLines: 500,
      onLine: (line) => {
        output += `${line}\n`;
      },
      ...options,
    });
    const status = await child.exitsWithin(timeoutMs);
    return { status, output, said: child.lastWords };
  }

  /** Something else to be closed at the end. */
  onClose(close: () => Promise<void> | void): void {
    this.#closers.push(close);
  }

  async close(): Promise<void> {
    for (const child of this.#children) child.kill();
    await Promise.all(this.#children.map(({ exited }) => exited));
    for (const close of this.#closers.reverse()) await close();
    await rm(this.directory, { recursive: true, force: true });
    open.delete(this);
  }
}

/** Gives `run` a workplace for as long as it takes. */
export async function withWorkplace<Result>(name: string, run: (place: Workplace) => Promise<Result>): Promise<Result> {
  const place = new Workplace(await mkdtemp(join(tmpdir(), `quietwire-${name}-`)));
  try {
    return await run(place);
  } finally {
    await place.close();
  }
}
