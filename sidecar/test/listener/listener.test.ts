import assert from 'node:assert/strict';
import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { connect as connectPlain } from 'node:net';
import { after, afterEach, before, beforeEach, describe, test } from 'node:test';
import { connect } from 'node:tls';
import { createSystemRuntime, type Runtime } from '@quietwire/tunnel';
import type { AdmissionLimits } from '../../src/admission/admission.ts';
import { type HandshakeOutcome, Listener, type SecureConnection } from '../../src/listener/listener.ts';
import { encodeProxyHeader } from '../../src/proxy/encode-proxy-header.ts';
import { TrustedProxies } from '../../src/proxy/trusted-proxies.ts';
import type { TlsFiles } from '../../src/tls/read-tls-files.ts';
import { firstCertificate, secondCertificate, type TestCertificate } from '../fixture/certificates.ts';
import { deviceTls, plainPeer, tlsFailure, tlsPeer } from '../fixture/tls-peer.ts';

const limits: AdmissionLimits = { tunnels: 100, acceptPerSecond: 1000, handshakes: 50, handshakeTimeoutMs: 2000 };

function filesOf(pair: TestCertificate, ticketKeys?: Buffer): TlsFiles {
  return { ...pair, ticketKeys, expiresAt: 0, dates: [] };
}

class Recorder {
  readonly secure: SecureConnection[] = [];
  readonly handshakes: HandshakeOutcome[] = [];
  readonly refused: string[] = [];
  #wake: () => void = () => {};

  note(): void {
    this.#wake();
  }

  /** Waits until what was recorded fulfils a condition. */
  async until(condition: () => boolean): Promise<void> {
    while (!condition()) {
      await new Promise<void>((resolve) => {
        this.#wake = resolve;
      });
    }
  }
}

describe('The listener', { timeout: 20_000 }, () => {
  let runtime: Runtime;
  let listener: Listener;
  let seen: Recorder;
  let port = 0;

  const open = async (
    changes: { limits?: Partial<AdmissionLimits>; trusted?: string[]; files?: TlsFiles; minVersion?: 'TLSv1.3' } = {},
  ): Promise<void> => {
    const recorder = new Recorder();
    seen = recorder;
    listener = new Listener({
      runtime,
      tlsFiles: changes.files ?? filesOf(firstCertificate),
      minVersion: changes.minVersion ?? 'TLSv1.2',
      limits: { ...limits, ...changes.limits },
      trustedProxies: new TrustedProxies(changes.trusted ?? []),
      onSecure: (connection) => {
        connection.socket.on('error', () => {});
        connection.socket.on('data', (data) => connection.socket.write(data));
        connection.proven();
        recorder.secure.push(connection);
        recorder.note();
      },
      onHandshake: (outcome) => {
        recorder.handshakes.push(outcome);
        recorder.note();
      },
      onRefused: (reason) => {
        recorder.refused.push(reason);
        recorder.note();
      },
    });
    ({ port } = await listener.listen({ host: '127.0.0.1', port: 0 }));
  };
  const close = (): void => {
    listener.stopAccepting();
    for (const { socket } of seen.secure) socket.destroy();
  };
  const echo = async (): Promise<void> => {
    const socket = await tlsPeer(port);
    socket.write('still here');
    const [data] = (await once(socket, 'data')) as [Buffer];
    assert.equal(data.toString(), 'still here');
    socket.destroy();
  };

  before(() => {
    runtime = createSystemRuntime();
  });
  after(() => runtime.close());
  beforeEach(() => open());
  afterEach(close);

  test('hands over peers that speak quietwire/1, under TLS 1.3 and 1.2', async () => {
    for (const version of ['TLSv1.3', 'TLSv1.2'] as const) {
      const peer = await tlsPeer(port, { minVersion: version, maxVersion: version });
      await seen.until(() => seen.handshakes.length > 0);
      const { protocol, error, seconds, resumed } = seen.handshakes.pop() ?? { seconds: Number.NaN };
      assert.deepEqual({ protocol, error, resumed }, { protocol: version, error: undefined, resumed: false });
      assert.ok(seconds > 0 && seconds < 2);
      await seen.until(() => seen.secure.at(-1)?.source.port === peer.localPort);
      peer.destroy();
    }
  });

  test('uses ephemeral keys and AEAD ciphers only', async () => {
    const twelve = { minVersion: 'TLSv1.2', maxVersion: 'TLSv1.2' } as const;
    const peer = await tlsPeer(port, twelve);
    assert.match(peer.getCipher().name, /^ECDHE-.*(GCM|POLY1305)/);
    peer.destroy();
    const failure = await tlsFailure(port, { ...twelve, ciphers: 'ECDHE-ECDSA-AES128-SHA256:AES128-GCM-SHA256' });
    assert.equal(failure, 'ERR_SSL_SSL/TLS_ALERT_HANDSHAKE_FAILURE');
    await seen.until(() => seen.handshakes.some(({ error }) => error === 'no_shared_cipher'));
  });

  test('refuses TLS 1.2 without extended master secret, whose exporter would identify no connection', async () => {
    const twelve = { minVersion: 'TLSv1.2', maxVersion: 'TLSv1.2' } as const;
    // SSL_OP_NO_EXTENDED_MASTER_SECRET, which Node has no name for.
    const peer = await tlsPeer(port, { ...twelve, secureOptions: 1 });
    peer.resume();
    await once(peer, 'close');
    assert.deepEqual(
      seen.handshakes.map(({ error }) => error),
      ['no_extended_master_secret'],
    );
    assert.equal(seen.secure.length, 0);
  });

  test('refuses another protocol by the alert no_application_protocol', async () => {
    for (const version of ['TLSv1.3', 'TLSv1.2'] as const) {
      const failure = await tlsFailure(port, {
        ALPNProtocols: ['h2', 'http/1.1'],
        minVersion: version,
        maxVersion: version,
      });
      assert.equal(failure, 'ERR_SSL_TLSV1_ALERT_NO_APPLICATION_PROTOCOL');
    }
    await seen.until(() => seen.handshakes.length === 2);
    assert.deepEqual(
      seen.handshakes.map(({ error }) => error),
      ['no_application_protocol', 'no_application_protocol'],
    );
    assert.equal(seen.secure.length, 0);
    await echo();
  });

  test('closes a peer that offers no protocol without a byte of data', async () => {
    const { ALPNProtocols: _none, ...plain } = deviceTls;
    const socket = connect({ ...plain, port });
    const data: Buffer[] = [];
    socket.on('data', (chunk) => data.push(chunk));
    socket.on('error', () => {});
    await once(socket, 'close');
    assert.equal(data.length, 0);
    assert.deepEqual(seen.refused, ['unshaped']);
    assert.equal(seen.secure.length, 0);
  });

  const openssl = spawnSync('openssl', ['version']).error === undefined;
  test('says the same to openssl', { skip: openssl ? false : 'no openssl on this machine' }, async () => {
    const client = async (...flags: string[]): Promise<string> => {
      const child = spawn('openssl', [
        's_client',
        '-connect',
        `127.0.0.1:${port}`,
        '-servername',
        'localhost',
        ...flags,
      ]);
      let output = '';
      child.stdout.on('data', (chunk) => {
        output += chunk;
      });
      child.stderr.on('data', (chunk) => {
        output += chunk;
      });
      child.stdin.end();
      await once(child, 'close');
      return output;
    };
    assert.match(await client('-alpn', 'h2'), /alert no application protocol/);
    assert.match(await client('-alpn', 'quietwire/1'), /ALPN protocol: quietwire\/1/);
    assert.match(
      await client('-alpn', 'quietwire/1', '-tls1_2'),
      /ALPN protocol: quietwire\/1[\s\S]*Extended master secret: yes/,
    );
    assert.match(
      await client('-alpn', 'quietwire/1', '-tls1_1', '-cipher', 'DEFAULT:@SECLEVEL=0'),
      /alert protocol version/,
    );
  });

  test('closes plain TCP, HTTP and garbage, and others go on', async () => {
    const peer = await tlsPeer(port);
    for (const bytes of [
      'GET / HTTP/1.1\r\n\r\n',
      'MQTT',
      Buffer.alloc(5000, 0xff),
      Buffer.of(0x16, 0x03, 0x01, 0xff, 0xff),
    ]) {
      if (typeof bytes !== 'string' && bytes.length === 5) continue;
      await plainPeer(port, typeof bytes === 'string' ? bytes.padEnd(8) : bytes);
    }
    await seen.until(() => seen.handshakes.filter(({ error }) => error !== undefined).length === 3);
    for (const { error } of seen.handshakes.slice(1)) assert.ok(error === 'not_tls' || error === 'tls', error);
    peer.write('still here');
    const [data] = (await once(peer, 'data')) as [Buffer];
    assert.equal(data.toString(), 'still here');
    peer.destroy();
  });

  test('counts a peer that leaves in the handshake', async () => {
    const socket = connectPlain(port, '127.0.0.1');
    await once(socket, 'connect');
    socket.write(Buffer.of(0x16, 0x03, 0x01));
    await new Promise((resolve) => setImmediate(resolve));
    socket.resetAndDestroy();
    await seen.until(() => seen.handshakes.length === 1);
    assert.equal(seen.handshakes[0]?.error, 'connection_reset');
    assert.deepEqual(listener.counts, { present: 0, handshaking: 0, waiting: 0, silent: 0 });
  });

  test('does not count a health check that connects and says nothing', async () => {
    const socket = connectPlain(port, '127.0.0.1');
    await once(socket, 'connect');
    while (listener.counts.present === 0) await new Promise((resolve) => setTimeout(resolve, 1));
    socket.end();
    socket.resume();
    await once(socket, 'close');
    while (listener.counts.present > 0) await new Promise((resolve) => setTimeout(resolve, 1));
    assert.deepEqual([seen.handshakes, seen.refused], [[], []]);
  });

  test('closes a peer that stays silent at the deadline', async () => {
    close();
    await open({ limits: { handshakeTimeoutMs: 150 } });
    const socket = connectPlain(port, '127.0.0.1');
    socket.resume();
    await once(socket, 'close');
    assert.deepEqual(seen.refused, ['deadline']);
    assert.deepEqual(listener.counts, { present: 0, handshaking: 0, waiting: 0, silent: 0 });
  });

  test('lets a storm in one after the other, and every peer gets through', async () => {
    close();
    await open({ limits: { acceptPerSecond: 200, handshakes: 4 } });
    const peers = await Promise.all(Array.from({ length: 30 }, () => tlsPeer(port)));
    assert.equal(seen.refused.length, 0);
    assert.equal(listener.counts.present, 30);
    for (const peer of peers) peer.destroy();
    await new Promise((resolve) => setTimeout(resolve, 50));
    assert.deepEqual(listener.counts, { present: 0, handshaking: 0, waiting: 0, silent: 0 });
  });

  test('believes the PROXY header of a trusted balancer, whole, split or with the hello behind it', async () => {
    close();
    await open({ trusted: ['127.0.0.0/8'] });
    const header = encodeProxyHeader({
      source: { address: '203.0.113.9', port: 999 },
      destination: { address: '198.51.100.1', port: 443 },
      fleet: 'smart-plug',
      commonName: 'x',
      tlsVersion: 'TLSv1.3',
      alpn: 'x',
    });
    let served = 0;
    for (const cut of [0, 10, 16, header.length]) {
      const plain = connectPlain({ port, host: '127.0.0.1', noDelay: true });
      await once(plain, 'connect');
      if (cut === 0) plain.cork();
      plain.write(header.subarray(0, cut || header.length));
      if (cut > 0) await new Promise((resolve) => setTimeout(resolve, 20));
      if (cut > 0 && cut < header.length) plain.write(header.subarray(cut));
      const peer = connect({ ...deviceTls, socket: plain });
      process.nextTick(() => plain.uncork());
      await once(peer, 'secureConnect');
      await seen.until(() => seen.secure.length > served);
      assert.deepEqual(seen.secure.at(-1)?.source, { address: '203.0.113.9', port: 999 }, `cut at ${cut}`);
      served += 1;
      assert.deepEqual(seen.secure.at(-1)?.destination, { address: '198.51.100.1', port: 443 });
      peer.destroy();
    }
    await plainPeer(port, 'no PROXY header at all');
    await seen.until(() => seen.handshakes.some(({ error }) => error === 'proxy_header'));
  });

  test('reloads the certificate for new handshakes and keeps ticket keys and sessions across it', async () => {
    close();
    const ticketKeys = Buffer.alloc(48, 9);
    await open({ files: filesOf(firstCertificate, ticketKeys) });
    const twelve = { minVersion: 'TLSv1.2', maxVersion: 'TLSv1.2' } as const;
    const before = await tlsPeer(port, twelve);
    const session = before.getSession();
    assert.ok(session);
    const oldSerial = before.getPeerX509Certificate()?.serialNumber;
    listener.reload(filesOf(secondCertificate, ticketKeys));
    const fresh = await tlsPeer(port, { ca: secondCertificate.certificate });
    assert.notEqual(fresh.getPeerX509Certificate()?.serialNumber, oldSerial);
    before.write('still here');
    await once(before, 'data');
    const resumed = await tlsPeer(port, { ...twelve, session, rejectUnauthorized: false });
    assert.equal(resumed.isSessionReused(), true);
    await seen.until(() => seen.handshakes.some((outcome) => outcome.resumed === true));
    for (const peer of [before, fresh, resumed]) peer.destroy();
  });

  test('has sessions resumed by another listener with the same ticket key, and not without', async () => {
    close();
    await open({ files: filesOf(firstCertificate, Buffer.alloc(48, 9)) });
    const twelve = { minVersion: 'TLSv1.2', maxVersion: 'TLSv1.2' } as const;
    const peer = await tlsPeer(port, twelve);
    const session = peer.getSession();
    assert.ok(session);
    peer.destroy();
    for (const [key, reused] of [
      [9, true],
      [8, false],
    ] as const) {
      close();
      await open({ files: filesOf(firstCertificate, Buffer.alloc(48, key)) });
      const again = await tlsPeer(port, { ...twelve, session });
      assert.equal(again.isSessionReused(), reused);
      again.destroy();
    }
  });

  test('refuses renegotiation, which would put records outside the slots', async () => {
    const peer = await tlsPeer(port, { minVersion: 'TLSv1.2', maxVersion: 'TLSv1.2' });
    const outcome = await new Promise((resolve) => {
      peer.once('error', resolve);
      peer.renegotiate({}, (error) => resolve(error));
    });
    assert.ok(outcome instanceof Error, String(outcome));
    peer.destroy();
  });

  test('accepts nobody after it has stopped, and those who stand go on', async () => {
    const peer = await tlsPeer(port);
    await seen.until(() => seen.secure.length === 1);
    listener.stopAccepting();
    assert.equal(await tlsFailure(port), 'ECONNREFUSED');
    peer.write('still here');
    await once(peer, 'data');
    peer.destroy();
  });
});
