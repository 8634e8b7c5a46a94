// Runs `quietwire-agent` as a process of its own and watches what it says.
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { after } from 'node:test';
import { fileURLToPath } from 'node:url';
import { device, fleet, key, trusted } from '../cloud.ts';

const main = fileURLToPath(new URL('../../src/main.ts', import.meta.url));

/** Files that the agent reads, gone when the tests of the file are over. */
export const folder = mkdtempSync(join(tmpdir(), 'quietwire-agent-'));
after(() => rmSync(folder, { recursive: true, force: true }));

export function file(name: string, text: string): string {
  const path = join(folder, name);
  writeFileSync(path, text);
  return path;
}

export const caFile = file('ca.pem', trusted.ca);
export const keyFile = file('plug-1.key', `${key}\n`);

export interface LogLine {
  readonly level: string;
  readonly code: string;
  readonly message: string;
}

export class AgentProcess {
  readonly process: ChildProcess;
  readonly lines: string[] = [];
  stdout = '';
  readonly #waiting = new Set<() => void>();
  readonly #exit: Promise<unknown[]>;

  constructor(args: readonly string[], environment: Record<string, string> = {}) {
    const clean = Object.entries(process.env).filter(([name]) => !/^NODE_|^QUIETWIRE_/.test(name));
    this.process = spawn(process.execPath, ['--conditions=quietwire-source', main, ...args], {
      stdio: ['ignore', 'pipe', 'pipe'],
      env: { ...Object.fromEntries(clean), ...environment },
    });
    this.#exit = once(this.process, 'close');
    this.process.stdout?.on('data', (data) => {
      this.stdout += String(data);
    });
    createInterface({ input: this.process.stderr as NodeJS.ReadableStream }).on('line', (line) => {
      this.lines.push(line);
      for (const check of this.#waiting) check();
    });
    void this.#exit.then(() => {
      for (const check of this.#waiting) check();
    });
  }

  get stderr(): string {
    return this.lines.join('\n');
  }

  /** Log lines of a code so far. */
  logged(code: string): LogLine[] {
    return this.lines
      .filter((line) => line.startsWith('{'))
      .map((line) => JSON.parse(line) as LogLine)
      .filter((line) => line.code === code);
  }

  /** The n-th log line of this code. Rejects if the agent ends before. */
  async until(code: string, count = 1): Promise<LogLine> {
    const { promise, resolve, reject } = Promise.withResolvers<LogLine>();
    const check = (): void => {
      const line = this.logged(code)[count - 1];
      if (line !== undefined) resolve(line);
      else if (this.process.exitCode !== null)
        reject(new Error(`ended (${this.process.exitCode}) without ${code}: ${this.stderr}`));
    };
    this.#waiting.add(check);
    check();
    return promise.finally(() => this.#waiting.delete(check));
  }

  /** Exit status; 128 + n after signal n, as a shell has it. */
  async ended(): Promise<number> {
    const [status, signal] = (await this.#exit) as [number | null, NodeJS.Signals | null];
    return status ?? 128 + { SIGTERM: 15, SIGINT: 2, SIGKILL: 9 }[signal as 'SIGTERM'];
  }

  signal(name: NodeJS.Signals): void {
    this.process.kill(name);
  }
}

export interface AgentFlags {
  readonly server: string;
  /** SERVICE=ADDR:PORT */
  readonly forward: readonly string[];
  readonly sets?: readonly string[];
  readonly key?: string;
  readonly ca?: string;
  readonly fleet?: string;
}

/** `run` with everything that most tests do not care about. */
export function startAgent(flags: AgentFlags): AgentProcess {
  const { server, forward, sets = [], key = keyFile, ca = caFile } = flags;
  const args = ['--server', server, '--ca', ca, '--fleet', flags.fleet ?? fleet, '--device', device, '--key', key];
  const fixed = ['admin.address=127.0.0.1:0', 'tls.serverName=sidecar.test', 'backoff.min=100ms', 'backoff.max=300ms'];
  return new AgentProcess([
    'run',
    ...args,
    ...forward.flatMap((text) => ['--forward', text]),
    ...[...fixed, ...sets].flatMap((text) => ['--set', text]),
  ]);
}
