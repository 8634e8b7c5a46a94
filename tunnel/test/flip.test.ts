// The core test on whole tunnels (period-clock.md section 7.7, invariant 6): an activity that is real payload and one that
// is virtual, with the same demand, give the same frames at the same times at both ends.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { type Random, seededRandom } from '@quietwire/shaping';
import { connectPair, type Pair, sampleParameters } from './pair.ts';

interface Activity {
  readonly atMs: number;
  readonly end: 'device' | 'cloud';
}

const RATE_PER_MS = 0.00002;
const { holdMs, periodMs, leadMs } = sampleParameters;

/** A source that makes PoissonCover draw exactly these arrivals and demands (class 1 alone has weight). */
function scripted(startMs: number, arrivals: readonly { atMs: number; demandMs: number }[]): Random {
  const numbers: number[] = [];
  let beforeMs = startMs;
  for (const { atMs, demandMs } of arrivals) {
    numbers.push(1 - Math.exp(-(atMs - beforeMs) * RATE_PER_MS));
    numbers.push((periodMs - leadMs - demandMs) / (periodMs - leadMs - holdMs));
    beforeMs = atMs;
  }
  // `take` draws the next gap before the duration: gap, gap, duration, gap, duration …
  const order = numbers.flatMap((_, i) => (i % 2 === 0 ? [] : [numbers[i + 1] ?? 1 - 1e-300, numbers[i] ?? 0]));
  const sequence = [numbers[0] ?? 1 - 1e-300, ...order];
  let used = 0;
  return { next: () => sequence[used++] ?? 0.999_999_999_999 };
}

const cover = {
  deviceRate: 1000 * RATE_PER_MS,
  cloudRate: 1000 * RATE_PER_MS,
  deviceDurations: [1],
  cloudDurations: [1],
};
const never: Random = { next: () => 0.999_999_999_999 };

async function connect(random: (role: 'device' | 'cloud', nowMs: number) => Random): Promise<Pair> {
  return await connectPair({ parameters: { cover }, random });
}

async function withPayload(activities: readonly Activity[], untilMs: number): Promise<Pair> {
  const pair = await connect(() => never);
  const stream = pair.device.open('any', { allowHalfOpen: true });
  stream.resume();
  for (const { atMs, end } of activities) {
    pair.time.at(atMs, () => {
      const writer = end === 'device' ? stream : pair.accepted[0]?.stream;
      writer?.write(Buffer.alloc(200, 1));
    });
  }
  pair.time.at(1000, () => pair.accepted[0]?.stream.resume());
  await pair.time.advanceTo(untilMs);
  return pair;
}

/** The same activities as virtual ones: each demands as long as the payload's frame made it last. */
async function asCover(activities: readonly Activity[], real: Pair, untilMs: number): Promise<Pair> {
  const demands = (end: 'device' | 'cloud') => {
    const sent = (end === 'device' ? real.deviceChannel : real.cloudChannel).sent;
    return activities
      .filter((activity) => activity.end === end)
      .map(({ atMs }) => {
        const slot = sent.find((frame) => frame.atMs > atMs);
        assert.ok(slot !== undefined);
        return { atMs, demandMs: slot.atMs + holdMs - atMs };
      });
  };
  const pair = await connect((role, nowMs) => scripted(nowMs, demands(role)));
  pair.device.open('any', { allowHalfOpen: true }).resume();
  await pair.time.advanceTo(untilMs);
  return pair;
}

test('flipping activities between payload and cover changes no frame of either end', async () => {
  for (let seed = 0; seed < 12; seed += 1) {
    const random = seededRandom(`flip ${seed}`);
    const activities: Activity[] = [];
    let atMs = 12_000;
    while (activities.length < 14) {
      // Activities fall into idle time, into runs and into rests.
      atMs += 50 + random.next() ** 3 * 30_000;
      activities.push({ atMs: Math.floor(atMs) + 0.5, end: random.next() < 0.4 ? 'device' : 'cloud' });
    }
    const untilMs = atMs + 60_000;
    const real = await withPayload(activities, untilMs);
    const virtual = await asCover(activities, real, untilMs);
    assert.ok(real.deviceMeter.payloadSent > 0 && virtual.deviceMeter.payloadSent === 0);
    assert.ok(real.deviceMeter.periodsDevice > 1 || real.deviceMeter.periodsCloud > 0, 'the activities started runs');
    assert.deepEqual(virtual.deviceChannel.sent, real.deviceChannel.sent, `seed ${seed}: device`);
    assert.deepEqual(virtual.cloudChannel.sent, real.cloudChannel.sent, `seed ${seed}: cloud`);
  }
});
