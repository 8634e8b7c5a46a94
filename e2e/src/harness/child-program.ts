// A child process that takes commands: one JSON line each way on stdin and stdout. Starts it under this process's own Node,
// pairs answers with requests, hands events on, and ends it. Knows nothing of what the commands do.
import { type ChildProcess, spawn } from 'node:child_process';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';

export type Json = null | boolean | number | string | readonly Json[] | { readonly [key: string]: Json | undefined };
export type JsonObject = { readonly [key: string]: Json | undefined };

export interface ChildProgramOptions {
  readonly name: string;
  /** The TypeScript entry point. */
  readonly file: URL;
  /** Flags of Node. */
  readonly flags?: readonly string[];
  readonly onEvent?: (event: JsonObject) => void;
}

const REQUEST_TIMEOUT_MS = 60_000;
const KILL_AFTER_MS = 3000;
const KEPT_LINES = 30;
const alive = new Set<ChildProgram>();

// A last resort, when this process ends without having stopped its children.
process.once('exit', () => {
  for (const child of alive) child.kill();
});

export class ChildProgram {
  readonly name: string;
  readonly exited: Promise<void>;
  readonly #process: ChildProcess;
  readonly #onEvent: (event: JsonObject) => void;
  readonly #waiting = new Map<number, PromiseWithResolvers<JsonObject>>();
  readonly #said: string[] = [];
  #lastId = 0;
  #stopping = false;

  constructor({ name, file, flags = [], onEvent = () => {} }: ChildProgramOptions) {
    this.name = name;
    this.#onEvent = onEvent;
    this.#process = spawn(process.execPath, ['--conditions=quietwire-source', ...flags, fileURLToPath(file)], {
      stdio: ['pipe', 'pipe', 'pipe'],
      detached: true,
    });
    alive.add(this);
    const { stdin, stdout, stderr } = this.#process;
    stdin?.on('error', () => {});
    if (stdout) createInterface({ input: stdout }).on('line', (line) => this.#hear(line));
    if (stderr) createInterface({ input: stderr }).on('line', (line) => this.#keep(line));
    this.exited = new Promise((resolve) => {
      this.#process.once('error', (error) => this.#keep(error.message));
      this.#process.once('close', () => {
        alive.delete(this);
        for (const { reject } of this.#waiting.values()) reject(this.#ended());
        this.#waiting.clear();
        resolve();
      });
    });
  }

  get pid(): number {
    return this.#process.pid ?? 0;
  }
  /** What it wrote to stderr last. */
  get lastWords(): string {
    return this.#said.join('\n');
  }

  /** Rejects with the child's own words if the command fails, the child ends, or no answer comes in time. */
  request(command: JsonObject, timeoutMs = REQUEST_TIMEOUT_MS): Promise<JsonObject> {
    if (!alive.has(this)) return Promise.reject(this.#ended());
    this.#lastId += 1;
    const id = this.#lastId;
    const answer = Promise.withResolvers<JsonObject>();
    const timer = setTimeout(() => {
      this.#waiting.delete(id);
      answer.reject(new Error(`${this.name}: no answer to ${JSON.stringify(command.do)} in ${timeoutMs} ms`));
    }, timeoutMs);
    this.#waiting.set(id, answer);
    this.#process.stdin?.write(`${JSON.stringify({ id, ...command })}\n`);
    return answer.promise.finally(() => clearTimeout(timer));
  }

  /** Stops the process where it stands, as a machine that is not scheduled. */
  freeze(): void {
    this.#process.kill('SIGSTOP');
  }
  thaw(): void {
    this.#process.kill('SIGCONT');
  }

  /** Closes stdin, upon which the program ends; kills it after 3 s. */
  async stop(): Promise<void> {
    this.#stopping = true;
    this.thaw();
    this.#process.stdin?.end();
    const timer = setTimeout(() => this.kill(), KILL_AFTER_MS);
    await this.exited;
    clearTimeout(timer);
  }

  kill(): void {
    this.#process.kill('SIGKILL');
  }

  #hear(line: string): void {
    let message: JsonObject;
    try {
      message = JSON.parse(line) as JsonObject;
    } catch {
      this.#keep(line);
      return;
    }
    if (typeof message.id !== 'number') {
      this.#onEvent(message);
      return;
    }
    const waiting = this.#waiting.get(message.id);
    this.#waiting.delete(message.id);
    if (typeof message.error === 'string') waiting?.reject(new Error(`${this.name}: ${message.error}`));
    else waiting?.resolve(message);
  }

  #keep(line: string): void {
    this.#said.push(line);
    if (this.#said.length > KEPT_LINES) this.#said.shift();
  }

  #ended(): Error {
    return new Error(`${this.name} has ended${this.#stopping ? '' : ' by itself'}\n${this.lastWords}`);
  }
}
