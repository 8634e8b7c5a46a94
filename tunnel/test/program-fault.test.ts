import assert from 'node:assert/strict';
import { afterEach, beforeEach, test } from 'node:test';
import { OneShot } from '../src/index.ts';
import { connectPair } from './pair.ts';

let uncaught: unknown[] = [];

beforeEach(() => {
  uncaught = [];
  process.setUncaughtExceptionCaptureCallback((error) => uncaught.push(error));
});
afterEach(() => process.setUncaughtExceptionCaptureCallback(null));

test('a handler that throws ends as an uncaught exception; its tunnel goes on', async () => {
  const { time, device, cloud, accepted } = await connectPair();
  const stream = device.open('mqtt');
  await time.advanceTo(5000);
  const fault = new Error('a fault of the program');
  stream.on('data', () => {
    throw fault;
  });
  accepted[0]?.stream.write('one frame with a handler that throws');
  await time.advanceTo(20_000);
  assert.deepEqual(uncaught, [fault]);
  assert.deepEqual([device.closed, cloud.closed], [false, false]);
  accepted[0]?.stream.write('another');
  await time.advanceTo(40_000);
  assert.deepEqual(uncaught, [fault, fault]);
});

test('a write callback that throws does not stop the scheduler', async () => {
  const { time, device, deviceChannel } = await connectPair({ onStream: (stream) => stream.resume() });
  const stream = device.open('mqtt');
  await time.advanceTo(5000);
  const fault = new Error('a fault of the program');
  stream.write(Buffer.alloc(40_000), () => {
    throw fault;
  });
  await time.advanceTo(20_000);
  assert.deepEqual(uncaught, [fault]);
  assert.ok(deviceChannel.sent.some(({ atMs }) => atMs > 17_000));
});

test('a timer that throws does not stop the timers behind it', async () => {
  const { time } = await connectPair();
  const runtime = time.runtime('timers');
  let ran = 0;
  const faulty = new OneShot(runtime, () => {
    throw new Error('a fault of the timer');
  }).startIn(10);
  new OneShot(runtime, () => {
    ran += 1;
  }).startIn(10);
  new OneShot(runtime, () => {
    ran += 1;
  }).startIn(20);
  await time.advanceTo(time.now() + 100);
  assert.equal(faulty.scheduled, false);
  assert.equal(uncaught.length, 1);
  assert.equal(ran, 2);
});

test('a listener that throws when its tunnel ends in a slot does not cost the frames of others', async () => {
  const { time, device } = await connectPair();
  const runtime = time.runtime('others');
  let ran = 0;
  const fault = new Error('a fault of the program');
  device.onClose = (): void => {
    new OneShot(runtime, () => {
      ran += 1;
    }).startIn(10);
    throw fault;
  };
  await time.advanceTo(10_000);
  await Promise.all([device.close(), time.advanceTo(30_000)]);
  assert.deepEqual(uncaught, [fault]);
  assert.equal(ran, 1);
});

test('handlers of a tunnel that throw do not keep it from closing', async () => {
  const fault = new Error('a fault of the program');
  const { time, device, cloud } = await connectPair();
  await time.advanceTo(9000);
  device.onGoaway = () => {
    throw fault;
  };
  cloud.onClose = () => {
    throw fault;
  };
  void cloud.close();
  await time.advanceTo(11_000);
  assert.deepEqual([uncaught, device.closed], [[fault], false]);
  cloud.destroy();
  await time.advanceTo(11_100);
  assert.deepEqual([uncaught, cloud.closed, device.closed], [[fault, fault], true, true]);
});
