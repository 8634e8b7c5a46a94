// Starts programs/load.ts on the other core and talks to it.
import { type ChildProcess, spawn } from 'node:child_process';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import type { LoadArguments } from './programs/load.ts';

export interface LoadWindow {
  /** Frames read and written in the window. */
  readonly in: number;
  readonly out: number;
  /** Further handshakes done (see `churn`). */
  readonly handshakes: number;
}

export class LoadProcess {
  readonly #process: ChildProcess;
  readonly #answers: string[] = [];
  readonly #waiting: ((line: string) => void)[] = [];
  readonly #failed: Promise<never>;

  private constructor(process: ChildProcess) {
    this.#process = process;
    let errors = '';
    process.stderr?.on('data', (data) => (errors += data));
    this.#failed = new Promise((_, reject) => {
      process.once('exit', (status) => reject(new Error(`the load ended with ${status}: ${errors.slice(-1000)}`)));
    });
    this.#failed.catch(() => {});
    if (process.stdout === null) throw new Error('no output');
    createInterface({ input: process.stdout }).on('line', (line) => {
      const taker = this.#waiting.shift();
      if (taker === undefined) this.#answers.push(line);
      else taker(line);
    });
  }

  /** Resolves when all connections stand. */
  static async start(options: LoadArguments): Promise<LoadProcess> {
    const file = fileURLToPath(new URL('./programs/load.ts', import.meta.url));
    const args = ['-c', '1', process.execPath, '--conditions=quietwire-source', file, JSON.stringify(options)];
    const load = new LoadProcess(spawn('taskset', args, { stdio: ['pipe', 'pipe', 'pipe'] }));
    await load.#answer();
    return load;
  }

  async window(ms: number): Promise<LoadWindow> {
    return JSON.parse(await this.#ask(`window ${ms}`)) as LoadWindow;
  }

  /** So many frames on each connection, as fast as they go; resolves when all have left. @throws Error if one was closed */
  async burst(frames: number): Promise<LoadWindow> {
    return JSON.parse(await this.#ask(`burst ${frames}`)) as LoadWindow;
  }

  /** Further handshakes per second beside the connections that stand; 0 ends them. */
  async churn(perSecond: number): Promise<void> {
    await this.#ask(`churn ${perSecond}`);
  }

  async stop(): Promise<void> {
    if (this.#process.exitCode !== null) return;
    const gone = new Promise((resolve) => this.#process.once('exit', resolve));
    this.#process.stdin?.write('end\n');
    await gone;
  }

  #ask(command: string): Promise<string> {
    this.#process.stdin?.write(`${command}\n`);
    return this.#answer();
  }

  #answer(): Promise<string> {
    const ready = this.#answers.shift();
    if (ready !== undefined) return Promise.resolve(ready);
    return Promise.race([new Promise<string>((resolve) => this.#waiting.push(resolve)), this.#failed]);
  }
}
