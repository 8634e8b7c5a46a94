// One child process of the demo: starts it under this process's own Node, keeps what it says, ends it in order.
// Knows nothing of what the child does.

import { type ChildProcess, spawn } from 'node:child_process';
import { createInterface } from 'node:readline';

export interface ChildOptions {
  readonly name: string;
  /** The TypeScript entry point. */
  readonly file: string;
  readonly args: readonly string[];
  /** Each line of stdout; without it stdout is kept with stderr as what the child said. */
  readonly onLine?: (line: string) => void;
}

const keptLines = 20;
const killAfterMs = 8000;
const running = new Set<Child>();

// A last resort, when this process ends without having stopped its children.
process.once('exit', () => {
  for (const child of running) child.kill();
});

export class Child {
  readonly name: string;
  /** Resolves with the exit status when the child is gone (128 + n after signal n is not computed: null). */
  readonly exited: Promise<number | null>;
  readonly #process: ChildProcess;
  readonly #said: string[] = [];
  readonly #waiting = new Set<(line: string) => void>();
  #isStopping = false;

  constructor({ name, file, args, onLine }: ChildOptions) {
    this.name = name;
    // Its own process group: Ctrl-C reaches this process alone, which then stops the children in order.
    this.#process = spawn(process.execPath, ['--conditions=quietwire-source', file, ...args], {
      stdio: ['ignore', 'pipe', 'pipe'],
      detached: true,
    });
    running.add(this);
    this.exited = new Promise((resolve) => {
      this.#process.once('error', (error) => this.#hear(error.message));
      this.#process.once('close', (status) => {
        running.delete(this);
        resolve(status);
      });
    });
    const { stdout, stderr } = this.#process;
    if (stdout) createInterface({ input: stdout }).on('line', onLine ?? ((line) => this.#hear(line)));
    if (stderr) createInterface({ input: stderr }).on('line', (line) => this.#hear(line));
  }

  /** True once stop() was called: its end is no failure. */
  get isStopping(): boolean {
    return this.#isStopping;
  }

  /** The last lines it wrote. */
  get lastWords(): string {
    return this.#said.join('\n');
  }

  /** Resolves with the first match of `pattern` in what the child says. Rejects if it ends or `timeoutMs` passes first. */
  waitFor(pattern: RegExp, timeoutMs: number): Promise<RegExpExecArray> {
    return new Promise((resolve, reject) => {
      const settle = (action: () => void) => {
        clearTimeout(timer);
        this.#waiting.delete(listen);
        action();
      };
      const listen = (line: string) => {
        const match = pattern.exec(line);
        if (match) settle(() => resolve(match));
      };
      const fail = (why: string) => settle(() => reject(new Error(`${this.name} ${why}\n${this.lastWords}`)));
      const timer = setTimeout(() => fail('is not ready'), timeoutMs);
      this.#waiting.add(listen);
      for (const line of this.#said) listen(line);
      void this.exited.then((status) => fail(`ended with status ${status}`));
    });
  }

  /** Sends SIGTERM and waits for the end; after 8 s SIGKILL. */
  async stop(): Promise<void> {
    this.#isStopping = true;
    this.#process.kill('SIGTERM');
    const timer = setTimeout(() => this.kill(), killAfterMs);
    await this.exited;
    clearTimeout(timer);
  }

  kill(): void {
    this.#process.kill('SIGKILL');
  }

  #hear(line: string): void {
    this.#said.push(line);
    if (this.#said.length > keptLines) this.#said.shift();
    for (const listen of this.#waiting) listen(line);
  }
}
