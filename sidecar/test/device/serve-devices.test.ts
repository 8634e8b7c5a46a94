import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { writeFile } from 'node:fs/promises';
import type { Socket } from 'node:net';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import { type ConnectionOptions, connect } from 'node:tls';
import { FrameWriter } from '@quietwire/proto';
import { type ByteChannel, createSystemRuntime, type Runtime, type Tunnel } from '@quietwire/tunnel';
import { type Backend, readAll, startBackend } from '../fixture/backend.ts';
import { type LocalSidecar, policyText, secondaryKey, startLocalSidecar } from '../fixture/local-sidecar.ts';
import { connectDevice, type DeviceOptions } from '../fixture/test-device.ts';
import { deviceTls, plainPeer, tlsPeer } from '../fixture/tls-peer.ts';
import { parseProxyHeader, parseSsl } from '../proxy/naive-proxy-parser.ts';

/** How a backend treats its next connection. */
type Serve = (socket: Socket) => void;
const echo: Serve = (socket) => socket.pipe(socket);

describe('A sidecar serves devices', { timeout: 30_000 }, () => {
  let runtime: Runtime;
  let local: LocalSidecar;
  let plain: Backend;
  let proxied: Backend;
  let serve: Serve = echo;
  const tunnels: Tunnel[] = [];

  const device = async (options: DeviceOptions = {}): Promise<Tunnel> => {
    const tunnel = await connectDevice(runtime, local.port, options);
    tunnels.push(tunnel);
    return tunnel;
  };
  const refusedWith = async (options: DeviceOptions, code: string): Promise<void> => {
    await assert.rejects(device(options), (error: Error & { code?: string }) => {
      assert.equal(error.code, code, error.message);
      return true;
    });
  };
  /** Lines of the log with this code. */
  const logged = (code: string): string[] => local.lines.filter((line) => line.includes(`"code":"${code}"`));

  before(async () => {
    runtime = createSystemRuntime();
    plain = await startBackend((socket) => serve(socket));
    proxied = await startBackend((socket) => serve(socket));
    const services = [
      `name: plain, port: ${plain.port}`,
      `name: mqtt, port: ${proxied.port}, proxyProtocol: V2`,
      'name: down, port: 1',
    ];
    local = await startLocalSidecar(runtime, [policyText({ services })]);
  });
  after(async () => {
    for (const tunnel of tunnels) tunnel.destroy();
    await local.sidecar.stop();
    plain.close();
    proxied.close();
    runtime.close();
  });

  test('and is ready', async () => {
    assert.deepEqual(await local.admin('/readyz'), { status: 200, text: 'ok\n' });
  });

  for (const binding of ['EXPORTER', 'CERTIFICATE'] as const) {
    for (const version of ['TLSv1.3', 'TLSv1.2'] as const) {
      test(`that bind their proof by ${binding} under ${version}`, async () => {
        serve = echo;
        const tunnel = await device({
          device: `${binding}-${version}`,
          binding,
          tls: { minVersion: version, maxVersion: version },
        });
        const stream = tunnel.open('plain', { allowHalfOpen: true });
        const sent = randomBytes(3000);
        stream.end(sent);
        assert.deepEqual(await readAll(stream), sent);
        tunnel.destroy();
      });
    }
  }

  test('and tells the service which device it is, in one piece before anything else', async () => {
    const first = new Promise<{ chunk: Buffer; socket: Socket }>((resolve) => {
      serve = (socket) => socket.once('data', (chunk) => resolve({ chunk, socket }));
    });
    const tunnel = await device({ device: 'plug-7' });
    const stream = tunnel.open('mqtt');
    stream.on('error', () => {});
    stream.write('CONNECT');
    const { chunk, socket } = await first;
    const header = parseProxyHeader(chunk);
    assert.match(header.source, /^127\.0\.0\.1 \d+$/);
    assert.equal(header.destination, `127.0.0.1 ${local.port}`);
    const ssl = parseSsl(header.tlvs.get(0x20) ?? Buffer.alloc(5));
    assert.equal(ssl.tlvs.get(0x22)?.toString(), 'smart-plug/plug-7');
    assert.equal(ssl.tlvs.get(0x21)?.toString(), 'TLSv1.3');
    let rest = chunk.subarray(header.length).toString();
    while (rest.length < 7) rest += String((await once(socket, 'data'))[0]);
    assert.equal(rest, 'CONNECT');
    tunnel.destroy();
  });

  test('and keeps half-closes: what the service sends after the end of the device arrives', async () => {
    const answer = randomBytes(20_000);
    serve = (socket) => {
      socket.resume();
      socket.once('end', () => socket.end(answer));
    };
    const tunnel = await device();
    const stream = tunnel.open('plain', { allowHalfOpen: true });
    stream.end('question');
    assert.deepEqual(await readAll(stream), answer);
    tunnel.destroy();
  });

  test('and ends the stream when the service ends, with everything it had sent', async () => {
    serve = (socket) => socket.end('bye');
    const tunnel = await device();
    const stream = tunnel.open('plain');
    stream.write('hello');
    assert.equal((await readAll(stream)).toString(), 'bye');
    tunnel.destroy();
  });

  test('and resets the stream when the service resets', async () => {
    serve = (socket) => socket.once('data', () => socket.resetAndDestroy());
    const tunnel = await device();
    const stream = tunnel.open('plain', { allowHalfOpen: true });
    stream.write('hello');
    await assert.rejects(readAll(stream), { code: 'ECONNRESET' });
    tunnel.destroy();
  });

  test('and resets the connection to the service when the device is lost', async () => {
    const arrived = Promise.withResolvers<void>();
    const lost = new Promise<string | undefined>((resolve) => {
      serve = (socket) => {
        socket.once('data', () => arrived.resolve());
        socket.once('error', (error: NodeJS.ErrnoException) => resolve(error.code));
        socket.once('end', () => resolve('a clean end'));
      };
    });
    const tunnel = await device();
    const stream = tunnel.open('plain');
    stream.on('error', () => {});
    stream.write('hello');
    await arrived.promise;
    tunnel.destroy();
    assert.equal(await lost, 'ECONNRESET');
  });

  test('and resets streams to services that are down or that the policy does not name', async () => {
    const tunnel = await device();
    for (const service of ['down', 'telnet']) {
      const stream = tunnel.open(service, { allowHalfOpen: true });
      stream.write('hello');
      await assert.rejects(readAll(stream), { code: 'ECONNRESET' }, service);
    }
    assert.match(logged('STREAM_FAILED').at(-2) ?? '', /service down: .*ECONNREFUSED/);
    assert.match(logged('STREAM_FAILED').at(-1) ?? '', /service telnet: iot\/smart-plug does not name it/);
    tunnel.destroy();
  });

  test('but no device with a wrong key, of an unknown fleet or on the list of revoked ones', async () => {
    await refusedWith({ key: Buffer.alloc(32, 0x33) }, 'REFUSED');
    await refusedWith({ fleet: 'lamp' }, 'REFUSED');
    await refusedWith({ device: 'plug-lost' }, 'REFUSED');
    const failures = logged('AUTHENTICATION_FAILED').join('');
    for (const code of ['AUTHENTICATION', 'UNKNOWN_FLEET'])
      assert.match(failures, new RegExp(`did not prove itself: ${code} `));
    assert.doesNotMatch(failures, /REVOKED/);
    assert.match(logged('DEVICE_REFUSED').at(-1) ?? '', /a peer that claims fleet smart-plug was refused: REVOKED /);
    const failed = 'quietwire_authentication_count_total{quietwire_policy=';
    assert.equal(await local.metric(`${failed}"iot/smart-plug",error_type="authentication"}`), 1);
    assert.equal(await local.metric(`${failed}"none",error_type="unknown_fleet"}`), 1);
    assert.equal(
      await local.metric('quietwire_admission_refused_total{quietwire_policy="none",error_type="revoked"}'),
      1,
    );
  });

  test('and devices that hold the secondary key', async () => {
    const tunnel = await device({ key: secondaryKey });
    tunnel.destroy();
    const secondary =
      'quietwire_authentication_count_total{quietwire_policy="iot/smart-plug",quietwire_key_slot="secondary"}';
    assert.equal(await local.metric(secondary), 1);
  });

  test('but no device whose largest frame is below that of the policy', async () => {
    await refusedWith({ maxFrame: 512 }, 'REFUSED');
    assert.match(logged('DEVICE_REFUSED').at(-1) ?? '', /was refused: FRAME_TOO_LARGE .*max_frame is 512/);
    const counted =
      'quietwire_authentication_count_total{quietwire_policy="iot/smart-plug",error_type="frame_too_large"}';
    assert.equal(await local.metric(counted), 1);
  });

  test('and goes on when a peer sends garbage after the handshake', async () => {
    serve = echo;
    const tunnel = await device({ device: 'steady' });
    for (const garbage of [Buffer.alloc(600), Buffer.alloc(600, 0xff), Buffer.from([0x02, 0x00, 0x20])]) {
      const peer = await tlsPeer(local.port);
      peer.resume();
      peer.end(garbage);
      await once(peer, 'close');
    }
    await plainPeer(local.port, 'plain TCP');
    const stream = tunnel.open('plain', { allowHalfOpen: true });
    stream.end('still here');
    assert.equal((await readAll(stream)).toString(), 'still here');
    tunnel.destroy();
  });

  test('and drops a refused peer that does not close its side', async () => {
    const peer = connect({ ...deviceTls, port: local.port, allowHalfOpen: true } as ConnectionOptions);
    await once(peer, 'secureConnect');
    peer.on('error', () => {});
    peer.write(Buffer.alloc(512));
    peer.resume();
    const chatter = setInterval(() => peer.write('x'), 100).unref();
    await new Promise((resolve) => peer.once('close', resolve));
    clearInterval(chatter);
  });

  test('and drops peers that stay silent after the handshake at the deadline', async () => {
    const peer = await tlsPeer(local.port);
    peer.resume();
    await once(peer, 'close');
    assert.match(logged('AUTHENTICATION_FAILED').at(-1) ?? '', /TUNNEL_BOOTSTRAP_TIMEOUT/);
  });

  test('tells that a device broke the protocol, and keeps it out for a minute', async () => {
    let channel: ByteChannel | undefined;
    const tunnel = await device({ device: 'rude', onChannel: (made) => (channel = made) });
    const gone = new Promise((resolve) => {
      tunnel.onClose = resolve;
    });
    const frame = new Uint8Array(128);
    const writer = new FrameWriter();
    writer.begin(frame, frame.length);
    writer.control(tunnel.session.seal.seal({ periodStart: { number: 40, position: 1, version: 1 } }));
    while (channel?.writePending === true) await new Promise((resolve) => setTimeout(resolve, 1));
    channel?.write(frame);
    await gone;
    assert.match(logged('PEER_FAILED').at(-1) ?? '', /broke the protocol: period 40 announced/);
    await refusedWith({ device: 'rude' }, 'REFUSED');
    assert.match(logged('DEVICE_REFUSED').at(-1) ?? '', /was refused: BUSY/);
    assert.match(logged('DEVICE_REFUSED').at(-1) ?? '', /"peer":"127\.0\.0\.1"/);
  });

  test('one connection for each device: the newest wins, within a limit', async () => {
    const first = await device({ device: 'twin' });
    const gone = new Promise((resolve) => {
      first.onClose = resolve;
    });
    const second = await device({ device: 'twin' });
    await gone;
    assert.equal(second.closed, false);
    for (let again = 0; again < 4; again += 1) await device({ device: 'twin' });
    await refusedWith({ device: 'twin' }, 'REFUSED');
    assert.match(logged('DEVICE_REFUSED').at(-1) ?? '', /was refused: BUSY/);
    assert.doesNotMatch(logged('AUTHENTICATION_FAILED').join(''), /BUSY|FRAME_TOO_LARGE/);
  });

  test('and shows what the tunnels count', async () => {
    assert.ok(
      Number(
        await local.metric(
          'quietwire_network_io_bytes_total{quietwire_policy="iot/smart-plug",network_io_direction="transmit"}',
        ),
      ) > 0,
    );
    assert.ok(
      Number(await local.metric('quietwire_slot_lateness_seconds_count{quietwire_policy="iot/smart-plug"}')) > 0,
    );
    assert.ok(
      Number(
        await local.metric(
          'quietwire_tunnel_duration_seconds_count{quietwire_policy="iot/smart-plug",tls_protocol_version="1.2"}',
        ),
      ) === 2,
    );
    assert.equal(await local.metric('quietwire_policy_generation{quietwire_policy="iot/smart-plug"}'), 1);
  });

  test('and names no device outside debug lines', async () => {
    const { text } = await local.admin('/metrics');
    const above = local.lines.filter((line) => !line.includes('"level":"debug"')).join('');
    for (const name of ['plug-1', 'plug-7', 'plug-lost', 'twin', 'steady']) {
      assert.equal(text.includes(name), false, name);
    }
    for (const name of ['plug-7', 'twin', 'steady']) assert.equal(above.includes(`device ${name}`), false, name);
  });

  test('and takes new keys, certificate and policy at a reload, for new connections', async () => {
    const old = await device({ device: 'old' });
    const newKey = Buffer.alloc(32, 0x44);
    await writeFile(join(local.directory, 'smart-plug.primary'), newKey.toString('base64'));
    await writeFile(
      join(local.directory, 'policy.yaml'),
      policyText({ services: [`name: other, port: ${plain.port}`], quietBytes: 8 }),
    );
    await local.sidecar.reload();
    serve = echo;
    const fresh = await device({ device: 'fresh', key: newKey });
    assert.equal(fresh.parameters.quietBytes, 8);
    assert.equal(fresh.parameters.version, 2);
    const stream = fresh.open('other', { allowHalfOpen: true });
    stream.end('new');
    assert.equal((await readAll(stream)).toString(), 'new');
    const kept = old.open('plain', { allowHalfOpen: true });
    kept.end('old');
    assert.equal((await readAll(kept)).toString(), 'old');
    assert.equal(await local.metric('quietwire_policy_generation{quietwire_policy="iot/smart-plug"}'), 2);
    const { policies, keys } = JSON.parse((await local.admin('/config')).text) as {
      policies: { version: number }[];
      keys: object;
    };
    assert.equal(policies[0]?.version, 2);
    assert.deepEqual(keys, { 'smart-plug': { primary: 'present', secondary: 'present', revoked: 1 } });
  });

  test('and keeps everything when something on disk is not valid at a reload', async () => {
    await writeFile(join(local.directory, 'policy.yaml'), 'kind: ShapingPolicy\n');
    await assert.rejects(local.sidecar.reload(), { code: 'POLICY_INVALID' });
    assert.match(logged('RELOAD_REFUSED')[0] ?? '', /everything stays as it was/);
    const tunnel = await device({ device: 'after', key: Buffer.alloc(32, 0x44) });
    assert.equal(tunnel.parameters.version, 2);
    assert.deepEqual(await local.admin('/readyz'), { status: 200, text: 'ok\n' });
  });

  test('and closes the tunnels of devices that a reload finds revoked, at the end of a period', async () => {
    await writeFile(
      join(local.directory, 'policy.yaml'),
      policyText({ services: [`name: other, port: ${plain.port}`], quietBytes: 8 }),
    );
    const tunnel = await device({ device: 'stolen', key: Buffer.alloc(32, 0x44) });
    const closed = new Promise((resolve) => {
      tunnel.onClose = resolve;
    });
    await writeFile(join(local.directory, 'smart-plug.revoked'), 'stolen\n');
    await local.sidecar.reload();
    assert.equal(await closed, undefined);
    await refusedWith({ device: 'stolen', key: Buffer.alloc(32, 0x44) }, 'REFUSED');
  });
});
