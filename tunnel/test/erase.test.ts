// A tunnel that is over has no keys any more, however it ended.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Tunnel } from '../src/index.ts';
import { connectPair } from './pair.ts';

function assertErased({ session, closed }: Tunnel): void {
  assert.ok(closed);
  assert.throws(() => session.seal.seal({ parametersAck: { version: 1 } }), { code: 'SEAL_EXHAUSTED' });
  assert.throws(() => session.open.open(new Uint8Array(40)), { code: 'SEAL_EXHAUSTED' });
}

test('a tunnel that was closed erases its keys at both ends, and not before', async () => {
  const { device, cloud, time } = await connectPair();
  const closing = device.close();
  assert.ok(!device.closed);
  await time.advanceTo(time.now() + 60_000);
  await closing;
  for (const tunnel of [device, cloud]) assertErased(tunnel);
});

test('a tunnel that was destroyed or lost erases its keys', async () => {
  const { device, cloud, time } = await connectPair();
  device.destroy(new Error('test'));
  assertErased(device);
  await time.advanceTo(time.now() + 1000);
  assertErased(cloud);
});

test('a program that destroys its tunnel while a frame is filled meets no fault', async () => {
  const { device, time } = await connectPair();
  const stream = device.open('mqtt');
  stream.on('error', () => {});
  let destroyed = false;
  stream.write(new Uint8Array(2000), () => {
    destroyed = true;
    device.destroy();
  });
  await time.advanceTo(time.now() + 60_000);
  assert.ok(destroyed);
  assertErased(device);
});
