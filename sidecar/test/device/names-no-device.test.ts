// Invariant 14: at the levels that operators run with, neither log nor metrics name a device, whatever becomes of it.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createSystemRuntime, type Tunnel } from '@quietwire/tunnel';
import { loadSidecarConfig } from '../../src/config/load-config.ts';
import type { LogLevel } from '../../src/events.ts';
import { Log } from '../../src/log.ts';
import { startSidecar } from '../../src/sidecar.ts';
import { policyText, prepareDirectory } from '../fixture/local-sidecar.ts';
import { connectDevice } from '../fixture/test-device.ts';

const name = 'kitchen-plug';

/** Log and metrics of a sidecar whose devices, all of one name, connect, are replaced, refused, reset and lost. */
async function lifeOfDevice(level: LogLevel): Promise<{ log: string; metrics: string }> {
  const runtime = createSystemRuntime();
  const lines: string[] = [];
  const { config } = await prepareDirectory({ policies: [policyText({ services: ['name: down, port: 1'] })] });
  const sidecar = await startSidecar({
    config: loadSidecarConfig({ text: config }),
    runtime,
    log: new Log({
      format: 'json',
      level,
      timestamp: () => new Date().toISOString(),
      nowMs: () => Date.now(),
      write: (line) => lines.push(line),
    }),
    wallNow: () => Date.now(),
    version: '0.0.0-test',
  });
  const device = (key?: Uint8Array): Promise<Tunnel> =>
    connectDevice(runtime, sidecar.address.port, { device: name, ...(key === undefined ? {} : { key }) });
  await assert.rejects(device(Buffer.alloc(32, 0x99)), { code: 'REFUSED' });
  const first = await device();
  const replaced = new Promise<void>((resolve) => {
    first.onClose = () => resolve();
  });
  const second = await device();
  await replaced;
  for (const service of ['down', 'no-such-service']) {
    const stream = second.open(service);
    stream.on('error', () => {});
    stream.write('hello');
    await new Promise((resolve) => stream.once('close', resolve));
  }
  second.destroy();
  const response = await fetch(`http://127.0.0.1:${sidecar.adminAddress.port}/metrics`);
  const metrics = await response.text();
  await sidecar.stop();
  runtime.close();
  return { log: lines.join(''), metrics };
}

test('neither log nor metrics name a device at level info', async () => {
  const { log, metrics } = await lifeOfDevice('info');
  for (const code of ['AUTHENTICATION_FAILED', 'SERVICE_UNKNOWN', 'SERVICE_UNREACHABLE'])
    assert.match(log, RegExp(code));
  assert.doesNotMatch(log, /PEER_FAILED/, 'a device that is lost or replaced has broken nothing');
  assert.match(metrics, /quietwire_/);
  assert.doesNotMatch(log, RegExp(name));
  assert.doesNotMatch(metrics, RegExp(name));
});

test('at level debug the same life is told with the name of the device', async () => {
  const { log, metrics } = await lifeOfDevice('debug');
  for (const code of ['TUNNEL_OPENED', 'TUNNEL_REPLACED', 'TUNNEL_CLOSED']) assert.match(log, RegExp(code));
  assert.match(log, RegExp(name));
  assert.doesNotMatch(metrics, RegExp(name));
});
