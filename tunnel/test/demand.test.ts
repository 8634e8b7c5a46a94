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

test('credit that comes while idle begins no run at once: its time does not follow from the peer’s frames', async () => {
  const { intervalMs } = sampleParameters.background;
  const lags: number[] = [];
  for (let seed = 0; seed < 60; seed += 1) {
    const pair = await connectPair({ seed });
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
  lags.sort((a, b) => a - b);
  // Even over the distance of two background slots: the largest distance of 60 values from that (Kolmogorov–Smirnov, 1 %).
  const distance = Math.max(
    ...lags.map((lag, rank) => Math.max(Math.abs(lag - rank / 60), Math.abs(lag - (rank + 1) / 60))),
  );
  assert.ok(distance < 1.63 / Math.sqrt(60), `${distance}`);
});
