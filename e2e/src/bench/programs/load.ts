// The other side of a bench: N connections to one server, a process of its own. `tunnel` speaks quietwire/1 with the
// product's device end, `plain` writes and drops frames, `flood` sends cover as fast as it can. Reads commands as lines
// (`window MS`, `churn PER_SECOND`, `end`) and answers each with one line of JSON.
import { readFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { createInterface } from 'node:readline';
import { connect as connectTls, type TLSSocket } from 'node:tls';
import { deriveDeviceKey } from '@quietwire/proto';
import {
  createSystemRuntime,
  defaultTunnelLimits,
  establishAsDevice,
  FramePool,
  parametersFromMessage,
  systemClock,
  Tunnel,
  TunnelMeter,
  tlsChannel,
} from '@quietwire/tunnel';

export interface LoadArguments {
  readonly kind: 'tunnel' | 'plain' | 'flood';
  readonly port: number;
  readonly ca: string;
  readonly connections: number;
  readonly intervalMs: number;
  readonly size: number;
  /** base64 group key of the fleet. */
  readonly key: string;
  readonly fleet: string;
  /** For `plain` behind a relay: the port of the plain server that the relay reaches; it sends frames too. */
  readonly upstreamPort?: number;
  /** For `flood` against a server that does not speak quietwire/1. */
  readonly plain?: boolean;
}

const options = JSON.parse(process.argv[2] ?? '{}') as LoadArguments;
const ca = readFileSync(options.ca);
const runtime = createSystemRuntime();
const pool = new FramePool();
const meter = new TunnelMeter();
const group = Buffer.from(options.key, 'base64');
const frame = Buffer.alloc(options.size);
let framesIn = 0;
let framesOut = 0;
let measuring = false;
/** Arrival times of each connection in the present window, ms. */
let arrivals: number[][] = [];

function dial(): Promise<TLSSocket> {
  return new Promise((resolve, reject) => {
    const socket = connectTls({
      host: '127.0.0.1',
      port: options.port,
      servername: 'localhost',
      ca,
      ALPNProtocols: ['quietwire/1'],
    });
    socket.setNoDelay(true);
    socket.once('secureConnect', () => resolve(socket));
    socket.once('error', reject);
  });
}

/** Frames by their bytes: reads may join or split them. */
function countIn(index: number): (bytes: number) => void {
  let rest = 0;
  return (bytes) => {
    rest += bytes;
    while (rest >= options.size) {
      rest -= options.size;
      framesIn += 1;
      if (measuring) arrivals[index]?.push(systemClock.now());
    }
  };
}

async function openTunnel(index: number, follow: boolean): Promise<TLSSocket> {
  const socket = await dial();
  const channel = tlsChannel(socket);
  const deviceId = `device-${index}`;
  const value = socket.exportKeyingMaterial(32, 'EXPORTER-Channel-Binding', Buffer.alloc(0));
  await establishAsDevice(
    {
      channel,
      runtime,
      deadlineMs: 30_000,
      createTunnel: (session) => {
        const tunnel = new Tunnel({
          channel,
          session,
          role: 'device',
          parameters: parametersFromMessage(session.parameters),
          limits: defaultTunnelLimits,
          runtime,
          pool,
          meter,
        });
        const read = channel.onRead;
        const count = countIn(index);
        channel.onRead = (chunk) => {
          count(chunk.length);
          read(chunk);
        };
        if (!follow) runtime.scheduler.cancel(tunnel);
        return tunnel;
      },
    },
    {
      fleet: options.fleet,
      deviceId,
      deviceKey: deriveDeviceKey(group, deviceId),
      nonce: runtime.randomBytes(32),
      binding: { kind: 'EXPORTER', value },
      maxFrame: 16_000,
      aeads: ['AES-256-GCM'],
      profile: 'FULL',
    },
  );
  return socket;
}

/** Writes a frame to every socket at its interval. */
function sendFrames(sockets: { writableLength: number; write(data: Buffer): unknown }[]): void {
  let next = Math.ceil(performance.now());
  const tick = (): void => {
    const now = performance.now();
    for (; next <= now; next += 1) {
      for (let i = next % options.intervalMs; i < sockets.length; i += options.intervalMs) {
        const socket = sockets[i];
        if (socket === undefined || socket.writableLength > 0) continue;
        socket.write(frame);
        framesOut += 1;
      }
    }
    setTimeout(tick, 1);
  };
  tick();
}

async function flood(socket: TLSSocket): Promise<void> {
  const cover = pool.cover(options.size);
  Object.assign(socket, { _writev: null });
  for (;;) {
    for (let i = 0; i < 64; i += 1) {
      framesOut += 1;
      if (!socket.write(cover)) await new Promise((resolve) => socket.once('drain', resolve));
    }
    await new Promise((resolve) => setImmediate(resolve));
  }
}

if (options.upstreamPort !== undefined) {
  const upstream: import('node:net').Socket[] = [];
  const server = createServer({ noDelay: true }, (socket) => {
    upstream.push(socket);
    socket.on('data', () => {});
    socket.on('error', () => {});
  });
  await new Promise<void>((resolve) => server.listen(options.upstreamPort, '127.0.0.1', resolve));
  sendFrames(upstream);
}

const sockets: TLSSocket[] = [];
for (let index = 0; index < options.connections; index += 1) {
  arrivals.push([]);
  if (options.kind === 'plain' || options.plain === true) {
    const socket = await dial();
    const count = countIn(index);
    socket.on('data', (data) => count(data.length));
    socket.on('error', () => {});
    sockets.push(socket);
  } else {
    sockets.push(await openTunnel(index, options.kind === 'tunnel'));
  }
}
if (options.kind === 'plain') sendFrames(sockets);
if (options.kind === 'flood') for (const socket of sockets) void flood(socket);
process.stdout.write('{"ready":true}\n');

let churn: NodeJS.Timeout | undefined;
createInterface({ input: process.stdin }).on('line', (line) => {
  const [command, value] = line.split(' ');
  if (command === 'window') void measure(Number(value));
  else if (command === 'churn') startChurn(Number(value));
  else process.exit(0);
});
process.stdin.on('close', () => process.exit(0));

function startChurn(perSecond: number): void {
  clearInterval(churn);
  if (perSecond > 0) {
    churn = setInterval(() => {
      void dial().then(
        (socket) => {
          socket.on('error', () => {});
          socket.destroy();
        },
        () => {},
      );
    }, 1000 / perSecond);
  }
  process.stdout.write('{"churn":true}\n');
}

async function measure(ms: number): Promise<void> {
  arrivals = Array.from({ length: options.connections }, () => []);
  measuring = true;
  const [inBefore, outBefore, slotsBefore] = [framesIn, framesOut, meter.slotsSent];
  await new Promise((resolve) => setTimeout(resolve, ms));
  measuring = false;
  const out = framesOut - outBefore + (meter.slotsSent - slotsBefore);
  process.stdout.write(`${JSON.stringify({ in: framesIn - inBefore, out, lateness: lateness() })}\n`);
}

/** Lateness of every arrival against its connection's grid, ms: p50, p99, p99.9. The grid begins at a whole millisecond. */
function lateness(): number[] {
  const late: number[] = [];
  for (const times of arrivals) {
    if (times.length < 3) continue;
    const start = times[0] ?? 0;
    const residues = times.map((atMs) => atMs - Math.round((atMs - start) / options.intervalMs) * options.intervalMs);
    const base = Math.floor(Math.min(...residues));
    for (const residue of residues) late.push(residue - base);
  }
  late.sort((a, b) => a - b);
  return [0.5, 0.99, 0.999].map((q) => late[Math.min(late.length - 1, Math.floor(q * late.length))] ?? Number.NaN);
}
