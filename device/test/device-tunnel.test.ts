// When a tunnel connects again: virtual time, connections that fail as told, and whole tunnels in memory.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { ProtoError } from '@quietwire/proto';
import { ManualTime, TunnelMeter, type Tunnel as WireTunnel } from '@quietwire/tunnel';
import { connectPair, type Pair } from '../../tunnel/test/pair.ts';
import { Backoff } from '../src/backoff.ts';
import { DeviceTunnel, type DeviceTunnelOptions } from '../src/device-tunnel.ts';
import type { Attempt } from '../src/dial.ts';
import { DeviceError } from '../src/errors.ts';

const always = (value: number) => ({ next: () => value });
const unreachable = new DeviceError('UNREACHABLE', 'no network');
const refused = new ProtoError('REFUSED', undefined, { reason: 'AUTHENTICATION' });

/** A tunnel whose connections come from a list, and what it did. */
async function start(results: (Error | 'stands')[], options: Partial<DeviceTunnelOptions> = {}) {
  const time = new ManualTime();
  const dialled: number[] = [];
  const delays: number[] = [];
  const pairs: Pair[] = [];
  const held = { now: 0, closed: 0 };
  const dial = async (attempt: Attempt): Promise<WireTunnel> => {
    dialled.push(time.now());
    const result = results.shift() ?? unreachable;
    if (result !== 'stands') throw result;
    const pair = await connectPair();
    pair.device.onClose = attempt.onClose;
    pair.device.onGoaway = attempt.onGoaway;
    pairs.push(pair);
    return pair.device;
  };
  const tunnel = new DeviceTunnel({
    dial,
    runtime: { ...time.runtime('reconnects'), random: always(0.999) },
    meter: new TunnelMeter(),
    backoff: { minMs: 1000, maxMs: 300_000 },
    keepTrying: true,
    hold: () => {
      held.now += 1;
      return () => {
        held.now -= 1;
      };
    },
    onClosed: () => {
      held.closed += 1;
    },
    ...options,
  });
  tunnel.on('retry', (_, delayMs) => delays.push(Math.round(delayMs)));
  const lose = (): void => pairs.at(-1)?.deviceChannel.destroy();
  await settle();
  return { time, tunnel, dialled, delays, held, lose };
}

/** Lets a connection in memory come to stand. */
async function settle(): Promise<void> {
  for (let turn = 0; turn < 50; turn += 1) await new Promise((resolve) => setImmediate(resolve));
}

test('waits are uniform under a ceiling that doubles up to five minutes, and starts anew after a reset', () => {
  const options = { minMs: 1000, maxMs: 300_000 };
  const highest = new Backoff(options, always(1));
  assert.deepEqual(
    Array.from({ length: 11 }, () => highest.next() / 1000),
    [1, 2, 4, 8, 16, 32, 64, 128, 256, 300, 300],
  );
  highest.reset();
  assert.equal(highest.next(), 1000);
  const half = new Backoff(options, always(0.5));
  assert.deepEqual([half.next(), half.next(), new Backoff(options, always(0)).next()], [500, 1000, 0]);
});

test('a server that cannot be reached is tried again, ever more rarely, and the process is kept alive meanwhile', async () => {
  const { time, tunnel, dialled, delays, held } = await start([]);
  await time.advanceTo(1_000_000);
  assert.deepEqual(delays.slice(0, 10), [999, 1998, 3996, 7992, 15_984, 31_968, 63_936, 127_872, 255_744, 299_700]);
  assert.equal(dialled.length, delays.length);
  assert.equal(tunnel.state, 'waiting');
  assert.equal(held.now, 1);
  await assert.rejects(Promise.all([tunnel.stood, tunnel.close()]), { code: 'TUNNEL_CLOSED' });
  assert.deepEqual(held, { now: 0, closed: 1 });
  const attempts = dialled.length;
  await time.advanceTo(5_000_000);
  assert.equal(dialled.length, attempts);
});

test('without keepTrying the first failure is final, whatever it is', async () => {
  const { time, tunnel, dialled, held } = await start([unreachable], { keepTrying: false });
  await assert.rejects(tunnel.stood, unreachable);
  await time.advanceTo(100_000);
  assert.deepEqual([dialled.length, tunnel.state, held.closed], [1, 'closed', 1]);
});

test('what trying again cannot help is final before a tunnel has stood, and passing afterwards', async () => {
  const before = await start([unreachable, refused]);
  await before.time.advanceTo(2000);
  await assert.rejects(before.tunnel.stood, refused);
  assert.equal(before.tunnel.state, 'closed');

  const after = await start(['stands', refused, refused, 'stands']);
  await after.tunnel.stood;
  after.lose();
  assert.equal(after.tunnel.state, 'waiting');
  await after.time.advanceTo(7000);
  await settle();
  assert.deepEqual(after.delays, [999, 1998, 3996]);
  assert.equal(after.tunnel.state, 'up');
  await after.tunnel.destroy();
});

test('only a tunnel that stood for a while lets the waits begin anew', async () => {
  const { time, tunnel, delays, lose } = await start(['stands', 'stands', 'stands']);
  await tunnel.stood;
  lose();
  await time.advanceTo(1000);
  await settle();
  assert.equal(tunnel.state, 'up');
  lose();
  await time.advanceTo(4000);
  await settle();
  assert.equal(tunnel.state, 'up');
  await time.advanceTo(40_000);
  lose();
  assert.deepEqual(delays, [999, 1998, 999]);
  tunnel.destroy();
});

test('a listener may close the tunnel when it goes down: nothing is tried again', async () => {
  const { time, tunnel, delays, dialled, lose, held } = await start(['stands']);
  await tunnel.stood;
  tunnel.on('down', () => void tunnel.close());
  lose();
  await time.advanceTo(100_000);
  assert.deepEqual([delays.length, dialled.length, tunnel.state, held.closed], [0, 1, 'closed', 1]);
});

test('a service with an impossible name is a fault of the program', async () => {
  const { tunnel } = await start([]);
  assert.throws(() => tunnel.open('MQTT'), { code: 'OPTIONS_INVALID' });
  tunnel.destroy();
});
