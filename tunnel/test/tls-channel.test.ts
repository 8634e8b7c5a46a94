// The byte channel over real TLS sockets on loopback, with a pre-shared key so that no certificate is needed.
import assert from 'node:assert/strict';
import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import { type TestContext, test } from 'node:test';
import { connect, createServer, type TLSSocket } from 'node:tls';
import { tlsChannel } from '../src/index.ts';

const FRAME = new Uint8Array(16_000).fill(7);
const psk = { psk: Buffer.alloc(32, 1), identity: 'test' };
const tls12 = { minVersion: 'TLSv1.2', maxVersion: 'TLSv1.2', ciphers: 'PSK-AES256-GCM-SHA384' } as const;

/** Two ends of one connection. */
async function pair(context: TestContext): Promise<{ left: TLSSocket; right: TLSSocket }> {
  const server = createServer({ ...tls12, pskCallback: () => psk.psk, pskIdentityHint: 'test' });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const accepted = once(server, 'secureConnection') as Promise<[TLSSocket]>;
  const { port } = server.address() as AddressInfo;
  const left = connect({
    ...tls12,
    port,
    host: '127.0.0.1',
    pskCallback: () => psk,
    checkServerIdentity: () => undefined,
  });
  await once(left, 'secureConnect');
  const [right] = await accepted;
  for (const socket of [left, right]) socket.on('error', () => {});
  context.after(() => {
    left.destroy();
    right.destroy();
    server.close();
  });
  return { left, right };
}

const turn = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

test('reading goes on while a write cannot leave', async (context) => {
  const { left, right } = await pair(context);
  left.pause();
  const channel = tlsChannel(right);
  let received = 0;
  channel.onRead = (chunk) => {
    received += chunk.length;
  };
  // The left end does not read: at some time the kernel takes no more.
  while (!channel.writePending) {
    channel.write(FRAME);
    await turn();
    await turn();
  }
  let sent = 0;
  for (let round = 0; round < 40; round += 1) {
    left.write(FRAME);
    sent += FRAME.length;
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
  for (let waits = 0; waits < 200 && received < sent; waits += 1)
    await new Promise((resolve) => setTimeout(resolve, 10));
  assert.equal(channel.writePending, true, 'the write waits all the time');
  assert.equal(received, sent);
});
