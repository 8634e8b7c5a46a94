// The product's parts as users run them, each a process of its own on loopback: sidecar, tap (the observer on the wire) and
// agent, with throw-away keys. Starts them, changes the policy by starting the two ends anew, stops them.

import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { Child } from '../harness/child.ts';
import { parseTapRow, type TapRecord } from '../harness/tap-rows.ts';
import { waitUntilReady } from '../harness/wait.ts';
import { DemoError } from './demo-errors.ts';
import { type DemoRates, fleet, renderPolicy, type ServicePorts } from './demo-policy.ts';
import type { Settings } from './messages.ts';

const device = 'demo-plug';
const readyTimeoutMs = 20_000;

const programs = {
  quietwire: fileURLToPath(new URL('../../../planner/src/main.ts', import.meta.url)),
  sidecar: fileURLToPath(new URL('../../../sidecar/src/main.ts', import.meta.url)),
  agent: fileURLToPath(new URL('../../../device/src/main.ts', import.meta.url)),
};

export interface StackOptions {
  /** An empty directory for keys, certificate, configuration and policy. */
  readonly directory: string;
  readonly rates: DemoRates;
  /** Free ports of 127.0.0.1. */
  readonly ports: { readonly sidecar: number; readonly sidecarAdmin: number; readonly agentAdmin: number };
  /** Where the agent listens for programs of the device. */
  readonly agent: ServicePorts;
  /** Where the sidecar finds the services. */
  readonly services: ServicePorts;
  readonly onRecord: (record: TapRecord) => void;
  /** A part ended that nobody had stopped. */
  readonly onFailure: (error: Error) => void;
}

export class Stack {
  readonly #options: StackOptions;
  readonly #keys: string;
  readonly #certificate: string;
  #tapPort = 0;
  #tap: Child | undefined;
  #sidecar: Child | undefined;
  #agent: Child | undefined;
  #isStopping = false;

  constructor(options: StackOptions) {
    this.#options = options;
    this.#keys = join(options.directory, 'keys');
    this.#certificate = join(options.directory, 'tls');
  }

  /** Makes keys and configuration and starts all parts; resolves when the tunnel stands. */
  async start(settings: Settings): Promise<void> {
    const { directory, ports } = this.#options;
    await Promise.all([
      this.#run('keys', 'new', '--fleet', fleet, '-o', this.#keys),
      this.#run('keys', 'cert', '--dev', 'localhost', '-o', this.#certificate),
    ]);
    const groupKey = join(this.#keys, `${fleet}.primary`);
    const deviceKey = await this.#run('keys', 'derive', '--group-key', groupKey, '--device', device);
    await writeFile(join(directory, 'device.key'), deviceKey, { mode: 0o600 });
    await writeFile(join(directory, 'sidecar.json'), `${JSON.stringify(this.#sidecarConfig(), null, 2)}\n`);
    const [, tapPort] = await this.#startTap().waitFor(/listening on 127\.0\.0\.1:(\d+)/, readyTimeoutMs);
    this.#tapPort = Number(tapPort);
    await this.#startEnds(settings);
    await waitUntilReady(`http://127.0.0.1:${ports.agentAdmin}/readyz`, () => this.#agent?.lastWords);
  }

  /** Puts other settings in force: both ends start anew, so the device connects again. */
  async change(settings: Settings): Promise<void> {
    await this.#stopEnds();
    await this.#startEnds(settings);
    await waitUntilReady(`http://127.0.0.1:${this.#options.ports.agentAdmin}/readyz`, () => this.#agent?.lastWords);
  }

  async stop(): Promise<void> {
    this.#isStopping = true;
    await this.#stopEnds();
    await this.#tap?.stop();
  }

  async #startEnds(settings: Settings): Promise<void> {
    const { directory, ports, rates, services } = this.#options;
    await writeFile(join(directory, 'policy.yaml'), renderPolicy(rates, settings, services));
    this.#sidecar = this.#watch('sidecar', programs.sidecar, ['run', '--config', join(directory, 'sidecar.json')]);
    await waitUntilReady(`http://127.0.0.1:${ports.sidecarAdmin}/readyz`, () => this.#sidecar?.lastWords);
    this.#agent = this.#watch('agent', programs.agent, this.#agentArguments());
  }

  /** The device's end first: it is the one that would connect again. */
  async #stopEnds(): Promise<void> {
    await this.#agent?.stop();
    await this.#sidecar?.stop();
  }

  #startTap(): Child {
    const { ports, onRecord } = this.#options;
    const args = ['tap', '--listen', '127.0.0.1:0', '--to', `127.0.0.1:${ports.sidecar}`, '-o', '-', '--records'];
    this.#tap = this.#watch('tap', programs.quietwire, args, (line) => {
      const record = parseTapRow(line);
      if (record) onRecord(record);
    });
    return this.#tap;
  }

  #sidecarConfig(): object {
    const { directory, ports } = this.#options;
    return {
      listen: { address: `127.0.0.1:${ports.sidecar}` },
      admin: { address: `127.0.0.1:${ports.sidecarAdmin}` },
      tls: { certFile: join(this.#certificate, 'cert.pem'), keyFile: join(this.#certificate, 'key.pem') },
      keysDir: this.#keys,
      policy: { files: [join(directory, 'policy.yaml')] },
    };
  }

  #agentArguments(): string[] {
    const { directory, ports, agent } = this.#options;
    return [
      ...['run', '--server', `127.0.0.1:${this.#tapPort}`, '--ca', join(this.#certificate, 'ca.pem')],
      ...['--fleet', fleet, '--device', device, '--key', join(directory, 'device.key')],
      ...['--forward', `mqtt=127.0.0.1:${agent.mqtt}`, '--forward', `replay=127.0.0.1:${agent.replay}`],
      ...['--set', `admin.address=127.0.0.1:${ports.agentAdmin}`],
    ];
  }

  #watch(name: string, file: string, args: readonly string[], onLine?: (line: string) => void): Child {
    if (this.#isStopping) throw new DemoError('PART_ENDED', 'the demo is stopping');
    const child = new Child(onLine ? { name, file, args, onLine } : { name, file, args });
    void child.exited.then((status) => {
      if (child.isStopping) return;
      this.#options.onFailure(
        new DemoError('PART_ENDED', `the ${name} ended with status ${status}\n${child.lastWords}`),
      );
    });
    return child;
  }

  /** Runs a `quietwire` command to its end and returns what it printed. */
  async #run(...args: string[]): Promise<string> {
    let printed = '';
    const child = new Child({
      name: `quietwire ${args[0]} ${args[1]}`,
      file: programs.quietwire,
      args,
      onLine: (line) => {
        printed += `${line}\n`;
      },
    });
    const status = await child.exited;
    if (status !== 0)
      throw new DemoError('PART_ENDED', `${child.name} ended with status ${status}\n${child.lastWords}`);
    return printed;
  }
}
