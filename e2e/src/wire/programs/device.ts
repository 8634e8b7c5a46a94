// A program of its own: any number of devices by the product's client library, each with streams, on command.
import { connect, type Tunnel, type TunnelSocket } from '@quietwire/device';
import { deriveDeviceKey } from '@quietwire/proto';
import { createSystemRuntime } from '@quietwire/tunnel';
import type { JsonObject } from '../../harness/child-program.ts';
import { emitEvent, monotonicMs, serveCommands } from '../../harness/command-loop.ts';
import { connectThroughOpenssl } from './openssl-device.ts';
import { type CoverLaw, type ScriptedActivity, scriptedRandom, telling } from './scripted-random.ts';
import { type Actions, stageCommands } from './stage-commands.ts';

export interface ConnectCommand {
  /** Name of the device, and of its tunnel here. */
  readonly device: string;
  readonly fleet: string;
  /** base64. */
  readonly groupKey: string;
  readonly port: number;
  readonly ca: string;
  readonly version: 'TLSv1.2' | 'TLSv1.3';
  readonly maxFrame?: number;
  readonly script?: { readonly activities: readonly ScriptedActivity[]; readonly law: CoverLaw };
  /** Opened, and written to, in the turn in which the tunnel stands. */
  readonly backoff?: { readonly minMs: number; readonly maxMs: number };
  /** TLS by `openssl s_client` with this max_fragment_length, instead of the library's. */
  readonly openssl?: number;
  readonly first?: { readonly stream: string; readonly service: string; readonly bytes: number };
}

interface Device {
  readonly tunnel: Pick<Tunnel, 'open' | 'close' | 'destroy'>;
  readonly streams: Map<string, TunnelSocket>;
  received: number;
}

const runtime = createSystemRuntime();
const devices = new Map<string, Device>();

async function connectDevice(command: JsonObject): Promise<JsonObject> {
  const options = command as unknown as ConnectCommand;
  const { device: name, fleet, ca, port, version, maxFrame, backoff, first } = options;
  const key = deriveDeviceKey(Buffer.from(options.groupKey, 'base64'), name);
  const random =
    options.script === undefined
      ? runtime.random
      : telling('device', scriptedRandom(options.script.activities, options.script.law, 0));
  const tunnel =
    options.openssl === undefined
      ? await connect({
          server: `127.0.0.1:${port}`,
          ca,
          fleet,
          device: name,
          key,
          minVersion: version,
          maxVersion: version,
          maxFrame,
          backoff,
          runtime: { ...runtime, random },
        })
      : await connectThroughOpenssl(
          { fleet, device: name, key, port, ca, version, maxFragment: options.openssl },
          runtime,
        );
  const device: Device = { tunnel, streams: new Map(), received: 0 };
  devices.set(name, device);
  if ('on' in tunnel) {
    tunnel.on('down', (error) =>
      emitEvent({ event: 'down', device: name, atMs: monotonicMs(), error: error?.message }),
    );
    tunnel.on('up', () => emitEvent({ event: 'up', device: name, atMs: monotonicMs() }));
  }
  if (first !== undefined) {
    openStream(device, first.stream, first.service).write(Buffer.alloc(first.bytes, 0x64));
  }
  return { upMs: monotonicMs() };
}

function deviceOf({ device }: JsonObject): Device {
  const found = devices.get(String(device));
  if (found === undefined) throw new Error(`no device ${String(device)}`);
  return found;
}

function streamOf(command: JsonObject): TunnelSocket {
  const stream = deviceOf(command).streams.get(String(command.stream));
  if (stream === undefined) throw new Error(`no stream ${String(command.stream)} of ${String(command.device)}`);
  return stream;
}

function openStream(device: Device, name: string, service: string): TunnelSocket {
  const stream = device.tunnel.open(service, { allowHalfOpen: true });
  stream.on('error', () => {});
  stream.on('data', (data: Buffer) => {
    device.received += data.length;
  });
  device.streams.set(name, stream);
  return stream;
}

const actions: Actions = {
  open: (command) => {
    openStream(deviceOf(command), String(command.stream), String(command.service));
  },
  write: (command) => {
    streamOf(command).write(Buffer.alloc(Number(command.bytes), 0x64));
  },
  /** Stops and goes on reading from a stream. */
  pause: (command) => {
    streamOf(command).pause();
  },
  resume: (command) => {
    streamOf(command).resume();
  },
  end: (command) => {
    streamOf(command).end();
  },
  reset: (command) => {
    streamOf(command).destroy();
  },
  destroy: (command) => {
    deviceOf(command).tunnel.destroy();
  },
};

serveCommands({
  ...stageCommands(actions),
  connect: connectDevice,
  close: async (command) => {
    const atMs = monotonicMs();
    try {
      await deviceOf(command).tunnel.close();
      return { atMs, delivered: true };
    } catch (error) {
      return { atMs, delivered: false, why: String(error) };
    }
  },
  status: () => ({
    received: [...devices.values()].reduce((sum, { received }) => sum + received, 0),
    rssBytes: process.memoryUsage.rss(),
  }),
});
