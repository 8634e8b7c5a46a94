// The stage of a wire case: a sidecar with its services in one process, devices in another, and an observer between them.
import { randomBytes } from 'node:crypto';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createDevelopmentCertificate } from '@quietwire/planner';
import { ChildProgram, type Json, type JsonObject } from '../../harness/child-program.ts';
import { monotonicMs } from '../../harness/command-loop.ts';
import type { TlsVersion } from '../audit/session-view.ts';
import { StallWatch } from '../audit/stall-watch.ts';
import type { StagePart, Stall, Stretch } from '../audit/stalls.ts';
import { type Exactness, startCapture } from '../capture/observer.ts';
import type { ConnectionCapture, WireCapture } from '../capture/wire-record.ts';
import type { CoverLaw, ScriptedActivity } from '../programs/scripted-random.ts';
import { policyDocument, type ServicePort, type WirePolicy } from './wire-policy.ts';

export interface Script {
  readonly activities: readonly ScriptedActivity[];
  readonly law: CoverLaw;
}

export interface RigOptions {
  readonly policies: readonly WirePolicy[];
  readonly exactness?: Exactness;
  /** Virtual activities of the sidecar's only tunnel. */
  readonly cloudScript?: Script;
  /** More of the sidecar's configuration. */
  readonly config?: JsonObject;
}

export interface ConnectOptions {
  readonly version?: TlsVersion;
  readonly script?: Script;
  readonly maxFrame?: number;
  /** base64; default: the fleet's own. */
  readonly groupKey?: string;
  /** Waits between connections, ms. */
  readonly backoff?: { readonly minMs: number; readonly maxMs: number };
  /** The observer to connect through, if not the stage's own. */
  readonly through?: WireCapture;
  /** TLS by `openssl s_client` with this max_fragment_length. */
  readonly openssl?: number;
  readonly first?: { readonly stream: string; readonly service: string; readonly bytes: number };
}

/** A device's connection, and what the observer has of it. */
export interface Link {
  readonly device: string;
  readonly version: TlsVersion;
  readonly capture: ConnectionCapture;
  /** When the tunnel stood, ms of the machine's clock. */
  readonly upMs: number;
}

const programs = new URL('../programs/', import.meta.url);

export class Rig {
  readonly capture: WireCapture;
  readonly cloud: ChildProgram;
  readonly devices: ChildProgram;
  /** Where the sidecar itself listens. */
  readonly cloudPort: number;
  readonly certificate: { readonly ca: string; readonly cert: string };
  /** base64, by fleet. */
  readonly groupKeys: ReadonlyMap<string, string>;
  /** Ports of the services behind the sidecar. */
  readonly services: ReadonlyMap<string, number>;
  /** What the programs told without being asked. */
  readonly events: JsonObject[];
  readonly #directory: string;
  readonly #watch = new StallWatch(monotonicMs);

  private constructor(parts: {
    capture: WireCapture;
    cloud: ChildProgram;
    devices: ChildProgram;
    cloudPort: number;
    certificate: { readonly ca: string; readonly cert: string };
    groupKeys: ReadonlyMap<string, string>;
    services: readonly ServicePort[];
    events: JsonObject[];
    directory: string;
  }) {
    this.capture = parts.capture;
    this.cloud = parts.cloud;
    this.devices = parts.devices;
    this.cloudPort = parts.cloudPort;
    this.certificate = parts.certificate;
    this.groupKeys = parts.groupKeys;
    this.services = new Map(parts.services.map(({ name, port }) => [name, port]));
    this.events = parts.events;
    this.#directory = parts.directory;
  }

  static async start({ policies, exactness = 'milliseconds', cloudScript, config = {} }: RigOptions): Promise<Rig> {
    const events: JsonObject[] = [];
    const onEvent = (event: JsonObject) => events.push(event);
    const cloud = new ChildProgram({ name: 'cloud', file: new URL('cloud.ts', programs), onEvent });
    const devices = new ChildProgram({ name: 'devices', file: new URL('device.ts', programs), onEvent });
    try {
      const services = (await cloud.request({ do: 'services' })).services as unknown as readonly ServicePort[];
      const directory = await mkdtemp(join(tmpdir(), 'quietwire-wire-'));
      const certificate = await createDevelopmentCertificate({ hosts: [], notBefore: new Date(), days: 1 });
      const groupKeys = new Map(policies.map(({ fleet }) => [fleet, randomBytes(32).toString('base64')]));
      const text = await writeConfig(directory, { policies, services, certificate, groupKeys, config });
      const started = await cloud.request({ do: 'start', config: text, script: cloudScript as unknown as Json });
      const cloudPort = Number(started.port);
      if (exactness === 'milliseconds')
        await Promise.all([cloud, devices].map((child) => child.request({ do: 'watch' })));
      const capture = await startCapture(cloudPort, exactness);
      return new Rig({ capture, cloud, devices, cloudPort, certificate, groupKeys, services, events, directory });
    } catch (error) {
      cloud.kill();
      devices.kill();
      throw error;
    }
  }

  /** Connects one device after another: so the order of connections tells whose each is. */
  async connect(fleet: string, device: string, options: ConnectOptions = {}): Promise<Link> {
    const { version = 'TLSv1.3', script, through = this.capture, ...others } = options;
    const { groupKey = this.groupKeys.get(fleet) } = options;
    // openssl's client is preceded by a connection that reads the server's certificate.
    const index = through.connections.length + (options.openssl === undefined ? 0 : 1);
    const answer = await this.devices.request({
      ...others,
      do: 'connect',
      device,
      fleet,
      groupKey,
      port: through.port,
      ca: this.certificate.ca,
      version,
      script: script as unknown as Json,
    });
    return { device, version, capture: await this.connection(index, through), upMs: Number(answer.upMs) };
  }

  /** What the observer has of the n-th connection; waits until it has seen it. */
  async connection(index: number, of: WireCapture = this.capture): Promise<ConnectionCapture> {
    for (let waits = 0; waits < 500; waits += 1) {
      const found = of.connections[index];
      if (found !== undefined) return found;
      await new Promise((resolve) => setTimeout(resolve, 10));
    }
    throw new Error(`the observer has not seen connection ${index}`);
  }

  /** Waits until the service behind the sidecar has a stream of the device. */
  async reached(device: string): Promise<void> {
    for (let waits = 0; waits < 1000; waits += 1) {
      if (this.events.some((event) => event.event === 'stream' && event.device === device)) return;
      await new Promise((resolve) => setTimeout(resolve, 10));
    }
    throw new Error(`no stream of ${device} reached the service\n${this.cloud.lastWords}`);
  }

  /** Opens a stream to a service on each of the devices, and waits until the service has them. */
  async open(devices: readonly string[], service: string, stream = 'a'): Promise<void> {
    await this.plan(devices.map((device) => ({ do: 'open', device, stream, service, atMs: 0 })));
    for (const device of devices) await this.reached(device);
  }

  /** Things to do at moments of the machine's clock (`atMs`), by the devices and by the services behind the sidecar. */
  async plan(devices: readonly JsonObject[], cloud: readonly JsonObject[] = []): Promise<void> {
    await Promise.all([
      this.devices.request({ do: 'plan', entries: devices }),
      this.cloud.request({ do: 'plan', entries: cloud }),
    ]);
  }

  /** What went wrong in the programs while nobody asked. */
  get programFaults(): string[] {
    return this.events.filter(({ event }) => event === 'fault').map(({ text }) => String(text));
  }

  /**
   * When a process of the stage stood still; this one counts only where it makes the capture. Not known where microseconds
   * count: the watch itself takes some.
   */
  async stalls(): Promise<Stall[]> {
    const of = (part: StagePart, stalls: readonly Stretch[]) => stalls.map((stall) => ({ ...stall, of: part }));
    const ask = async (child: ChildProgram) => (await child.request({ do: 'stalls' })).stalls as unknown as Stretch[];
    const [cloud, devices] = await Promise.all([ask(this.cloud), ask(this.devices)]);
    const own = this.capture.source === 'tap' ? this.#watch.stalls : [];
    return [...of('observer', own), ...of('cloud', cloud), ...of('devices', devices)];
  }

  async stop(): Promise<void> {
    this.#watch.stop();
    await this.capture.close();
    await Promise.all([this.devices.stop(), this.cloud.stop()]);
    await rm(this.#directory, { recursive: true, force: true });
  }
}

async function writeConfig(
  directory: string,
  parts: {
    policies: readonly WirePolicy[];
    services: readonly ServicePort[];
    certificate: { readonly cert: string; readonly key: string };
    groupKeys: ReadonlyMap<string, string>;
    config: JsonObject;
  },
): Promise<string> {
  const { policies, services, certificate, groupKeys, config } = parts;
  const keysDir = join(directory, 'keys');
  await mkdir(keysDir);
  const put = async (name: string, text: string): Promise<string> => {
    await writeFile(join(directory, name), text, { mode: 0o600 });
    return join(directory, name);
  };
  for (const [fleet, key] of groupKeys) await put(join('keys', `${fleet}.primary`), `${key}\n`);
  const files = await Promise.all(
    policies.map((policy) => put(`${policy.fleet}.yaml`, policyDocument(policy, services))),
  );
  return JSON.stringify({
    listen: { address: '127.0.0.1:0' },
    admin: { address: '127.0.0.1:0' },
    tls: { certFile: await put('tls.crt', certificate.cert), keyFile: await put('tls.key', certificate.key) },
    policy: { files },
    keysDir,
    ...config,
  });
}

/** Runs a case on a stage of its own, and takes the stage down whatever happens. */
export async function withRig<Result>(options: RigOptions, run: (rig: Rig) => Promise<Result>): Promise<Result> {
  const rig = await Rig.start(options);
  try {
    return await run(rig);
  } finally {
    await rig.stop();
  }
}
