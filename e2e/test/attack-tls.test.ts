// What the attackers of `e2e -- --case attack` seal must be TLS to OpenSSL: else a flood would end at its first record, and the
// case show nothing.
import assert from 'node:assert/strict';
import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import { test } from 'node:test';
import { createServer, type TLSSocket } from 'node:tls';
import { createDevelopmentCertificate } from '@quietwire/planner';
import { RawTls } from '../src/local/attack/tls/raw-tls.ts';
import { KEY_UPDATE_BYTES, type Tls13Sealer } from '../src/local/attack/tls/record-sealer.ts';
import type { TlsVersion } from '../src/wire/audit/session-view.ts';
import { contentType } from '../src/wire/capture/wire-record.ts';

const { applicationData } = contentType;

async function startServer() {
  const { ca, cert, key } = await createDevelopmentCertificate({ hosts: [], notBefore: new Date(), days: 1 });
  const server = createServer({ cert, key, ALPNProtocols: ['quietwire/1'], minVersion: 'TLSv1.2' });
  const text = Promise.withResolvers<string>();
  let heard = '';
  server.on('secureConnection', (socket: TLSSocket) => {
    socket.on('error', text.reject);
    socket.on('data', (chunk: Buffer) => {
      heard += chunk.toString('latin1');
      if (heard.endsWith('.')) text.resolve(heard);
    });
  });
  server.on('tlsClientError', text.reject);
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const dial = (version: TlsVersion, withFinished?: (sealer: Tls13Sealer) => Buffer) =>
    RawTls.open({
      port: (server.address() as AddressInfo).port,
      source: '127.0.0.1',
      ca,
      version,
      ...(withFinished ? { withFinished } : {}),
    });
  return { dial, text: text.promise, close: () => server.close() };
}

for (const version of ['TLSv1.3', 'TLSv1.2'] as const) {
  test(`records of one byte that follow on what node:tls wrote are read by a server (${version})`, async () => {
    const { dial, text, close } = await startServer();
    const connection = await dial(version);
    await new Promise((resolve) => connection.tls.write('by node, ', resolve));
    const sealer = connection.takeOver();
    const records = [...Buffer.from('by hand.')].map((byte) => sealer.seal(applicationData, Buffer.of(byte)));
    await connection.write(Buffer.concat(records));
    assert.equal(await text, 'by node, by hand.');
    connection.destroy();
    close();
  });
}

test('after any number of KeyUpdates of both kinds a server reads what is sealed under the last keys', async () => {
  const { dial, text, close } = await startServer();
  const connection = await dial('TLSv1.3');
  const sealer = connection.takeOver13();
  const updates = (['requested', 'not-requested'] as const).flatMap((request) =>
    Array.from({ length: 20 }, () => sealer.keyUpdate(request)),
  );
  assert.deepEqual(new Set(updates.map(({ length }) => length)), new Set([KEY_UPDATE_BYTES]));
  await connection.write(Buffer.concat([...updates, sealer.seal(applicationData, Buffer.from('updated.'))]));
  assert.equal(await text, 'updated.');
  connection.destroy();
  close();
});

test('KeyUpdates leave in one write with the Finished of the client', async () => {
  const { dial, text, close } = await startServer();
  const connection = await dial('TLSv1.3', (sealer) =>
    Buffer.concat([sealer.keyUpdate('not-requested'), sealer.seal(applicationData, Buffer.from('with Finished.'))]),
  );
  assert.equal(await text, 'with Finished.');
  connection.destroy();
  close();
});
