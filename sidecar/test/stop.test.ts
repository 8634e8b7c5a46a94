import assert from 'node:assert/strict';
import { once } from 'node:events';
import { after, before, describe, test } from 'node:test';
import { createSystemRuntime, type Runtime, type Tunnel } from '@quietwire/tunnel';
import { type Backend, startBackend } from './fixture/backend.ts';
import { type LocalSidecar, policyText, startLocalSidecar } from './fixture/local-sidecar.ts';
import { connectDevice } from './fixture/test-device.ts';
import { tlsFailure } from './fixture/tls-peer.ts';

describe('The clean stop', { timeout: 20_000 }, () => {
  let runtime: Runtime;
  let backend: Backend;
  const start = async (mode: 'STP' | 'ILP', sets: readonly string[] = []): Promise<LocalSidecar> =>
    await startLocalSidecar(runtime, [policyText({ mode, services: [`name: plain, port: ${backend.port}`] })], sets);
  const closed = (tunnel: Tunnel): Promise<Error | undefined> =>
    new Promise((resolve) => {
      tunnel.onClose = resolve;
    });

  before(async () => {
    runtime = createSystemRuntime();
    backend = await startBackend((socket) => socket.pause());
  });
  after(() => {
    backend.close();
    runtime.close();
  });

  for (const mode of ['STP', 'ILP'] as const) {
    test(`tells every device, closes at the end of a period and counts nothing lost (${mode})`, async () => {
      const local = await start(mode);
      const devices = await Promise.all(
        ['a', 'b', 'c'].map((device) => connectDevice(runtime, local.port, { device })),
      );
      const ends = Promise.all(devices.map(closed));
      const goaways = devices.map((device) => {
        let seen = false;
        device.onGoaway = () => {
          seen = true;
        };
        return () => seen;
      });
      const stopping = local.sidecar.stop();
      assert.equal(await tlsFailure(local.port), 'ECONNREFUSED');
      assert.deepEqual(await local.admin('/readyz'), { status: 503, text: 'draining\n' });
      assert.equal((await local.admin('/livez')).status, 200);
      assert.deepEqual(await stopping, { undelivered: 0, cut: 0 });
      assert.deepEqual(await ends, [undefined, undefined, undefined]);
      assert.ok(goaways.every((seen) => seen()));
      await assert.rejects(local.admin('/livez'));
      assert.equal(local.lines.filter((line) => /"code":"(DRAINING|STOPPED)"/.test(line)).length, 2);
    });
  }

  test('can be asked for on the admin port', async () => {
    const local = await start('STP');
    const device = await connectDevice(runtime, local.port);
    const end = closed(device);
    assert.equal((await local.admin('/drain', 'POST', { 'quietwire-drain': 'yes' })).status, 202);
    assert.equal(await end, undefined);
    assert.deepEqual(await local.sidecar.stop(), { undelivered: 0, cut: 0 });
  });

  test('counts tunnels that end with data queued', async () => {
    const flood = await startBackend((socket) => {
      socket.write(Buffer.alloc(4_000_000));
    });
    const local = await startLocalSidecar(runtime, [policyText({ services: [`name: plain, port: ${flood.port}`] })]);
    const device = await connectDevice(runtime, local.port);
    const end = closed(device);
    const stream = device.open('plain');
    stream.on('error', () => {});
    stream.write('go');
    await once(stream, 'data');
    stream.resume();
    const outcome = await local.sidecar.stop();
    assert.equal(outcome.undelivered, 1);
    assert.equal(await end, undefined);
    flood.close();
  });

  test('cuts off what stands after the deadline', async () => {
    const local = await start('STP', ['drain.deadline=1s']);
    const device = await connectDevice(runtime, local.port);
    const end = closed(device);
    const stopping = local.sidecar.stop();
    // Nothing less than a process that stands still keeps a tunnel from closing within the deadline.
    Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 1100);
    const outcome = await stopping;
    assert.equal(outcome.cut, 1);
    await end;
    assert.ok(local.lines.some((line) => line.includes('DRAIN_DEADLINE')));
  });
});
