/** TLS records that no frame explains, on real connections: before a peer has proved itself, and after. */
import assert from 'node:assert/strict';
import { once } from 'node:events';
import { connect as connectPlain, createServer, type Socket } from 'node:net';
import { after, before, describe, test } from 'node:test';
import { connect, type TLSSocket } from 'node:tls';
import { createSystemRuntime, type Runtime, tlsChannel } from '@quietwire/tunnel';
import { Listener, type SecureConnection } from '../../src/listener/listener.ts';
import { TrustedProxies } from '../../src/proxy/trusted-proxies.ts';
import { firstCertificate } from '../fixture/certificates.ts';
import { keyUpdateRecords } from '../fixture/key-updates.ts';
import { deviceTls } from '../fixture/tls-peer.ts';

interface Attacker {
  /** Below TLS. */
  readonly raw: Socket;
  readonly tls: TLSSocket;
  /** What came in answer to the handshake's last flight, below TLS. */
  readonly answers: Buffer[];
  keyUpdates(count: number, request: 0 | 1): Buffer;
}

/** So that a test fails where nothing comes, instead of waiting for it. */
const later = (): Promise<undefined> => new Promise((resolve) => setTimeout(() => resolve(undefined), 1000));

describe('TLS records before and after the proof', { timeout: 20_000 }, () => {
  let runtime: Runtime;
  let listener: Listener;
  let port = 0;
  const attackers = new Set<Socket>();
  let secure: PromiseWithResolvers<SecureConnection>;

  const attacker = async (): Promise<Attacker> => {
    secure = Promise.withResolvers();
    const raw = connectPlain(port, '127.0.0.1');
    attackers.add(raw);
    const tls = connect({ ...deviceTls, socket: raw, minVersion: 'TLSv1.3' });
    for (const socket of [raw, tls]) socket.on('error', () => {});
    let secret: Uint8Array = Buffer.alloc(0);
    tls.on('keylog', (line) => {
      const [label, , hex = ''] = line.toString().trim().split(' ');
      if (label === 'CLIENT_TRAFFIC_SECRET_0') secret = Buffer.from(hex, 'hex');
    });
    await once(tls, 'secureConnect');
    await secure.promise;
    await new Promise((resolve) => setTimeout(resolve, 20));
    const before = raw.bytesRead;
    const answers: Buffer[] = [];
    raw.once('close', () => answers.push(Buffer.alloc(raw.bytesRead - before)));
    const suite = tls.getCipher().standardName;
    return { raw, tls, answers, keyUpdates: (count, request) => keyUpdateRecords(suite, secret, count, request) };
  };

  before(async () => {
    runtime = createSystemRuntime();
    listener = new Listener({
      runtime,
      tlsFiles: { ...firstCertificate, ticketKeys: undefined, expiresAt: 0, dates: [] },
      minVersion: 'TLSv1.2',
      limits: { tunnels: 100, acceptPerSecond: 1000, handshakes: 50, handshakeTimeoutMs: 2000 },
      trustedProxies: new TrustedProxies([]),
      onSecure: (connection) => secure.resolve(connection),
      onHandshake: () => {},
      onRefused: () => {},
    });
    ({ port } = await listener.listen({ host: '127.0.0.1', port: 0 }));
  });
  after(() => {
    listener.stopAccepting();
    for (const raw of attackers) raw.destroy();
    runtime.close();
  });

  test('a flood of KeyUpdates before the proof ends the connection before TLS works on it', async () => {
    for (const request of [0, 1] as const) {
      const { raw, answers, keyUpdates } = await attacker();
      const { socket } = await secure.promise;
      const channel = tlsChannel(socket);
      const closed = new Promise<Error | undefined>((resolve) => {
        channel.onClose = resolve;
      });
      const updates: string[] = [];
      socket.prependListener('keylog', (line) => updates.push(line.toString()));
      raw.write(keyUpdates(2000, request));
      assert.equal(((await closed) as { code?: string }).code, 'TUNNEL_RECORDS');
      await once(raw, 'close');
      assert.ok(updates.length <= 1, `${updates.length} new secrets were derived`);
      assert.equal(answers[0]?.length, 0, 'no record outside the slots');
    }
  });

  test('a KeyUpdate after the proof ends the connection too, and nothing answers it', async () => {
    for (const request of [0, 1] as const) {
      const { raw, answers, keyUpdates } = await attacker();
      const { socket, transport, proven } = await secure.promise;
      proven();
      const channel = tlsChannel(socket, transport);
      const closed = new Promise<Error | undefined>((resolve) => {
        channel.onClose = resolve;
      });
      raw.write(keyUpdates(1, request));
      const error = await Promise.race([closed, later()]);
      assert.equal((error as { code?: string } | undefined)?.code, 'TUNNEL_RECORDS');
      assert.match(String(error), /KeyUpdate/);
      await once(raw, 'close');
      assert.equal(answers[0]?.length, 0, 'no record outside the slots');
    }
  });

  test('of a flood of KeyUpdates after the proof TLS works on those of one small read', async () => {
    const { raw, keyUpdates } = await attacker();
    const { socket, transport, proven } = await secure.promise;
    proven();
    const channel = tlsChannel(socket, transport);
    const closed = new Promise<Error | undefined>((resolve) => {
      channel.onClose = resolve;
    });
    let updates = 0;
    socket.prependListener('keylog', () => {
      updates += 1;
    });
    raw.write(keyUpdates(4000, 0));
    assert.equal(((await Promise.race([closed, later()])) as { code?: string } | undefined)?.code, 'TUNNEL_RECORDS');
    await once(raw, 'close');
    assert.ok(updates <= 40, `${updates} new secrets were derived`);
  });

  test('the channel counts the bytes below TLS, and reads whole frames from a proven peer', async () => {
    const { tls } = await attacker();
    const { socket, transport, proven } = await secure.promise;
    const channel = tlsChannel(socket, transport);
    const sizes: number[] = [];
    const before = channel.transportBytes ?? Number.NaN;
    const read = async (bytes: number): Promise<void> => {
      const arrived = new Promise<void>((resolve) => {
        channel.onRead = (chunk) => {
          sizes.push(chunk.length);
          resolve();
        };
      });
      tls.write(Buffer.alloc(bytes));
      await arrived;
    };
    await read(512);
    proven();
    await read(16_000);
    await read(64);
    assert.deepEqual(sizes, [512, 16_000, 64]);
    assert.equal((channel.transportBytes ?? 0) - before, 512 + 16_000 + 64 + 3 * 22);
    tls.destroy();
  });

  test('secrets that node:tls reports are overwritten', async () => {
    await attacker();
    const { socket } = await secure.promise;
    const line = Buffer.from('CLIENT_TRAFFIC_SECRET_0 00 5e\n');
    socket.emit('keylog', line);
    assert.ok(line.every((byte) => byte === 0));
    socket.destroy();
  });

  test('one byte of a ClientHello at a time, and a hello that never ends, do not hold a place', async () => {
    const slow = connectPlain({ port, host: '127.0.0.1', noDelay: true });
    slow.on('error', () => {});
    await once(slow, 'connect');
    const hello = Buffer.concat([Buffer.of(22, 3, 1, 8, 0), Buffer.alloc(2048)]);
    let sent = 0;
    const drip = setInterval(() => {
      slow.write(hello.subarray(sent, sent + 1));
      sent += 1;
    }, 1);
    await once(slow, 'close');
    clearInterval(drip);
    assert.ok(sent < 2048, `${sent} bytes`);
    assert.deepEqual(listener.counts.handshaking, 0);
  });

  test('what comes while a handshake waits is looked at too', async () => {
    const busy = new Listener({
      runtime,
      tlsFiles: { ...firstCertificate, ticketKeys: undefined, expiresAt: 0, dates: [] },
      minVersion: 'TLSv1.2',
      limits: { tunnels: 100, acceptPerSecond: 5, handshakes: 50, handshakeTimeoutMs: 2000 },
      trustedProxies: new TrustedProxies([]),
      onSecure: ({ socket }) => socket.destroy(),
      onHandshake: ({ error }) => errors.push(error),
      onRefused: () => {},
    });
    const errors: (string | undefined)[] = [];
    const { port: busyPort } = await busy.listen({ host: '127.0.0.1', port: 0 });
    // Takes the only token there is.
    const first = connect({ ...deviceTls, port: busyPort });
    first.on('error', () => {});
    await once(first, 'close');
    const raw = connectPlain(busyPort, '127.0.0.1');
    raw.on('error', () => {});
    raw.resume();
    const hello = await clientHello();
    raw.write(hello);
    await new Promise((resolve) => setTimeout(resolve, 20));
    const empty = Buffer.of(20, 3, 3, 0, 1, 1);
    raw.write(Buffer.concat(Array.from({ length: 5000 }, () => empty)));
    await once(raw, 'close');
    assert.deepEqual(errors, [undefined, 'records']);
    busy.stopAccepting();
  });
});

/** The first flight of a device. */
async function clientHello(): Promise<Buffer> {
  const server = createServer();
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as { port: number };
  const tls = connect({ ...deviceTls, port });
  tls.on('error', () => {});
  const [socket] = (await once(server, 'connection')) as [Socket];
  const [hello] = (await once(socket, 'data')) as [Buffer];
  tls.destroy();
  socket.destroy();
  server.close();
  return hello;
}
