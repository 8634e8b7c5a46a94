// The agent as a process against a real cloud end: local ports follow the tunnel, and every end has its exit status.
import assert from 'node:assert/strict';
import { once } from 'node:events';
import { readFileSync, writeFileSync } from 'node:fs';
import { createServer, connect as dial, type Socket } from 'node:net';
import { text } from 'node:stream/consumers';
import { after, test } from 'node:test';
import type { TunnelStream } from '@quietwire/tunnel';
import { certificate, device, freePort, startCloud, startPlain } from '../cloud.ts';
import { type AgentProcess, file, keyFile, startAgent } from './run-agent.ts';

const echo = (stream: TunnelStream): void => void stream.pipe(stream);
const running = new Set<AgentProcess>();
after(() => {
  for (const agent of running) agent.signal('SIGKILL');
});

function start(...args: Parameters<typeof startAgent>): AgentProcess {
  const agent = startAgent(...args);
  running.add(agent);
  void agent.ended().then(() => running.delete(agent));
  return agent;
}

/** For agents whose local port does not matter; they run side by side, so each needs its own. */
async function anyPort(): Promise<string[]> {
  return [`echo=127.0.0.1:${await freePort()}`];
}

async function local(port: number): Promise<Socket> {
  const socket = dial({ port, host: '127.0.0.1', allowHalfOpen: true });
  await once(socket, 'connect');
  return socket;
}

/** Whether a connection to the port is reset at once, without a byte. */
async function resets(port: number): Promise<boolean> {
  const socket = dial({ port, host: '127.0.0.1', allowHalfOpen: true });
  let bytes = 0;
  socket.on('data', (chunk) => {
    bytes += chunk.length;
  });
  const [error] = (await once(socket, 'error')) as [NodeJS.ErrnoException];
  return error.code === 'ECONNRESET' && bytes === 0;
}

async function echoed(port: number, sent: string): Promise<string> {
  const socket = await local(port);
  socket.end(sent);
  return text(socket);
}

test('local connections go through while the tunnel stands and are reset otherwise; SIGTERM ends with 0', async () => {
  const [port, adminPort] = [await freePort(), await freePort()];
  const cloudPort = await freePort();
  const agent = start({
    server: `127.0.0.1:${cloudPort}`,
    forward: [`echo=127.0.0.1:${port}`],
    sets: [`admin.address=127.0.0.1:${adminPort}`],
  });
  const admin = async (path: string): Promise<Response> => fetch(`http://127.0.0.1:${adminPort}${path}`);
  const first = await agent.until('RETRY');
  assert.match(first.message, /^UNREACHABLE: .*ECONNREFUSED.*; next attempt in 0\.\d s$/);
  await agent.until('RETRY', 2);
  assert.ok(await resets(port));
  assert.deepEqual([(await admin('/livez')).status, (await admin('/readyz')).status], [200, 503]);

  const cloud = await startCloud({ services: { echo }, port: cloudPort });
  await agent.until('TUNNEL_UP');
  assert.equal(await echoed(port, 'through'), 'through');
  assert.equal((await admin('/readyz')).status, 200);
  const metrics = await (await admin('/metrics')).text();
  assert.match(metrics, /^quietwire_tunnel_active 1$/m);
  assert.match(metrics, /^quietwire_network_io_bytes_total\{network_io_direction="transmit"\} [1-9]\d*$/m);
  assert.doesNotMatch(metrics, /plug-1|payload|cover|stream/);
  assert.deepEqual([(await admin('/nothing')).status, (await admin('/__proto__')).status], [404, 404]);

  const open = await local(port);
  const reset = once(open, 'error');
  cloud.cut();
  const [error] = (await reset) as [NodeJS.ErrnoException];
  assert.equal(error.code, 'ECONNRESET');
  await agent.until('TUNNEL_DOWN');
  await agent.until('TUNNEL_UP', 2);
  assert.equal(await echoed(port, 'again'), 'again');

  for (const tunnel of cloud.tunnels) void tunnel.close();
  await agent.until('DRAINING');
  assert.ok(await resets(port));
  await agent.until('TUNNEL_UP', 3);

  agent.signal('SIGTERM');
  assert.equal(await agent.ended(), 0);
  assert.deepEqual(
    ['STOPPING', 'STOPPED', 'UNDELIVERED'].map((code) => agent.logged(code).length),
    [1, 1, 0],
  );
  assert.ok(!agent.stderr.includes(device), 'the log names no device');
  await cloud.close();
});

test('SIGTERM while no tunnel stands ends at once with 0', async () => {
  const agent = start({ server: `127.0.0.1:${await freePort()}`, forward: await anyPort() });
  await agent.until('RETRY');
  agent.signal('SIGTERM');
  assert.equal(await agent.ended(), 0);
});

test('a refusal before the first tunnel ends with 5 and says why', async () => {
  const cloud = await startCloud();
  const wrongKey = file('wrong.key', Buffer.alloc(32).toString('base64'));
  const cases: [AgentProcess, RegExp][] = [
    [
      start({ server: cloud.address, forward: await anyPort(), key: wrongKey }),
      /^error REFUSED: the sidecar refused: the key is wrong, or .*fleet/m,
    ],
    [
      start({ server: cloud.address, forward: await anyPort(), fleet: 'toaster' }),
      /^error REFUSED: the sidecar refused: the key is wrong, or .*fleet/m,
    ],
  ];
  for (const [agent, message] of cases) {
    assert.equal(await agent.ended(), 5);
    assert.match(agent.stderr, message);
    assert.doesNotMatch(agent.stderr, /\n\s+at /, 'no stack');
  }
  await cloud.close();
});

test('a peer that breaks the protocol before the first tunnel ends the agent with 6', async () => {
  const garbage = await startCloud({ onSecure: (socket) => socket.write(Buffer.alloc(1000, 0xee)) });
  const agent = start({ server: garbage.address, forward: await anyPort() });
  assert.equal(await agent.ended(), 6);
  assert.match(agent.stderr, /^error FRAME_LENGTH: /m);
  await garbage.close();
});

test('what anybody on the path can say before the first tunnel is told, and the agent tries again', async () => {
  const cloud = await startCloud();
  const h2 = await startCloud({ tls: { ALPNProtocols: ['h2'] } });
  const mail = await startPlain((socket) => socket.write('220 mail.test ESMTP\r\n'));
  const five = await startPlain((socket) => socket.end('HTTP/'));
  // handshake_failure, and no_application_protocol (RFC 8446 section 6.2), in plaintext.
  const [failure, noProtocol] = await Promise.all(
    [40, 120].map((alert) => startPlain((socket) => socket.end(Buffer.of(21, 3, 3, 0, 2, 2, alert)))),
  );
  const otherCa = file('other.pem', (await certificate()).ca);
  const cases: [Partial<Parameters<typeof start>[0]> & { server: string }, RegExp][] = [
    [{ server: mail.address }, /^TLS_FAILED: 127\.0\.0\.1:\d+ does not answer as a TLS server: .*captive portal/],
    [{ server: five.address }, /^TLS_FAILED: .*captive portal/],
    [{ server: failure?.address ?? '' }, /^TLS_FAILED: .*captive portal/],
    [{ server: noProtocol?.address ?? '' }, /^ALPN: 127\.0\.0\.1:\d+ does not speak quietwire\/1/],
    [{ server: h2.address }, /^ALPN: 127\.0\.0\.1:\d+ does not speak quietwire\/1/],
    [{ server: cloud.address, ca: otherCa }, /^CERTIFICATE: the certificate of 127\.0\.0\.1:\d+ is not trusted/],
    [{ server: cloud.address, sets: ['tls.serverName=other.test'] }, /^CERTIFICATE: .*other\.test/],
  ];
  for (const [options, message] of cases) {
    const agent = start({ ...options, forward: await anyPort() });
    assert.match((await agent.until('RETRY')).message, message);
    assert.match((await agent.until('RETRY', 2)).message, message);
    agent.signal('SIGTERM');
    assert.equal(await agent.ended(), 0);
  }
  for (const server of [mail, five, failure, noProtocol]) server?.close();
  await Promise.all([cloud.close(), h2.close()]);
});

test('a busy sidecar is tried again; a key that is refused later does not end the agent, SIGHUP brings the new one', async () => {
  let answer: 'BUSY' | 'welcome' = 'BUSY';
  const cloud = await startCloud({
    services: { echo },
    refuse: () => (answer === 'BUSY' ? { refuse: 'BUSY' } : undefined),
  });
  const good = file('renewed.key', readFileSync(keyFile, 'utf8'));
  const agent = start({ server: cloud.address, forward: await anyPort(), key: good });
  assert.match((await agent.until('RETRY')).message, /REFUSED: the sidecar refused: .*no further tunnels now \(BUSY\)/);
  answer = 'welcome';
  await agent.until('TUNNEL_UP');

  writeFileSync(good, 'no key');
  agent.signal('SIGHUP');
  await agent.until('RELOAD_REFUSED');
  writeFileSync(good, Buffer.alloc(32).toString('base64'));
  agent.signal('SIGHUP');
  await agent.until('RELOADED');
  const before = agent.logged('RETRY').length;
  cloud.cut();
  await agent.until('RETRY', before + 3);
  assert.match(agent.logged('RETRY').at(-1)?.message ?? '', /REFUSED/);
  writeFileSync(good, readFileSync(keyFile));
  agent.signal('SIGHUP');
  await agent.until('TUNNEL_UP', 2);
  agent.signal('SIGINT');
  assert.equal(await agent.ended(), 0);
  await cloud.close();
});

test('data that cannot be delivered before the end gives 7; a second signal ends at once', async () => {
  let sink: TunnelStream | undefined;
  const cloud = await startCloud({
    services: {
      sink: (stream) => {
        sink = stream.pause();
      },
    },
  });
  const port = await freePort();
  const agent = start({ server: cloud.address, forward: [`sink=127.0.0.1:${port}`] });
  await agent.until('TUNNEL_UP');
  const socket = await local(port);
  socket.on('error', () => {});
  socket.write(Buffer.alloc(50_000));
  while (!sink?.bytesRead) await new Promise((resolve) => setTimeout(resolve, 20));
  agent.signal('SIGTERM');
  assert.equal(await agent.ended(), 7);
  assert.equal(agent.logged('UNDELIVERED').length, 1);

  const slow = await startCloud({ parameters: { periodMs: 8000 } });
  const impatient = start({ server: slow.address, forward: [`sink=127.0.0.1:${port}`] });
  await impatient.until('TUNNEL_UP');
  impatient.signal('SIGTERM');
  await impatient.until('STOPPING');
  impatient.signal('SIGTERM');
  assert.equal(await impatient.ended(), 143);
  await Promise.all([cloud.close(), slow.close()]);
});

test('a service that the policy does not have resets the local connection and is told once', async () => {
  const cloud = await startCloud();
  const port = await freePort();
  const agent = start({ server: cloud.address, forward: [`nothing=127.0.0.1:${port}`] });
  await agent.until('TUNNEL_UP');
  for (let i = 0; i < 2; i += 1) {
    const socket = await local(port);
    const [error] = (await once(socket, 'error')) as [NodeJS.ErrnoException];
    assert.equal(error.code, 'ECONNRESET');
  }
  agent.signal('SIGTERM');
  assert.equal(await agent.ended(), 0);
  assert.deepEqual(
    agent.logged('SERVICE_REFUSED').map(({ message }) => message),
    ['service nothing: the policy has no service of this name'],
  );
  await cloud.close();
});

test('no other process can take a local port while the tunnel is down', async () => {
  const cloudPort = await freePort();
  const port = await freePort();
  const agent = start({ server: `127.0.0.1:${cloudPort}`, forward: [`echo=127.0.0.1:${port}`] });
  await agent.until('RETRY');
  const thief = createServer().listen(port, '127.0.0.1');
  const [error] = (await once(thief, 'error')) as [NodeJS.ErrnoException];
  assert.equal(error.code, 'EADDRINUSE');
  const cloud = await startCloud({ port: cloudPort, services: { echo } });
  await agent.until('TUNNEL_UP');
  assert.equal(await echoed(port, 'through'), 'through');
  agent.signal('SIGTERM');
  assert.equal(await agent.ended(), 0);
  await cloud.close();
});
