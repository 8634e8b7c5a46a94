// The other side of a bench: N connections to one server, a process of its own. `tunnel` speaks quietwire/1 with the
// product's device end, `plain` writes and drops frames, `flood` sends cover only when asked. Reads commands as lines
// (`window MS`, `burst FRAMES`, `churn PER_SECOND`, `end`) and answers each with one line of JSON.
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

/** Connections that are being made at a time. */
const AT_A_TIME = 32;

const options = JSON.parse(process.argv[2] ?? '{}') as LoadArguments;
const ca = readFileSync(options.ca);
const runtime = createSystemRuntime();
const pool = new FramePool();
const meter = new TunnelMeter();
const group = Buffer.from(options.key, 'base64');
const frame = Buffer.from(pool.cover(options.size));
let framesIn = 0;
let framesOut = 0;
let handshakes = 0;

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
function countIn(): (bytes: number) => void {
  let rest = 0;
  return (bytes) => {
    rest += bytes;
    while (rest >= options.size) {
      rest -= options.size;
      framesIn += 1;
    }
  };
}

/** After the exchange the connection is the bench's: cover by its own wheel, as for the other servers. */
async function openTunnel(index: number): Promise<TLSSocket> {
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
        runtime.scheduler.cancel(tunnel);
        const count = countIn();
        channel.onRead = (chunk) => count(chunk.length);
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

async function connectOne(index: number): Promise<TLSSocket> {
  if (options.kind !== 'plain' && options.plain !== true) return await openTunnel(index);
  const socket = await dial();
  const count = countIn();
  socket.on('data', (data) => count(data.length));
  socket.on('error', () => {});
  return socket;
}

/** Writes a frame to every socket at its interval. */
function sendFrames(sockets: { writableLength: number; write(data: Buffer): unknown }[], counted: boolean): void {
  let next = Math.ceil(performance.now());
  const tick = (): void => {
    const now = performance.now();
    for (; next <= now; next += 1) {
      for (let i = next % options.intervalMs; i < sockets.length; i += options.intervalMs) {
        const socket = sockets[i];
        if (socket === undefined || socket.writableLength > 0) continue;
        socket.write(frame);
        if (counted) framesOut += 1;
      }
    }
    setTimeout(tick, 1);
  };
  tick();
}

/** Writes so many cover frames; resolves when all have left the process. */
async function flood(socket: TLSSocket, frames: number): Promise<void> {
  const cover = pool.cover(options.size);
  const closed = new Promise<never>((_, reject) => {
    socket.once('close', () => reject(new Error('the server closed a connection that was flooded')));
  });
  Object.assign(socket, { _writev: null });
  for (let sent = 0; sent < frames; sent += 1) {
    framesOut += 1;
    if (!socket.write(cover)) await Promise.race([new Promise((resolve) => socket.once('drain', resolve)), closed]);
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
  // A relay's frames count once, on the side of the devices.
  sendFrames(upstream, false);
}

const sockets: TLSSocket[] = [];
// From the first connection on: the sidecar drops a device that stays silent.
if (options.kind !== 'flood') sendFrames(sockets, true);
let begun = 0;
await Promise.all(
  Array.from({ length: AT_A_TIME }, async () => {
    while (begun < options.connections) sockets.push(await connectOne(begun++));
  }),
);
process.stdout.write('{"ready":true}\n');

let churn: NodeJS.Timeout | undefined;
createInterface({ input: process.stdin }).on('line', (line) => {
  const [command, value] = line.split(' ');
  if (command === 'window') void measure(Number(value));
  else if (command === 'burst') void burst(Number(value));
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
          handshakes += 1;
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
  const [inBefore, outBefore, handshakesBefore] = [framesIn, framesOut, handshakes];
  await new Promise((resolve) => setTimeout(resolve, ms));
  const done = { in: framesIn - inBefore, out: framesOut - outBefore, handshakes: handshakes - handshakesBefore };
  process.stdout.write(`${JSON.stringify(done)}\n`);
}

async function burst(frames: number): Promise<void> {
  await Promise.all(sockets.map((socket) => flood(socket, frames)));
  process.stdout.write(`${JSON.stringify({ in: framesIn, out: framesOut, handshakes })}\n`);
}
