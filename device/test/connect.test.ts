// `connect` against a real cloud end on loopback: what comes to stand, and every way in which it does not.
import assert from 'node:assert/strict';
import { once } from 'node:events';
import { after, test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import type { TunnelStream } from '@quietwire/tunnel';
import { type ConnectOptions, connect } from '../src/index.ts';
import { issuingCa, leaf, leafKey, rootCa } from './certificate-chain.ts';
import { type Cloud, certificate, device, fleet, freePort, key, startCloud, startPlain, trusted } from './cloud.ts';

const echo = (stream: TunnelStream): void => void stream.pipe(stream);
const base = { ca: trusted.ca, serverName: 'sidecar.test', fleet, device, key };
const cloud = await startCloud({ services: { echo } });
after(() => cloud.close());

/** Connects, sends a text through the echo and closes. */
async function roundTrip(at: Cloud, options: Partial<ConnectOptions> = {}): Promise<string> {
  const tunnel = await connect({ ...base, server: at.address, ...options });
  const stream = tunnel.open('echo', { allowHalfOpen: true });
  stream.end('through the tunnel');
  let text = '';
  for await (const chunk of stream) text += String(chunk);
  await tunnel.close();
  return text;
}

test('bytes go through the tunnel and back, with TLS 1.3 and 1.2, bound by exporter and by certificate', async () => {
  const results = await Promise.all(
    (['TLSv1.2', 'TLSv1.3'] as const).flatMap((maxVersion) =>
      (['exporter', 'certificate'] as const).map((binding) =>
        roundTrip(cloud, { maxVersion, minVersion: maxVersion, binding }),
      ),
    ),
  );
  assert.deepEqual(results, new Array(4).fill('through the tunnel'));
});

test('the key may be bytes, the authority a buffer, the name of the server its address', async () => {
  const { serverName: _, ...rest } = base;
  const options = { ...rest, ca: Buffer.from(trusted.ca), key: Buffer.from(key, 'base64'), server: cloud.address };
  const tunnel = await connect(options);
  assert.equal(tunnel.state, 'up');
  await tunnel.close();
});

test('a frame limit below the policy, or a binding that the policy does not allow, is refused', async () => {
  const strict = await startCloud({ bindings: ['EXPORTER'] });
  await rejects({ server: cloud.address, maxFrame: 600 }, 'REFUSED', 'FRAME_TOO_LARGE');
  await rejects({ server: strict.address, binding: 'certificate' }, 'REFUSED', 'VERSION');
  assert.deepEqual(strict.failures, ['VERSION']);
  await strict.close();
});

test('a wrong key, an unknown fleet and another device’s key read alike', async () => {
  await rejects({ server: cloud.address, key: Buffer.alloc(32) }, 'REFUSED', 'AUTHENTICATION');
  await rejects({ server: cloud.address, fleet: 'toaster' }, 'REFUSED', 'AUTHENTICATION');
  await rejects({ server: cloud.address, device: 'plug-2' }, 'REFUSED', 'AUTHENTICATION');
});

test('an authority file with the issuing intermediate alone will do', async () => {
  const chain = await startCloud({ services: { echo }, tls: { cert: `${leaf}${issuingCa}`, key: leafKey } });
  for (const ca of [issuingCa, rootCa]) assert.equal(await roundTrip(chain, { ca }), 'through the tunnel');
  await chain.close();
});

test('a server that wants the device to hold gigabytes gets no tunnel', async () => {
  for (const limits of [{ streamWindow: 2 ** 31 - 1 }, { tunnelWindow: 2 ** 31 - 1 }]) {
    const greedy = await startCloud({ limits });
    await rejects({ server: greedy.address }, 'PARAMETERS_INVALID');
    await greedy.close();
  }
});

test('certificates of another authority, another name or another time are not trusted', async () => {
  const other = await certificate();
  await rejects({ server: cloud.address, ca: other.ca }, 'CERTIFICATE');
  await rejects({ server: cloud.address, serverName: 'other.test' }, 'CERTIFICATE');
  for (const days of [-10, 1]) {
    const untimely = await certificate(days);
    const server = await startCloud({ tls: untimely });
    await rejects({ server: server.address, ca: untimely.ca }, 'CERTIFICATE');
    await server.close();
  }
});

test('a server that chooses another protocol, or none, is not spoken to', async () => {
  for (const ALPNProtocols of [['h2'], []]) {
    const server = await startCloud({ tls: { ALPNProtocols } });
    await rejects({ server: server.address }, 'ALPN');
    await server.close();
  }
});

test('no common TLS version', async () => {
  const server = await startCloud({ tls: { maxVersion: 'TLSv1.2' } });
  await rejects({ server: server.address, minVersion: 'TLSv1.3' }, 'TLS_VERSION');
  await server.close();
});

test('TLS 1.2 without extended master secret, or without forward secrecy and AEAD', async () => {
  // OpenSSL's SSL_OP_NO_EXTENDED_MASTER_SECRET, which Node does not name.
  const plain = await startCloud({ tls: { maxVersion: 'TLSv1.2', secureOptions: 1 } });
  await rejects({ server: plain.address }, 'TLS_VERSION');
  await plain.close();
  for (const ciphers of ['ECDHE-ECDSA-AES128-SHA256:ECDHE-RSA-AES128-SHA256', 'AES128-GCM-SHA256']) {
    const old = await startCloud({ tls: { maxVersion: 'TLSv1.2', ciphers } });
    await rejects({ server: old.address }, 'TLS_FAILED');
    await old.close();
  }
});

test('a server without TLS, and one that closes', async () => {
  const greeting = await startPlain((socket) => socket.write('220 mail.test ESMTP\r\n'));
  await rejects({ server: greeting.address }, 'TLS_FAILED');
  greeting.close();
  const http = await startPlain((socket) => socket.once('data', () => socket.end('HTTP/1.1 400 Bad Request\r\n\r\n')));
  await rejects({ server: http.address }, 'TLS_FAILED');
  http.close();
  const closing = await startPlain((socket) => socket.destroy());
  await rejects({ server: closing.address }, 'UNREACHABLE');
  closing.close();
  await rejects({ server: `127.0.0.1:${await freePort()}` }, 'UNREACHABLE');
});

test('a server that sends garbage after the handshake, closes or speaks out of turn', async () => {
  const answers: [Buffer, string][] = [
    [Buffer.alloc(2000, 0xff), 'FRAME_LENGTH'],
    [Buffer.from([0, 3]), 'FRAME_LENGTH'],
    [Buffer.concat([Buffer.from([2, 0]), Buffer.alloc(510)]), 'FIELD_NOT_ALLOWED'],
    [Buffer.concat([Buffer.from([2, 0, 0x10, 0, 3, 0, 1, 65]), Buffer.alloc(504)]), 'FIELD_NOT_ALLOWED'],
  ];
  for (const [answer, code] of answers) {
    const server = await startCloud({ onSecure: (socket) => socket.write(answer) });
    await rejects({ server: server.address }, code);
    await server.close();
  }
  const closing = await startCloud({ onSecure: (socket) => socket.end() });
  await rejects({ server: closing.address }, 'TUNNEL_PEER_CLOSED');
  await closing.close();
});

test('options that are not valid are listed all at once', async () => {
  await assert.rejects(
    connect({ server: 'nowhere', ca: 'no pem', fleet: 'Plug', device: 'a b', key: 'AAAA', maxFrame: 100 }),
    (error: { code: string; message: string }) => {
      assert.equal(error.code, 'OPTIONS_INVALID');
      for (const word of ['server', 'fleet', 'device', 'maxFrame', 'ca: ', 'key: '])
        assert.match(error.message, new RegExp(word));
      assert.doesNotMatch(error.message, /AAAA/);
      return true;
    },
  );
});

test('a signal gives up connecting', async () => {
  const silent = await startPlain(() => {});
  const connecting = connect({ ...base, server: silent.address, signal: AbortSignal.timeout(50) });
  await assert.rejects(connecting, { name: 'TimeoutError' });
  silent.close();
});

test('with keepTrying the first connection waits out what passes, and rejects on what does not', async () => {
  let busy = 2;
  const server = await startCloud({
    services: { echo },
    refuse: () => {
      busy -= 1;
      return busy >= 0 ? { refuse: 'BUSY' } : undefined;
    },
  });
  const backoff = { minMs: 10, maxMs: 20 };
  await rejects({ server: server.address, backoff }, 'REFUSED', 'BUSY');
  assert.equal(await roundTrip(server, { keepTrying: true, backoff }), 'through the tunnel');
  assert.equal(server.connections, 3);
  await rejects(
    { server: server.address, key: Buffer.alloc(32), keepTrying: true, backoff },
    'REFUSED',
    'AUTHENTICATION',
  );
  await server.close();
});

test('a lost tunnel resets its streams, goes down, and comes up again by itself', async () => {
  const server = await startCloud({ services: { echo } });
  const tunnel = await connect({ ...base, server: server.address, backoff: { minMs: 100, maxMs: 200 } });
  const events: string[] = [];
  tunnel.on('down', (error) => events.push(`down ${(error as { code?: string } | undefined)?.code}`));
  tunnel.on('up', () => events.push('up'));
  tunnel.on('retry', (_, delayMs) => {
    assert.ok(delayMs >= 0 && delayMs <= 200);
    events.push('retry');
  });
  const stream = tunnel.open('echo');
  const failed = once(stream, 'error');
  await sleep(300);
  server.cut();
  const [error] = (await failed) as [NodeJS.ErrnoException];
  assert.equal(error.code, 'ECONNRESET');
  assert.equal(tunnel.state, 'waiting');
  const early = tunnel.open('echo');
  const [down] = (await once(early, 'error')) as [NodeJS.ErrnoException];
  assert.equal(down.code, 'TUNNEL_DOWN');
  await once(tunnel, 'up');
  assert.deepEqual(events, ['down TUNNEL_PEER_CLOSED', 'retry', 'up']);
  const again = tunnel.open('echo', { allowHalfOpen: true });
  again.end('again');
  let text = '';
  for await (const chunk of again) text += String(chunk);
  assert.equal(text, 'again');
  await tunnel.close();
  const late = tunnel.open('echo');
  const [closed] = (await once(late, 'error')) as [NodeJS.ErrnoException];
  assert.equal(closed.code, 'TUNNEL_CLOSED');
  await server.close();
});

test('a cloud that says goodbye drains the tunnel, which then comes up anew', async () => {
  const server = await startCloud({ services: { echo } });
  const tunnel = await connect({ ...base, server: server.address, backoff: { minMs: 50, maxMs: 50 } });
  const drained = once(tunnel, 'drain');
  for (const end of server.tunnels) void end.close();
  await drained;
  assert.equal(tunnel.state, 'draining');
  const refused = tunnel.open('echo');
  const [error] = (await once(refused, 'error')) as [NodeJS.ErrnoException];
  assert.equal(error.code, 'TUNNEL_CLOSING');
  const [cause] = await once(tunnel, 'down');
  assert.equal(cause, undefined);
  await once(tunnel, 'up');
  assert.equal(server.connections, 2);
  await tunnel.close();
  await server.close();
});

test('garbage on a tunnel that stands costs that tunnel, and no other', async () => {
  const server = await startCloud({ services: { echo } });
  const victim = await connect({ ...base, server: server.address, backoff: { minMs: 50, maxMs: 50 } });
  const other = await connect({ ...base, server: cloud.address });
  const down = once(victim, 'down');
  server.shout(Buffer.alloc(3000, 0xff));
  const [error] = (await down) as [{ code: string }];
  assert.equal(error.code, 'FRAME_LENGTH');
  assert.equal(other.state, 'up');
  await other.close();
  victim.destroy();
  assert.equal(victim.state, 'closed');
  await server.close();
});

test('destroy during the first attempt rejects it and leaves nothing running', async () => {
  const silent = await startPlain(() => {});
  const abort = new AbortController();
  const connecting = connect({ ...base, server: silent.address, signal: abort.signal });
  abort.abort(new Error('enough'));
  await assert.rejects(connecting, { message: 'enough' });
  silent.close();
});

async function rejects(
  options: Partial<ConnectOptions> & { server: string },
  code: string,
  reason?: string,
): Promise<void> {
  await assert.rejects(connect({ ...base, ...options }), (error: { code: string; reason?: string }) => {
    assert.equal(error.code, code, String(error));
    assert.equal(error.reason, reason);
    return true;
  });
}
