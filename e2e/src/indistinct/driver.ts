// A program of its own: many devices with one stream each, and the service behind the sidecar that the streams reach. Plays
// real activities from both ends and writes when each began. Arguments come as one JSON object; prints `ready`, and at
// the end one JSON line per activity.
import { createServer, type Socket } from 'node:net';
import { connect } from '@quietwire/device';
import { seededRandom } from '@quietwire/shaping';
import { createSystemRuntime, systemClock, type TunnelStream } from '@quietwire/tunnel';
import { drawActivityMs, MESSAGE_GAP_MS } from './activities.ts';

export interface DriverArguments {
  readonly server: string;
  readonly ca: string;
  readonly fleet: string;
  /** base64 device keys by tunnel, `device-0` … */
  readonly keys: readonly string[];
  readonly servicePort: number;
  readonly service: string;
  /** Real activities per second and tunnel, both ends together. */
  readonly rate: number;
  readonly deviceShare: number;
  readonly seconds: number;
  readonly seed: string;
}

const options = JSON.parse(process.argv[2] ?? '{}') as DriverArguments;
const runtime = createSystemRuntime();
const events: { connection: number; end: string; atMs: number }[] = [];
const backends = new Map<number, Socket>();

// The first two bytes of a stream say which device it is; they are quiet. Messages of an activity are answered.
const service = createServer({ noDelay: true }, (socket) => {
  let known = false;
  socket.on('error', () => socket.destroy());
  socket.on('data', (data) => {
    if (!known) {
      backends.set(data.readUInt16BE(0), socket);
      known = true;
    } else if (data[0] === 1) socket.write(Buffer.alloc(120, 2));
  });
});
await new Promise<void>((resolve) => service.listen(options.servicePort, '127.0.0.1', resolve));

const streams: TunnelStream[] = [];
for (const [index, key] of options.keys.entries()) {
  const tunnel = await connect({
    server: options.server,
    ca: options.ca,
    fleet: options.fleet,
    device: `device-${index}`,
    key,
    runtime,
  });
  const stream = tunnel.open(options.service) as TunnelStream;
  stream.on('error', (error: Error) => process.stderr.write(`device-${index}: ${error.message}\n`));
  stream.on('data', (data: Buffer) => {
    if (data[0] === 1) stream.write(Buffer.alloc(120, 2));
  });
  const hello = Buffer.alloc(2);
  hello.writeUInt16BE(index);
  stream.write(hello);
  streams.push(stream);
}
// Background slots carry the two bytes; every service connection is known before activities begin.
while (backends.size < streams.length) await new Promise((resolve) => setTimeout(resolve, 50));
process.stdout.write('ready\n');

const endMs = performance.now() + options.seconds * 1000;
await Promise.all(streams.map((_, index) => play(index)));
for (const event of events) process.stdout.write(`${JSON.stringify(event)}\n`);
process.stdout.write('done\n', () => process.exit(0));

/** Activities of one tunnel: Poisson, whatever goes on; two may overlap, as in a home. */
async function play(connection: number): Promise<void> {
  const random = seededRandom(`${options.seed} ${connection}`);
  for (;;) {
    const waitMs = (-Math.log(1 - random.next()) / options.rate) * 1000;
    if (performance.now() + waitMs > endMs) break;
    await sleep(waitMs);
    const end = random.next() < options.deviceShare ? 'device' : 'cloud';
    const lengthMs = drawActivityMs(random);
    void act(connection, end, lengthMs);
  }
}

async function act(connection: number, end: 'device' | 'cloud', lengthMs: number): Promise<void> {
  const writer = end === 'device' ? streams[connection] : backends.get(connection);
  events.push({ connection, end, atMs: systemClock.now() });
  writer?.write(Buffer.alloc(200, 1));
  for (let atMs = MESSAGE_GAP_MS; atMs <= lengthMs; atMs += MESSAGE_GAP_MS) {
    await sleep(MESSAGE_GAP_MS);
    writer?.write(Buffer.alloc(200, 1));
  }
}

function sleep(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms));
}
