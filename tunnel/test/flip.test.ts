// The core test on whole tunnels (period-clock.md section 7.7, invariant 6): an activity that is real payload and one that
// is virtual, with the same demand, give the same frames at the same times at both ends.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { type Random, seededRandom } from '@quietwire/shaping';
import type { TunnelStream } from '../src/index.ts';
import { connectPair, type Pair, sampleParameters } from './pair.ts';

interface Activity {
  readonly atMs: number;
  readonly end: 'device' | 'cloud';
  readonly bytes: number;
}

/** Every slot of both ends is a multiple of 50 ms from a run's start; with this hold no demand ends at a decision of it. */
const holdMs = 3025;
const RATE_PER_MS = 0.00002;
const DELAY_MS = 20;
const CLASSES = [1, 2, 4, 8, 16];
const { periodMs, leadMs } = sampleParameters;

/** A source that makes PoissonCover draw exactly these arrivals and demands (SPEC.md sections 10.1 and 10.2). */
function scripted(startMs: number, arrivals: readonly { atMs: number; demandMs: number }[]): Random {
  const gaps = arrivals.map(({ atMs }, i) => 1 - Math.exp(-(atMs - (arrivals[i - 1]?.atMs ?? startMs)) * RATE_PER_MS));
  const never = 1 - 1e-300;
  // `take` draws the next gap before the duration: gap, gap, duration, gap, duration …
  const numbers = [gaps[0] ?? never];
  for (const [i, { demandMs }] of arrivals.entries()) numbers.push(gaps[i + 1] ?? never, durationNumber(demandMs));
  let used = 0;
  return { next: () => numbers[used++] ?? 0.999_999_999_999 };
}

/** The number for which the duration is this: classes have equal weight, each is drawn evenly from its longest down. */
function durationNumber(demandMs: number): number {
  const index = CLASSES.findIndex((periods) => demandMs <= periods * periodMs - leadMs);
  const high = (CLASSES[index] ?? Number.NaN) * periodMs - leadMs;
  const low = index === 0 ? holdMs : ((CLASSES[index] ?? 0) * periodMs) / 2 - leadMs;
  return (index + (high - demandMs) / (high - low)) / CLASSES.length;
}

const cover = {
  deviceRate: 1000 * RATE_PER_MS,
  cloudRate: 1000 * RATE_PER_MS,
  deviceDurations: CLASSES.map(() => 1),
  cloudDurations: CLASSES.map(() => 1),
};
const never: Random = { next: () => 0.999_999_999_999 };

async function connect(random: (role: 'device' | 'cloud', nowMs: number) => Random): Promise<Pair> {
  return await connectPair({ parameters: { cover, holdMs }, delayMs: () => DELAY_MS, random });
}

/** When the last byte of each activity was sent, by end and as ms; the frame reached the other end DELAY_MS later. */
type LastSlots = Map<Activity, number>;

async function withPayload(activities: readonly Activity[], untilMs: number): Promise<{ pair: Pair; last: LastSlots }> {
  const pair = await connect(() => never);
  const last: LastSlots = new Map();
  const stream = pair.device.open('any', { allowHalfOpen: true });
  const follow = (end: Activity['end'], receiver: TunnelStream) => {
    const waiting = activities.filter((activity) => activity.end === end);
    let missing = waiting[0]?.bytes ?? 0;
    receiver.on('data', (data: Buffer) => {
      for (missing -= data.length; missing <= 0 && waiting.length > 0; missing += waiting[0]?.bytes ?? 0) {
        last.set(waiting.shift() as Activity, pair.time.now() - DELAY_MS);
      }
    });
  };
  follow('cloud', stream);
  pair.time.at(1000, () => follow('device', (pair.accepted[0] as Pair['accepted'][number]).stream));
  for (const { atMs, end, bytes } of activities) {
    pair.time.at(atMs, () => {
      const writer = end === 'device' ? stream : pair.accepted[0]?.stream;
      writer?.write(Buffer.alloc(bytes, 1));
    });
  }
  await pair.time.advanceTo(untilMs);
  return { pair, last };
}

/** The same activities as virtual ones: each demands as long as the payload's frames made it last. */
async function asCover(activities: readonly Activity[], last: LastSlots, untilMs: number): Promise<Pair> {
  const demands = (end: Activity['end']) =>
    activities
      .filter((activity) => activity.end === end)
      .map((activity) => {
        const slotMs = last.get(activity);
        assert.ok(slotMs !== undefined, 'all payload arrived');
        return { atMs: activity.atMs, demandMs: slotMs + holdMs - activity.atMs };
      });
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
      // One frame, or more than a period has.
      const bytes = Math.ceil(random.next() < 0.5 ? 200 : 100_000 * random.next() ** 2 + 10);
      activities.push({ atMs: Math.floor(atMs) + 0.5, end: random.next() < 0.4 ? 'device' : 'cloud', bytes });
    }
    const untilMs = atMs + 120_000;
    const { pair: real, last } = await withPayload(activities, untilMs);
    const virtual = await asCover(activities, last, untilMs);
    assert.ok(real.deviceMeter.payloadSent > 0 && virtual.deviceMeter.payloadSent === 0);
    assert.ok(real.deviceMeter.periodsDevice > 1 || real.deviceMeter.periodsCloud > 0, 'the activities started runs');
    assert.deepEqual(virtual.deviceChannel.sent, real.deviceChannel.sent, `seed ${seed}: device`);
    assert.deepEqual(virtual.cloudChannel.sent, real.cloudChannel.sent, `seed ${seed}: cloud`);
  }
});
