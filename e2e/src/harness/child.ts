// One process that a case or the demo started: keeps what it says, waits for its words, signals it, ends it in order. Knows
// nothing of what it does. For children that take commands see child-program.ts.
import { type ChildProcess, spawn } from 'node:child_process';
import { constants } from 'node:os';
import { createInterface } from 'node:readline';

interface Common {
  readonly name: string;
  readonly args: readonly string[];
  /** Each line of stdout; without it stdout is kept with stderr as what the child said. */
  readonly onLine?: (line: string) => void;
  /** Opens stdin for write(). */
  readonly takesInput?: boolean;
  /** Beside this process's own. */
  readonly environment?: Readonly<Record<string, string>>;
  /** How many of the last lines are kept (20). */
  readonly keptLines?: number;
}

/** A TypeScript entry point, run under this process's own Node, or another program. */
export type ChildOptions = Common & ({ readonly file: string } | { readonly command: string });

const killAfterMs = 8000;
const running = new Set<Child>();

// A last resort, when this process ends without having stopped its children.
process.once('exit', () => {
  for (const child of running) child.kill();
});

export class Child {
  readonly name: string;
  /** Resolves with the exit status when the child is gone: 128 + n after signal n, 127 if it could not be started. */
  readonly exited: Promise<number>;
  readonly #process: ChildProcess;
  readonly #keptLines: number;
  readonly #said: string[] = [];
  readonly #waiting = new Set<(line: string) => void>();
  #isStopping = false;

  constructor(options: ChildOptions) {
    const { name, args, onLine, takesInput = false, environment = {}, keptLines = 20 } = options;
    this.name = name;
    this.#keptLines = keptLines;
    const isScript = 'file' in options;
    const command = isScript ? process.execPath : options.command;
    // Its own process group: Ctrl-C reaches this process alone, which then stops the children in order.
    this.#process = spawn(command, isScript ? ['--conditions=quietwire-source', options.file, ...args] : [...args], {
      stdio: [takesInput ? 'pipe' : 'ignore', 'pipe', 'pipe'],
      detached: true,
      env: { ...process.env, ...environment },
    });
    running.add(this);
    this.exited = new Promise((resolve) => {
      this.#process.once('error', (error) => {
        this.#hear(error.message);
        if (this.#process.pid === undefined) this.#ended(127, resolve);
      });
      this.#process.once('close', (status, signal) =>
        this.#ended(status ?? 128 + (signal === null ? 0 : constants.signals[signal]), resolve),
      );
    });
    const { stdin, stdout, stderr } = this.#process;
    stdin?.on('error', () => {}); // its end is told by `exited`
    if (stdout) createInterface({ input: stdout }).on('line', onLine ?? ((line) => this.#hear(line)));
    if (stderr) createInterface({ input: stderr }).on('line', (line) => this.#hear(line));
  }

  /** True once stop() was called: its end is no failure. */
  get isStopping(): boolean {
    return this.#isStopping;
  }

  get isRunning(): boolean {
    return running.has(this);
  }

  get pid(): number {
    return this.#process.pid ?? 0;
  }

  /** The last lines it wrote. */
  get said(): readonly string[] {
    return this.#said;
  }

  /** The last lines it wrote. */
  get lastWords(): string {
    return this.#said.join('\n');
  }

  /** Writes to its stdin. */
  write(text: string): void {
    this.#process.stdin?.write(text);
  }

  endInput(): void {
    this.#process.stdin?.end();
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
      const timer = setTimeout(() => fail(`did not say ${pattern}`), timeoutMs);
      this.#waiting.add(listen);
      for (const line of this.#said) listen(line);
      void this.exited.then((status) => fail(`ended with status ${status}`));
    });
  }

  /** Resolves with the exit status; after `timeoutMs` kills the child and rejects. */
  async exitsWithin(timeoutMs: number): Promise<number> {
    let late = false;
    const timer = setTimeout(() => {
      late = true;
      this.kill();
    }, timeoutMs);
    const status = await this.exited;
    clearTimeout(timer);
    if (late) throw new Error(`${this.name} did not end within ${timeoutMs} ms\n${this.lastWords}`);
    return status;
  }

  signal(name: NodeJS.Signals): void {
    this.#process.kill(name);
  }

  /** Sends SIGTERM and waits for the end; after 8 s SIGKILL. */
  async stop(): Promise<void> {
    this.#isStopping = true;
    this.signal('SIGTERM');
    const timer = setTimeout(() => this.kill(), killAfterMs);
    await this.exited;
    clearTimeout(timer);
  }

  kill(): void {
    this.#isStopping = true;
    this.signal('SIGKILL');
  }

  #ended(status: number, resolve: (status: number) => void): void {
    running.delete(this);
    resolve(status);
  }

  #hear(line: string): void {
    this.#said.push(line);
    if (this.#said.length > this.#keptLines) this.#said.shift();
    for (const listen of this.#waiting) listen(line);
  }
}
