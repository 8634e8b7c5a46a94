// One server under measurement: started on its own core where the machine has two, with its CPU time and memory read from
// the operating system.
import { type ChildProcess, spawn } from 'node:child_process';
import { readFileSync } from 'node:fs';

/** Clock ticks of /proc, Hz (USER_HZ is 100 on every Linux that Node runs on). */
const USER_HZ = 100;

export interface ServerCommand {
  readonly command: string;
  readonly args: readonly string[];
  /** Resolves when the server takes connections. */
  readonly ready: () => Promise<void>;
  /** Process whose figures count, from the pid that was started: nginx's worker is a child. */
  readonly measuredPid?: (pid: number) => number;
}

export class ServerProcess {
  readonly #process: ChildProcess;
  readonly #pid: () => number;
  #said = '';

  private constructor(child: ChildProcess, pid: () => number) {
    this.#process = child;
    this.#pid = pid;
  }

  static async start({ command, args, ready, measuredPid }: ServerCommand): Promise<ServerProcess> {
    const child = spawn('taskset', ['-c', '0', command, ...args], { stdio: ['ignore', 'pipe', 'pipe'] });
    const started = new ServerProcess(child, () => measuredPid?.(child.pid ?? 0) ?? child.pid ?? 0);
    child.stdout?.on('data', (data) => (started.#said += data));
    child.stderr?.on('data', (data) => (started.#said += data));
    const failed = new Promise<never>((_, reject) => {
      child.once('error', reject);
      child.once('exit', (status) =>
        reject(new Error(`${command} ended with ${status}: ${started.#said.slice(-1000)}`)),
      );
    });
    failed.catch(() => {});
    await Promise.race([ready(), failed]);
    return started;
  }

  get said(): string {
    return this.#said;
  }

  /** User and system time of all threads so far, seconds. */
  cpuSeconds(): number {
    const stat = readFileSync(`/proc/${this.#pid()}/stat`, 'latin1');
    const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
    return (Number(fields[11]) + Number(fields[12])) / USER_HZ;
  }

  /** Resolves when the process has had nothing to do for a while. */
  async settled(): Promise<void> {
    for (let before = -1; before !== this.cpuSeconds(); ) {
      before = this.cpuSeconds();
      await new Promise((resolve) => setTimeout(resolve, 300));
    }
  }

  /** Resident memory, bytes. */
  residentBytes(): number {
    const status = readFileSync(`/proc/${this.#pid()}/status`, 'latin1');
    return Number(/VmRSS:\s+(\d+)/.exec(status)?.[1] ?? 0) * 1024;
  }

  /** Holds the process for `ms`: what its clients send meanwhile waits in the kernel. */
  async hold(ms: number): Promise<void> {
    process.kill(this.#pid(), 'SIGSTOP');
    await new Promise((resolve) => setTimeout(resolve, ms));
    process.kill(this.#pid(), 'SIGCONT');
  }

  async stop(): Promise<void> {
    if (this.#process.exitCode !== null) return;
    const gone = new Promise((resolve) => this.#process.once('exit', resolve));
    this.#process.kill('SIGTERM');
    const timer = setTimeout(() => this.#process.kill('SIGKILL'), 3000);
    await gone;
    clearTimeout(timer);
  }
}
