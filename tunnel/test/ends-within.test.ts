// Where an activity ceases to fit into one period, and into two: what `promiseCondition` of shaping says of a policy's c. Whole
// tunnels on virtual time, activities of every length on a grid, from either end to either end.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { connectPair, sampleParameters } from './pair.ts';

type End = 'device' | 'cloud';
interface Activity {
  readonly begins: End;
  readonly ends: End;
  /** From the first write to the last, ms. */
  readonly lengthMs: number;
}
interface Setting {
  readonly holdMs: number;
  readonly delayMs: number;
}

const { periodMs, leadMs, frameSize } = sampleParameters;
const atMs = 8000.5;
/** The run starts on the first tick after the write, its first slot is one tick later. */
const startMs = 8002;
const slotsUp = periodMs / 100;

/** Periods of the run that the activity makes, and when its leader had sent or read the last byte. */
async function play({ begins, ends, lengthMs }: Activity, { holdMs, delayMs }: Setting) {
  const pair = await connectPair({ parameters: { holdMs }, delayMs: () => delayMs });
  const streams = { device: pair.device.open('any', { allowHalfOpen: true }), cloud: undefined as never };
  await pair.time.advanceTo(atMs - 500);
  const both = { ...streams, cloud: pair.accepted[0]?.stream ?? assert.fail('the stream was not accepted') };
  let readMs = 0;
  for (const end of ['device', 'cloud'] as const) {
    both[end].on('data', () => {
      if (end !== ends) readMs = pair.time.now();
    });
  }
  pair.time.at(atMs, () => both[begins].write(Buffer.alloc(100, 1)));
  // In between it is never silent for as long as the hold.
  for (let pauseMs = 2000; pauseMs < lengthMs; pauseMs += 2000) {
    pair.time.at(atMs + pauseMs, () => both[begins].write(Buffer.alloc(100, 1)));
  }
  if (lengthMs > 0) pair.time.at(atMs + lengthMs, () => both[ends].write(Buffer.alloc(100, 1)));
  await pair.time.advanceTo(atMs + 22_000);
  const slots = pair.deviceChannel.sent.filter((frame) => frame.atMs > atMs && frame.size === frameSize).length;
  return { periods: slots / slotsUp, lastMs: (begins === ends ? readMs - delayMs : readMs) - startMs };
}

const lengths = [0, 400, ...Array.from({ length: 9 }, (_, index) => 1350 + 19 * index), 1500, 1501, 6400, 6500, 6510];

for (const setting of [
  { holdMs: 3000, delayMs: 20 },
  { holdMs: 3025, delayMs: 20 },
  { holdMs: 3000, delayMs: 3 },
]) {
  test(`an activity fits into m periods if its leader has its last byte within m T − lead − hold: ${JSON.stringify(setting)}`, async () => {
    const seen = new Set<number>();
    for (const begins of ['device', 'cloud'] as const) {
      for (const ends of ['device', 'cloud'] as const) {
        for (const lengthMs of lengths) {
          if (lengthMs === 0 && begins !== ends) continue;
          const { periods, lastMs } = await play({ begins, ends, lengthMs }, setting);
          const expected = [1, 2, 4].find((m) => lastMs <= m * periodMs - leadMs - setting.holdMs);
          assert.equal(periods, expected, `${begins} to ${ends}, ${lengthMs} ms: last byte at ${lastMs} ms`);
          seen.add(periods);
        }
      }
    }
    assert.deepEqual([...seen].sort(), [1, 2, 4]);
  });
}
