// The product's parts as users run them, each a process of its own on loopback: sidecar, tap (the observer on the wire) and
// agents, with throw-away keys made by `quietwire keys`. Starts them; what goes through them is the case's matter.
import { writeFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { parse } from 'yaml';
import type { Child } from '../../harness/child.ts';
import { findFreePorts } from '../../harness/free-port.ts';
import { parseTapRow, type TapRecord } from '../../harness/tap-rows.ts';
import { waitUntil, waitUntilReady } from '../../harness/wait.ts';
import type { Workplace } from './workplace.ts';

export const programs = {
  quietwire: fileURLToPath(new URL('../../../../planner/src/main.ts', import.meta.url)),
  sidecar: fileURLToPath(new URL('../../../../sidecar/src/main.ts', import.meta.url)),
  agent: fileURLToPath(new URL('../../../../device/src/main.ts', import.meta.url)),
};

const readyTimeoutMs = 20_000;
/** Log lines that are kept of each part. */
const keptLines = 2000;

export interface StackOptions {
  /** Documents, one policy each. */
  readonly policies: readonly string[];
  /** `key=value` for the sidecar. */
  readonly sets?: readonly string[];
}

export interface AgentOptions {
  readonly device: string;
  /** Default: that of the first policy. */
  readonly fleet?: string;
  /** Names of the services that it forwards to. */
  readonly services: readonly string[];
  /** `key=value` for the agent. */
  readonly sets?: readonly string[];
  /** Default: through the tap. */
  readonly server?: string;
  /** Default: the device's own. */
  readonly keyFile?: string;
}

export interface Agent {
  readonly device: string;
  readonly child: Child;
  readonly args: readonly string[];
  readonly adminPort: number;
  /** Where it listens for programs of the device, by service. */
  port(service: string): number;
}

export class Stack {
  readonly place: Workplace;
  readonly ports: { readonly sidecar: number; readonly admin: number };
  /** Every record that passed the tap so far, as the tap's output shows them (up to 0.2 s later). */
  readonly records: TapRecord[] = [];
  readonly #options: StackOptions;
  #sidecar: Child | undefined;
  #tap: Child | undefined;
  #tapPort = 0;

  private constructor(place: Workplace, options: StackOptions, [sidecar = 0, admin = 0]: readonly number[]) {
    this.place = place;
    this.#options = options;
    this.ports = { sidecar, admin };
  }

  /** Makes keys, certificate and configuration; starts nothing. */
  static async prepare(place: Workplace, options: StackOptions): Promise<Stack> {
    const stack = new Stack(place, options, await findFreePorts(2));
    const fleets = options.policies.map(fleetOf);
    await Promise.all([
      ...[...new Set(fleets)].map((fleet) => stack.quietwire('keys', 'new', '--fleet', fleet, '-o', stack.keysDir)),
      stack.quietwire('keys', 'cert', '--dev', 'localhost', '-o', place.path('tls')),
      ...options.policies.map((policy, index) => place.file(`policy-${index}.yaml`, policy)),
    ]);
    await place.file('sidecar.json', JSON.stringify(stack.#sidecarConfig(), undefined, 2));
    return stack;
  }

  /** As prepare, then starts sidecar and tap. */
  static async start(place: Workplace, options: StackOptions): Promise<Stack> {
    const stack = await Stack.prepare(place, options);
    await Promise.all([stack.startSidecar(), stack.startTap()]);
    return stack;
  }

  get keysDir(): string {
    return this.place.path('keys');
  }

  get caFile(): string {
    return this.place.path('tls', 'ca.pem');
  }

  get sidecar(): Child {
    if (!this.#sidecar) throw new Error('the sidecar was not started');
    return this.#sidecar;
  }

  get tap(): Child {
    if (!this.#tap) throw new Error('the tap was not started');
    return this.#tap;
  }

  get tapAddress(): string {
    return `127.0.0.1:${this.#tapPort}`;
  }

  get tapPort(): number {
    return this.#tapPort;
  }

  /** The arguments of the running sidecar's command. */
  get sidecarArgs(): string[] {
    const sets = (this.#options.sets ?? []).flatMap((text) => ['--set', text]);
    return ['run', '--config', this.place.path('sidecar.json'), ...sets];
  }

  /** Runs a `quietwire` command to its end and returns what it printed. Rejects if it fails. */
  async quietwire(...args: string[]): Promise<string> {
    const { status, output, said } = await this.place.run({ name: 'quietwire', file: programs.quietwire, args });
    if (status !== 0) throw new Error(`quietwire ${args.join(' ')} ended with status ${status}\n${said}`);
    return output;
  }

  async startSidecar(): Promise<Child> {
    const child = this.place.start({ name: 'sidecar', file: programs.sidecar, args: this.sidecarArgs, keptLines });
    this.#sidecar = child;
    await ready(`http://127.0.0.1:${this.ports.admin}/readyz`, child);
    return child;
  }

  async startTap(): Promise<void> {
    const to = `127.0.0.1:${this.ports.sidecar}`;
    this.#tap = this.place.start({
      name: 'tap',
      file: programs.quietwire,
      args: ['tap', '--listen', '127.0.0.1:0', '--to', to, '-o', '-', '--records'],
      onLine: (line) => {
        const record = parseTapRow(line);
        if (record) this.records.push(record);
      },
    });
    const [, port] = await this.#tap.waitFor(/listening on 127\.0\.0\.1:(\d+)/, readyTimeoutMs);
    this.#tapPort = Number(port);
  }

  /** Starts an agent; resolves when its tunnel stands. */
  async startAgent(options: AgentOptions): Promise<Agent> {
    const agent = await this.launchAgent(options);
    await ready(`http://127.0.0.1:${agent.adminPort}/readyz`, agent.child);
    return agent;
  }

  /** Starts an agent and waits for nothing. */
  async launchAgent(options: AgentOptions): Promise<Agent> {
    const { device, services, server = this.tapAddress, sets = [], fleet = this.#firstFleet } = options;
    const [adminPort = 0, ...ports] = await findFreePorts(services.length + 1);
    const port = (service: string): number => {
      const found = ports[services.indexOf(service)];
      if (found === undefined) throw new Error(`${device} does not forward to ${service}`);
      return found;
    };
    const args = [
      ...['run', '--server', server, '--ca', this.caFile, '--fleet', fleet, '--device', device],
      ...['--key', options.keyFile ?? (await this.deriveKey(fleet, device))],
      ...services.flatMap((service) => ['--forward', `${service}=127.0.0.1:${port(service)}`]),
      ...[`admin.address=127.0.0.1:${adminPort}`, ...sets].flatMap((text) => ['--set', text]),
    ];
    const child = this.place.start({ name: `agent ${device}`, file: programs.agent, args, keptLines });
    return { device, child, args, adminPort, port };
  }

  /** Writes the device's key to a file and returns its path. */
  async deriveKey(fleet: string, device: string): Promise<string> {
    const groupKey = this.place.path('keys', `${fleet}.primary`);
    const key = await this.quietwire('keys', 'derive', '--group-key', groupKey, '--device', device);
    const path = this.place.path(`${device}.key`);
    await writeFile(path, key, { mode: 0o600 });
    return path;
  }

  /** The number of the newest connection through the tap that is above `after`. */
  newConnection(after: number): Promise<number> {
    return waitUntil('a new connection at the tap', readyTimeoutMs, () => {
      const newest = this.lastConnection;
      return newest > after ? newest : undefined;
    });
  }

  get lastConnection(): number {
    return this.records.reduce((last, { connection }) => Math.max(last, connection), 0);
  }

  get #firstFleet(): string {
    return fleetOf(this.#options.policies[0] ?? '');
  }

  #sidecarConfig(): object {
    return {
      listen: { address: `127.0.0.1:${this.ports.sidecar}` },
      admin: { address: `127.0.0.1:${this.ports.admin}` },
      tls: { certFile: this.place.path('tls', 'cert.pem'), keyFile: this.place.path('tls', 'key.pem') },
      keysDir: this.keysDir,
      policy: { files: this.#options.policies.map((_, index) => this.place.path(`policy-${index}.yaml`)) },
    };
  }
}

/** Waits for an admin endpoint, no longer than its part lives. */
export function ready(url: string, child: Child): Promise<void> {
  const ended = child.exited.then((status): never => {
    throw new Error(`${child.name} ended with status ${status}\n${child.lastWords}`);
  });
  ended.catch(() => {});
  return Promise.race([waitUntilReady(url, () => child.lastWords), ended]);
}

function fleetOf(policy: string): string {
  return String((parse(policy) as { spec: { fleet: unknown } }).spec.fleet);
}
