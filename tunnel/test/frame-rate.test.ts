// Frames of a peer that come faster than its slots, and those of a correct one that were held back (SPEC.md section 8.1).
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { FrameWriter } from '@quietwire/proto';
import type { Pattern, ShapingParameters } from '@quietwire/shaping';
import type { MemoryChannel, Tunnel, TunnelStream } from '../src/index.ts';
import { collect, connectPair, type Pair, sampleParameters } from './pair.ts';

const constant = (value: number) => ({ kind: 'constant' as const, value });
const every = (ms: number): Pattern => ({ interval: constant(ms), size: constant(1024) });
const drawn: Pattern = {
  interval: { kind: 'uniform', low: 20, high: 60 },
  size: { kind: 'uniform', low: 64, high: 1024 },
};
const ilp: Partial<ShapingParameters> = { mode: 'ILP', upstream: every(100), downstream: every(50) };

function frame(size: number, fill: (writer: FrameWriter) => void = () => {}): Uint8Array {
  const bytes = new Uint8Array(size);
  const writer = new FrameWriter();
  writer.begin(bytes, size);
  fill(writer);
  return bytes;
}

/** Hands the end frames until it gives up. @returns how many, and why. */
function flood(tunnel: Tunnel, channel: MemoryChannel, next: () => Uint8Array): { frames: number; error: unknown } {
  let error: unknown;
  tunnel.onClose = (cause) => (error = cause);
  let frames = 0;
  for (; frames < 20_000 && !tunnel.closed; frames += 1) channel.onRead(next());
  return { frames, error };
}

const modes: readonly { name: string; parameters: Partial<ShapingParameters>; up: number; down: number }[] = [
  // Slots of a minute, 1 / 100 and 1 / 50 in a ms, and those of the background.
  { name: 'STP', parameters: {}, up: 630, down: 1230 },
  { name: 'ILP', parameters: ilp, up: 600, down: 1200 },
  {
    name: 'ILP with drawn distances',
    parameters: { ...ilp, upstream: drawn, downstream: drawn },
    up: 3000,
    down: 3000,
  },
];

for (const { name, parameters, up, down } of modes) {
  test(`a flood of cover is cut off at the slots of a minute: ${name}`, async () => {
    const pair = await connectPair({ parameters });
    for (const [tunnel, channel, most] of [
      [pair.cloud, pair.cloudChannel, up],
      [pair.device, pair.deviceChannel, down],
    ] as const) {
      const { frames, error } = flood(tunnel, channel, () => frame(64));
      assert.equal((error as { code?: string }).code, 'TUNNEL_FRAME_RATE');
      assert.match(String(error), new RegExp(`than ${most + 4} at once and \\d+\\.\\d per second`));
      assert.ok(frames > most - 60 && frames <= most + 5, `${frames} frames`);
    }
  });
}

test('what a peer leaves unused for an hour is not there for a flood', async () => {
  const pair = await connectPair({ parameters: { background: { intervalMs: 9000, frameSize: 128 } } });
  await pair.time.advanceTo(3_600_000);
  assert.equal(pair.cloud.closed, false);
  const { frames } = flood(pair.cloud, pair.cloudChannel, () => frame(64));
  assert.ok(frames < 700, `${frames} frames`);
});

test('a flood of sealed messages is cut off, however few frames it takes', async () => {
  for (const size of [64, 16_000]) {
    const slots = (ms: number) => ({ interval: constant(ms), size: constant(size) });
    const large = { frameSize: size, upstream: slots(100), downstream: slots(50) };
    const { cloud, cloudChannel, device } = await connectPair(size > 1024 ? { parameters: large } : {});
    const { seal } = device.session;
    const opened = cloud.session.open.count;
    const { error } = flood(cloud, cloudChannel, () =>
      frame(size, (writer) => {
        while (writer.room >= 19) writer.control(seal.seal({}));
      }),
    );
    assert.equal((error as { code?: string }).code, 'TUNNEL_FRAME_RATE');
    assert.ok(cloud.session.open.count - opened < 1400, `${cloud.session.open.count - opened} messages opened`);
  }
});

test('a peer whose clock is fast by less than 1 % keeps its tunnel', async () => {
  const pair = await connectPair({ parameters: ilp });
  pair.deviceChannel.stalled = true;
  const startMs = pair.time.now();
  for (let n = 1; n <= 36_000; n += 1) {
    pair.time.at(startMs + n * 99.1, () => pair.cloudChannel.onRead(frame(64)));
    // Keeps the other end, which hears nothing else, from what this test is not about.
    if (n % 1000 === 0) await pair.time.advanceTo(startMs + n * 99.1);
  }
  assert.equal(pair.cloud.closed, false);
});

/** Two ends whose programs write more than the slots carry; the network delays as told. @returns bytes that arrived. */
async function busyPair(
  parameters: Partial<ShapingParameters>,
  delayMs: (pair: { nowMs: number }) => number,
  untilMs: number,
): Promise<{ pair: Pair; received: number }> {
  const clock = { nowMs: 0 };
  let received = 0;
  const pump = (stream: TunnelStream): void => {
    stream.on('error', () => {});
    stream.on('data', (chunk: Buffer) => (received += chunk.length));
    const more = (): void => {
      while (!stream.destroyed && stream.write(Buffer.alloc(4000)));
    };
    stream.on('drain', more);
    more();
  };
  const pair = await connectPair({ parameters, delayMs: () => delayMs(clock), onStream: pump });
  pump(pair.device.open('any', { allowHalfOpen: true }));
  for (let nowMs = 300; nowMs <= untilMs; nowMs += 10) {
    clock.nowMs = nowMs;
    await pair.time.advanceTo(nowMs);
  }
  return { pair, received };
}

const correct: readonly { name: string; parameters: Partial<ShapingParameters> }[] = [
  { name: 'STP, runs back to back', parameters: { longestRun: 2 } },
  { name: 'STP, one long run', parameters: {} },
  { name: 'STP, periods of one slot', parameters: shortPeriods() },
  { name: 'ILP', parameters: ilp },
  { name: 'ILP with drawn distances', parameters: { ...ilp, upstream: drawn, downstream: drawn } },
];

/** As dense as STP gets: a background slot between runs of one slot. */
function shortPeriods(): Partial<ShapingParameters> {
  return {
    periodMs: 100,
    upstream: every(100),
    downstream: every(100),
    background: { intervalMs: 105, frameSize: 128 },
    leadMs: 4,
    restMs: 1,
    followerOffsetMs: 1,
    holdMs: 5,
    longestRun: 1,
  };
}

for (const { name, parameters } of correct) {
  test(`frames that the network held back for 9 s may come at once, again and again: ${name}`, async () => {
    // Every 20 s nothing arrives for 9 s. The shortest periods outrun each other in less (SPEC.md section 9.6).
    const heldMs = parameters.periodMs === 100 ? 400 : 9000;
    const { pair, received } = await busyPair(
      parameters,
      ({ nowMs }) => (nowMs > 10_000 && nowMs % 20_000 < heldMs ? heldMs - (nowMs % 20_000) + 20 : 20),
      150_000,
    );
    assert.deepEqual([pair.cloud.closed, pair.device.closed], [false, false]);
    assert.ok(received > 100_000, `${received} bytes`);
  });
}

test('a link that carries less than the schedule for minutes may bring at once what it queued', async () => {
  // The delay grows by 0.2 s a second, to 40 s, and is gone at 210 s.
  const { pair, received } = await busyPair(
    { ...ilp, upstream: every(40), downstream: every(40) },
    ({ nowMs }) => (nowMs > 10_000 && nowMs < 210_000 ? 20 + (nowMs - 10_000) / 5 : 20),
    260_000,
  );
  assert.deepEqual([pair.cloud.closed, pair.device.closed], [false, false]);
  assert.ok(received > 1_000_000, `${received} bytes`);
});

test('an end that stood still for half a minute reads at once what came meanwhile', async () => {
  const pair = await connectPair();
  const { upstream, background } = sampleParameters;
  assert.equal(upstream.interval.kind, 'constant');
  const frames = Math.ceil(30_000 / 100 + 30_000 / background.intervalMs);
  for (let n = 0; n < frames; n += 1) pair.cloudChannel.onRead(frame(n % 20 === 0 ? 128 : 1024));
  assert.equal(pair.cloud.closed, false);
});

test('many virtual activities are not taken for a flood of control', async () => {
  const pair = await connectPair({
    parameters: { cover: { deviceRate: 20, cloudRate: 20, deviceDurations: [1], cloudDurations: [1] } },
  });
  const stream = pair.device.open('any', { allowHalfOpen: true });
  stream.write(Buffer.alloc(60_000));
  collect(stream);
  await pair.time.advanceTo(120_000);
  assert.deepEqual([pair.cloud.closed, pair.device.closed], [false, false]);
  assert.ok(pair.cloud.session.open.count > 1000, `${pair.cloud.session.open.count} messages`);
});
