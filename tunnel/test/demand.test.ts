// What opens demand must not show in when a run begins: late ticks, slots that are skipped and credit that comes treat payload
// as they treat virtual activities (invariants 6 and 7).
import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Random } from '@quietwire/shaping';
import { connectPair, type Pair, type PairOptions, sampleParameters } from './pair.ts';

const { periodMs, leadMs, holdMs } = sampleParameters;
const RATE_PER_MS = 0.00002;
const rate = 1000 * RATE_PER_MS;
const cover = { deviceRate: rate, cloudRate: rate, deviceDurations: [1], cloudDurations: [1] };
const never: Random = { next: () => 0.999_999_999_999 };

/** A source that makes the device's cover arrive once, at `atMs`, for `demandMs`. */
function once(nowMs: number, atMs: number, demandMs: number): Random {
  const longestMs = periodMs - leadMs;
  const numbers = [
    1 - Math.exp(-(atMs - nowMs) * RATE_PER_MS),
    1 - 1e-300,
    (longestMs - demandMs) / (longestMs - holdMs),
  ];
  return { next: () => numbers.shift() ?? never.next() };
}

/** One activity of the device at `atMs`: payload of one frame, or virtual with the demand that this gives. */
async function activity(
  kind: 'payload' | 'cover',
  atMs: number,
  options: PairOptions = {},
  stall?: { fromMs: number; untilMs: number },
): Promise<Pair> {
  // Idle, so the run starts at the next tick and its first slot comes one later.
  const demandMs = Math.ceil(atMs) + 1 + holdMs - atMs;
  const pair = await connectPair({
    ...options,
    parameters: { cover },
    random: (role, nowMs) => (kind === 'cover' && role === 'device' ? once(nowMs, atMs, demandMs) : never),
  });
  const stream = pair.device.open('any', { allowHalfOpen: true });
  stream.resume();
  await pair.time.advanceTo(9000);
  pair.accepted[0]?.stream.resume();
  if (kind === 'payload') pair.time.at(atMs, () => stream.write(Buffer.alloc(60)));
  if (stall !== undefined) {
    pair.time.at(stall.fromMs, () => (pair.deviceChannel.stalled = true));
    pair.time.at(stall.untilMs, () => (pair.deviceChannel.stalled = false));
  }
  await pair.time.advanceTo(50_000);
  return pair;
}

async function expectAlike(...args: [atMs: number, ...rest: [PairOptions?, { fromMs: number; untilMs: number }?]]) {
  const payload = await activity('payload', ...args);
  const virtual = await activity('cover', ...args);
  assert.ok(payload.deviceMeter.payloadSent > 0 && virtual.deviceMeter.payloadSent === 0);
  assert.deepEqual(virtual.deviceChannel.sent, payload.deviceChannel.sent, `${args[0]}: device`);
  assert.deepEqual(virtual.cloudChannel.sent, payload.cloudChannel.sent, `${args[0]}: cloud`);
}

test('a byte that comes while a background slot’s late tick is awaited begins a run as a virtual activity does', async () => {
  const lateMs = () => 0.3;
  const idle = await activity('cover', 45_000, { lateMs });
  const slotMs = Math.floor(idle.deviceChannel.sent.findLast(({ atMs }) => atMs < 40_000)?.atMs ?? 0);
  for (const offset of [-1.5, -0.5, 0.1, 0.25, 0.5]) await expectAlike(slotMs + offset, { lateMs });
});

test('while slots are skipped, Demand that has not left holds as payload does that has not', async () => {
  await expectAlike(12_000.5, {}, { fromMs: 11_990, untilMs: 20_490 });
  await expectAlike(12_000.5, {}, { fromMs: 12_000, untilMs: 18_123 });
});

test('in a run too, bytes of the last millisecond before a slot take the next one, as Demand of that time does', async () => {
  for (const late of [0, 0.3]) {
    // The run begins with the tick after the first write; its slots follow from 10,002 on.
    const expected = new Map([
      [10_200.9, 10_202],
      [10_201.5, 10_302],
      [10_202.1, 10_302],
    ]);
    for (const [atMs, slotMs] of expected) {
      const pair = await connectPair({ lateMs: () => late });
      const stream = pair.device.open('any', { allowHalfOpen: true });
      await pair.time.advanceTo(9000);
      const arrivals: number[] = [];
      pair.accepted[0]?.stream.on('data', () => arrivals.push(pair.time.now() - 20 - late));
      pair.time.at(10_000.5, () => stream.write(Buffer.alloc(60)));
      pair.time.at(atMs, () => stream.write(Buffer.alloc(60)));
      await pair.time.advanceTo(12_000);
      assert.deepEqual(arrivals.map(Math.round), [10_002, slotMs], `${atMs}, ticks ${late} ms late`);
    }
  }
});

const constant = (value: number) => ({ kind: 'constant' as const, value });

/** By when the device's next background slot comes after credit: with 50 ms both ways 1,900 ms, with these 950. */
const slotsOfCredit = {
  'long after': {},
  'soon after': { downstream: { interval: constant(1000), size: constant(1024) } },
};

/** When a run begins after credit, in parts of the distance of background slots. */
async function lagsAfterCredit(parameters: PairOptions['parameters']): Promise<number[]> {
  const { intervalMs } = sampleParameters.background;
  const lags: number[] = [];
  for (let seed = 0; seed < 60; seed += 1) {
    const pair = await connectPair({ seed, ...(parameters === undefined ? {} : { parameters }) });
    const stream = pair.device.open('any', { allowHalfOpen: true });
    await pair.time.advanceTo(9000);
    pair.time.at(10_000.5, () => stream.write(Buffer.alloc(40_000)));
    pair.time.at(60_000, () => pair.accepted[0]?.stream.resume());
    await pair.time.advanceTo(72_000);
    const startMs = pair.deviceChannel.sent.find(({ atMs, size }) => atMs > 60_000 && size === 1024)?.atMs ?? 0;
    const creditMs = (pair.cloudChannel.sent.find(({ atMs }) => atMs > 60_000)?.atMs ?? 0) + 20;
    lags.push((startMs - creditMs) / intervalMs);
    assert.equal(stream.sendHalf.queued, 0);
  }
  return lags.sort((a, b) => a - b);
}

/** The largest distance of sorted values from the even law, as Kolmogorov and Smirnov have it; 1 % exceed the bound. */
function expectEven(values: readonly number[]): void {
  const count = values.length;
  const distance = Math.max(
    ...values.map((value, rank) => Math.max(Math.abs(value - rank / count), Math.abs(value - (rank + 1) / count))),
  );
  assert.ok(distance < 1.63 / Math.sqrt(count), `${distance}: ${values.map((value) => value.toFixed(3)).join(' ')}`);
}

test('credit that comes while idle begins no run at once: its time does not follow from the peer’s frames', async () => {
  expectEven(await lagsAfterCredit(slotsOfCredit['long after']));
});

test('a background slot that comes before the run does not move it', async () => {
  expectEven(await lagsAfterCredit(slotsOfCredit['soon after']));
});

test('a background frame has no byte of an activity, whatever waits for credit in front of it', async () => {
  for (const [when, parameters] of Object.entries(slotsOfCredit)) {
    const pair = await connectPair({ parameters });
    const stream = pair.device.open('any', { allowHalfOpen: true });
    await pair.time.advanceTo(9000);
    pair.time.at(10_000.5, () => stream.write(Buffer.alloc(40_000)));
    // Three bytes, a window later, are quiet; they wait behind the activity.
    pair.time.at(50_000.5, () => stream.write(Buffer.alloc(3)));
    pair.time.at(60_000, () => pair.accepted[0]?.stream.resume());
    await pair.time.advanceTo(59_999);
    const before = pair.deviceMeter.payloadSent;
    const inPeriods = () => pair.deviceMeter.framesSentPeriod;
    const periodFrames = inPeriods();
    for (let atMs = 60_000; inPeriods() === periodFrames; atMs += 1) {
      await pair.time.advanceTo(atMs);
      if (inPeriods() === periodFrames) assert.equal(pair.deviceMeter.payloadSent, before, `${when}: at ${atMs}`);
      assert.ok(atMs < 70_000);
    }
    await pair.time.advanceTo(75_000);
    assert.equal(pair.deviceMeter.payloadSent, 40_003);
  }
});
