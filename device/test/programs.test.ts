// Programs that were written for sockets, over streams: HTTP and MQTT clients, half-closes, ends in the middle, slow readers.
import assert from 'node:assert/strict';
import { type EventEmitter, once } from 'node:events';
import { Agent, createServer as createHttpServer, get, type IncomingMessage, request } from 'node:http';
import { createServer, connect as dial, type Socket } from 'node:net';
import { text } from 'node:stream/consumers';
import { after, before, test } from 'node:test';
import type { SocketDuplex, TunnelStream } from '@quietwire/tunnel';
import { Aedes } from 'aedes';
import { MqttClient } from 'mqtt';
import { connect, type Tunnel } from '../src/index.ts';
import { type Cloud, device, fleet, key, startCloud, trusted } from './cloud.ts';

let cloud: Cloud;
let tunnel: Tunnel;
let broker: Aedes;
const bodies: string[] = [];
const backends: { close(): unknown; closeAllConnections?(): void }[] = [];

/** A service as the sidecar has it: a TCP connection of its own for each stream. */
function forwardTo(port: number): (stream: TunnelStream) => void {
  return (stream) => {
    const socket = dial({ port, host: '127.0.0.1', allowHalfOpen: true, noDelay: true });
    stream.pipe(socket).pipe(stream);
    stream.on('error', () => socket.resetAndDestroy());
    socket.on('error', () => stream.resetAndDestroy());
  };
}

async function serve(onSocket: (socket: Socket) => void): Promise<number> {
  const server = createServer({ allowHalfOpen: true, noDelay: true }, onSocket);
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  backends.push(server);
  return (server.address() as { port: number }).port;
}

before(async () => {
  const http = createHttpServer(async (incoming, response) => {
    if (incoming.url === '/silent') return;
    bodies.push(await text(incoming));
    response.end(`answer to ${incoming.method} ${incoming.url}`);
  });
  http.listen(0, '127.0.0.1');
  await once(http, 'listening');
  backends.push(http);
  broker = await Aedes.createBroker();
  const mqttPort = await serve((socket) => broker.handle(socket));
  const reversePort = await serve(async (socket) => {
    socket.on('error', () => {});
    socket.end([...(await text(socket))].reverse().join(''));
  });
  cloud = await startCloud({
    services: {
      http: forwardTo((http.address() as { port: number }).port),
      mqtt: forwardTo(mqttPort),
      reverse: forwardTo(reversePort),
      sink: (stream) => stream.pause(),
      endless: (stream) => {
        const timer = setInterval(() => stream.write(Buffer.alloc(400)), 5);
        stream.on('close', () => clearInterval(timer));
        stream.resume();
      },
    },
  });
  tunnel = await connect({ server: cloud.address, ca: trusted.ca, serverName: 'sidecar.test', fleet, device, key });
});

after(async () => {
  await tunnel.close();
  broker.close();
  for (const backend of backends) {
    backend.closeAllConnections?.();
    backend.close();
  }
  await cloud.close();
});

const over = (service: string): { createConnection: () => SocketDuplex } => ({
  createConnection: () => tunnel.open(service),
});

/** As `once`, whose types do not take the client's emitter. */
const emitted = (client: MqttClient, name: 'connect' | 'message' | 'close'): Promise<unknown[]> =>
  once(client as unknown as EventEmitter, name);

async function answerOf(outgoing: ReturnType<typeof request>): Promise<string> {
  const [response] = (await once(outgoing, 'response')) as [IncomingMessage];
  return text(response);
}

test('HTTP requests go over streams', async () => {
  assert.equal(await answerOf(get({ path: '/one', host: 'plug.test', ...over('http') })), 'answer to GET /one');
  const post = request({ method: 'POST', path: '/two', host: 'plug.test', ...over('http') });
  post.end('a body'.repeat(500));
  assert.equal(await answerOf(post), 'answer to POST /two');
  assert.equal(bodies.at(-1), 'a body'.repeat(500));
});

test('an HTTP agent keeps a stream for the next request, with keep-alive and timeouts set on it', async () => {
  const agent = new Agent({ keepAlive: true, maxSockets: 1, timeout: 30_000 });
  let opened = 0;
  Object.assign(agent, {
    createConnection: () => {
      opened += 1;
      return tunnel.open('http');
    },
  });
  for (const path of ['/a', '/b', '/c']) {
    assert.equal(await answerOf(get({ path, host: 'plug.test', agent })), `answer to GET ${path}`);
  }
  assert.equal(opened, 1);
  agent.destroy();
});

test('an HTTP request that times out is given up, and its stream with it', async () => {
  const outgoing = get({ path: '/silent', host: 'plug.test', ...over('http') }).setTimeout(300);
  const failed = once(outgoing, 'error');
  await once(outgoing, 'timeout');
  outgoing.destroy();
  const [error] = (await failed) as [NodeJS.ErrnoException];
  assert.equal(error.code, 'ECONNRESET');
});

test('an MQTT client subscribes, publishes and ends over a stream', async () => {
  const client = new MqttClient(() => tunnel.open('mqtt'), {
    clientId: 'plug',
    protocolVersion: 4,
    reconnectPeriod: 0,
  });
  await emitted(client, 'connect');
  await client.subscribeAsync('plug/switch', { qos: 1 });
  const received = emitted(client, 'message');
  await client.publishAsync('plug/switch', 'on', { qos: 1 });
  const [topic, payload] = (await received) as [string, Buffer];
  assert.deepEqual([topic, String(payload)], ['plug/switch', 'on']);
  const closed = emitted(client, 'close');
  await client.endAsync();
  await closed;
});

test('an MQTT client connects again by itself when its stream was reset', async () => {
  const streams: SocketDuplex[] = [];
  const open = (): SocketDuplex => {
    const stream = tunnel.open('mqtt');
    streams.push(stream);
    return stream;
  };
  const client = new MqttClient(open, { clientId: 'plug', protocolVersion: 4, reconnectPeriod: 20 });
  client.on('error', () => {});
  await emitted(client, 'connect');
  const again = emitted(client, 'connect');
  streams[0]?.resetAndDestroy();
  await again;
  assert.equal(streams.length, 2);
  await client.endAsync();
});

test('a half-closed stream still brings the answer', async () => {
  const stream = tunnel.open('reverse', { allowHalfOpen: true });
  stream.end('abc');
  assert.equal(await text(stream), 'cba');
});

test('a stream destroyed in the middle is forgotten at both ends while others go on', async () => {
  const stream = tunnel.open('endless');
  await once(stream, 'data');
  stream.destroy();
  await once(stream, 'close');
  const other = tunnel.open('reverse', { allowHalfOpen: true });
  other.end('still here');
  assert.equal(await text(other), 'ereh llits');
  while (tunnel.streams > 0) await new Promise((resolve) => setTimeout(resolve, 20));
});

test('a service that does not read holds the writer back, and no other stream', async () => {
  const stream = tunnel.open('sink');
  stream.on('error', () => {});
  let accepted = 0;
  while (accepted < 1_000_000 && stream.write(Buffer.alloc(10_000))) accepted += 10_000;
  assert.ok(accepted < 200_000, `${accepted} bytes were taken`);
  stream.resetAndDestroy();
  const other = tunnel.open('reverse', { allowHalfOpen: true });
  other.end('not blocked');
  assert.equal(await text(other), 'dekcolb ton');
});
