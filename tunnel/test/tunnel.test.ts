import assert from 'node:assert/strict';
import { test } from 'node:test';
import { collect, connectPair } from './pair.ts';

test('the first run after connecting is unconditional, one period long, and the device leads it', async () => {
  const { time, deviceChannel, cloudChannel, cloudMeter } = await connectPair();
  await time.advanceTo(20_000);
  const up = deviceChannel.sent.slice(2);
  const down = cloudChannel.sent.slice(2);
  assert.equal(up.filter(({ size }) => size === 1024).length, 50);
  assert.equal(down.filter(({ size }) => size === 1024).length, 100);
  assert.equal(cloudMeter.periodsDevice, 1);
  assert.equal(cloudMeter.periodsCloud, 0);
  assert.deepEqual([...new Set(up.map(({ size }) => size))].sort(), [1024, 128]);
});

test('an echo through the tunnel returns every byte and both ends close the stream', async () => {
  const { time, device, accepted } = await connectPair({
    readBytes: 700,
    onStream: (stream) => stream.pipe(stream),
  });
  const sent = Buffer.from(Array.from({ length: 50_000 }, (_, i) => i & 0xff));
  const stream = device.open('echo', { allowHalfOpen: true });
  const chunks = collect(stream);
  stream.end(sent);
  await time.advanceTo(60_000);
  assert.equal(accepted[0]?.service, 'echo');
  assert.deepEqual(Buffer.concat(chunks), sent);
  assert.equal(stream.destroyed, true);
  assert.equal(device.streams, 0);
});

test('a lost connection ends streams with ECONNRESET, never cleanly', async () => {
  const { time, device, deviceChannel, accepted } = await connectPair();
  const stream = device.open('mqtt');
  let error: NodeJS.ErrnoException | undefined;
  let ended = false;
  stream.on('error', (reason) => {
    error = reason;
  });
  stream.on('end', () => {
    ended = true;
  });
  stream.write('hello to the other side');
  await time.advanceTo(1000);
  let cloudError: NodeJS.ErrnoException | undefined;
  accepted[0]?.stream.on('error', (reason) => {
    cloudError = reason;
  });
  accepted[0]?.stream.resume();
  deviceChannel.destroy();
  await time.advanceTo(2000);
  assert.equal(error?.code, 'ECONNRESET');
  assert.equal(cloudError?.code, 'ECONNRESET');
  assert.equal(ended, false);
});

test('quiet bytes ride in the background and start nothing at either end', async () => {
  const { time, device, deviceMeter, cloudMeter, accepted } = await connectPair();
  const stream = device.open('mqtt');
  await time.advanceTo(10_000);
  const periods = deviceMeter.periodsDevice;
  const chunks: Buffer[] = [];
  accepted[0]?.stream.on('data', (chunk: Buffer) => chunks.push(chunk));
  for (let i = 0; i < 10; i += 1) {
    stream.write(Buffer.from([0xc0, i]));
    await time.advanceTo(10_000 + (i + 1) * 1100);
  }
  await time.advanceTo(40_000);
  assert.equal(Buffer.concat(chunks).length, 20);
  assert.equal(deviceMeter.periodsDevice, periods);
  assert.equal(cloudMeter.periodsCloud, 0);
});

test('closing takes one period whatever is queued, and tells whether all was delivered', async () => {
  for (const bytes of [0, 1000, 5_000_000]) {
    const { time, device, deviceChannel, accepted } = await connectPair();
    const stream = device.open('upload');
    stream.on('error', () => {});
    await time.advanceTo(10_000);
    accepted[0]?.stream.on('error', () => {});
    accepted[0]?.stream.resume();
    if (bytes > 0) stream.end(Buffer.alloc(bytes));
    else stream.end();
    const closing = device.close().then(
      () => 'delivered',
      (error: { code: string }) => error.code,
    );
    let closedAtMs = 0;
    device.onClose = () => {
      closedAtMs = time.now();
    };
    await time.advanceTo(30_000);
    assert.equal(await closing, bytes > 1e6 ? 'TUNNEL_UNDELIVERED' : 'delivered');
    assert.equal(closedAtMs, 15_001);
    assert.equal(deviceChannel.sent.filter(({ atMs }) => atMs >= 10_000).length, 50);
  }
});
