// Invariants of the schedule on whole tunnels in memory: exact times, so a leak of one millisecond fails.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { seededRandom } from '@quietwire/shaping';
import { collect, connectPair, type Pair, sampleParameters } from './pair.ts';

const ilp = {
  mode: 'ILP' as const,
  upstream: {
    interval: { kind: 'uniform' as const, low: 30, high: 90 },
    size: { kind: 'uniform' as const, low: 300, high: 900 },
  },
};

/** Random bytes in random pieces at both ends from `fromMs` on. */
function talk(pair: Pair, fromMs: number, untilMs: number, gapMs: number): void {
  const random = seededRandom(`talk ${gapMs}`);
  const stream = pair.device.open('any', { allowHalfOpen: true });
  collect(stream);
  pair.time.at(fromMs - 1, () => collect(pair.accepted[0]?.stream as never));
  for (let atMs = fromMs; atMs < untilMs; atMs += random.next() * gapMs) {
    const size = 1 + Math.floor(random.next() ** 4 * 20_000);
    const up = random.next() < 0.5;
    pair.time.at(atMs, () => (up ? stream : pair.accepted[0]?.stream)?.write(Buffer.alloc(size)));
  }
}

test('in ILP payload, acknowledgements and credit change no time and no size of any frame', async () => {
  const quiet = await connectPair({ parameters: ilp, seed: 5 });
  const busy = await connectPair({ parameters: ilp, seed: 5, readBytes: 900 });
  talk(busy, 1000, 40_000, 400);
  await quiet.time.advanceTo(60_000);
  await busy.time.advanceTo(60_000);
  assert.ok(busy.cloudMeter.payloadReceived > 100_000);
  assert.equal(quiet.cloudMeter.payloadReceived, 0);
  assert.deepEqual(busy.deviceChannel.sent, quiet.deviceChannel.sent);
  assert.deepEqual(busy.cloudChannel.sent, quiet.cloudChannel.sent);
});

/** Splits what one end sent after its bootstrap into runs of period slots and background slots. */
function runsOf(
  sent: readonly { atMs: number; size: number }[],
  skippedMs = 0,
): { startMs: number; times: number[] }[] {
  const runs: { startMs: number; times: number[] }[] = [];
  let endMs = Number.NEGATIVE_INFINITY;
  for (const { atMs, size } of sent.slice(2)) {
    if (size !== 1024) continue;
    // Two runs are a rest and a slot apart; slots inside a run 100 ms, unless some were skipped.
    if (atMs - endMs > skippedMs + 100) runs.push({ startMs: atMs, times: [] });
    runs.at(-1)?.times.push(atMs);
    endMs = atMs;
  }
  return runs;
}

test('in STP every frame lies on the grid of its run, every period runs to its end, and lengths are powers of two', async () => {
  const pair = await connectPair({
    parameters: { cover: { ...sampleParameters.cover, deviceRate: 0.01, cloudRate: 0.02 } },
  });
  talk(pair, 8000, 300_000, 40_000);
  await pair.time.advanceTo(400_000);
  for (const [channel, distance] of [
    [pair.deviceChannel, 100],
    [pair.cloudChannel, 50],
  ] as const) {
    const runs = runsOf(channel.sent);
    assert.ok(runs.length > 3);
    for (const { startMs, times } of runs.slice(0, -1)) {
      const periods = (times.length * distance) / 5000;
      assert.ok(Number.isInteger(Math.log2(periods)), `a run of ${periods} periods`);
      assert.deepEqual(
        times,
        times.map((_, index) => startMs + index * distance),
      );
    }
  }
});

test('background slots are counted from the last slot of a run, whatever quiet bytes wait', async () => {
  const pair = await connectPair();
  const stream = pair.device.open('any');
  for (let atMs = 10_000; atMs < 60_000; atMs += 1300) pair.time.at(atMs, () => stream.write(Buffer.from([1, 2])));
  await pair.time.advanceTo(60_000);
  const background = pair.deviceChannel.sent.filter(({ size }) => size === 128).map(({ atMs }) => atMs);
  const lastSlot = runsOf(pair.deviceChannel.sent)[0]?.times.at(-1) ?? 0;
  assert.ok(background.length > 20);
  assert.deepEqual(
    background,
    background.map((_, index) => lastSlot + (index + 1) * 2000),
  );
});

test('a socket that cannot send skips slots: no burst, no catching up, nothing lost', async () => {
  const pair = await connectPair({ parameters: { holdMs: 1000 } });
  const stream = pair.device.open('any', { allowHalfOpen: true });
  await pair.time.advanceTo(9000);
  const chunks = collect(pair.accepted[0]?.stream as never);
  const sent = Buffer.from(Array.from({ length: 30_000 }, (_, i) => (i * 7) & 0xff));
  pair.time.at(10_000, () => stream.write(sent));
  // The stalls cover the middle and the last slots of a period, so that a prepared frame outlives its size.
  for (const [fromMs, toMs] of [
    [10_420, 10_800],
    [14_700, 17_500],
  ] as const) {
    pair.time.at(fromMs, () => (pair.deviceChannel.stalled = true));
    pair.time.at(toMs, () => (pair.deviceChannel.stalled = false));
  }
  await pair.time.advanceTo(120_000);
  assert.deepEqual(Buffer.concat(chunks), sent);
  assert.ok(pair.deviceMeter.slotsSkipped >= 6);
  const times = pair.deviceChannel.sent.map(({ atMs }) => atMs);
  assert.equal(times.filter((atMs) => atMs > 10_420 && atMs < 10_800).length, 0);
  assert.equal(new Set(times).size, times.length, 'one write per slot');
  for (const { startMs, times: slots } of runsOf(pair.deviceChannel.sent, 400)) {
    for (const atMs of slots) assert.equal((atMs - startMs) % 100, 0);
  }
});

test('payload that credit does not let leave holds no demand: a slow reader lengthens no run', async () => {
  // The credit that is used up is the stream's in one case, the tunnel's in the other.
  for (const [streamWindow, tunnelWindow] of [
    [16_384, 65_536],
    [65_536, 16_384],
  ] as const) {
    const lengths: number[] = [];
    for (const reads of [true, false]) {
      const pair = await connectPair({ limits: { streamWindow, tunnelWindow, bytesPerTunnel: tunnelWindow } });
      const stream = pair.device.open('any', { allowHalfOpen: true });
      await pair.time.advanceTo(10_000);
      if (reads) collect(pair.accepted[0]?.stream as never);
      stream.write(Buffer.alloc(300_000));
      await pair.time.advanceTo(200_000);
      lengths.push(pair.deviceChannel.sent.filter(({ atMs, size }) => atMs > 10_000 && size === 1024).length / 50);
      if (!reads) assert.ok(pair.cloudMeter.payloadReceived <= 16_384);
    }
    assert.ok((lengths[0] ?? 0) >= 6, `${lengths[0]} periods while the peer reads`);
    assert.ok((lengths[1] ?? 9) <= 2, `${lengths[1]} periods while the peer does not read`);
  }
});

test('the first run after connecting is the same with payload waiting and without', async () => {
  const schedules = await Promise.all(
    [0, 400].map(async (bytes) => {
      const pair = await connectPair({ parameters: { holdMs: 1000 } });
      const stream = pair.device.open('any');
      if (bytes > 0) stream.write(Buffer.alloc(bytes));
      await pair.time.advanceTo(10_000);
      return [pair.deviceChannel.sent, pair.cloudChannel.sent];
    }),
  );
  assert.deepEqual(schedules[1], schedules[0]);
});

test('quiet bytes that one slot joins do not make the other side act', async () => {
  const pair = await connectPair({ parameters: { background: { intervalMs: 10_000, frameSize: 128 } } });
  const stream = pair.device.open('any', { allowHalfOpen: true });
  await pair.time.advanceTo(9000);
  collect(pair.accepted[0]?.stream as never);
  const before = pair.cloudMeter.periodsDevice;
  // Four bytes each, more than a window apart: quiet, however many a slot joins.
  for (let i = 0; i < 20; i += 1) pair.time.at(20_000 + i * 1100, () => stream.write(Buffer.alloc(4)));
  await pair.time.advanceTo(80_000);
  assert.equal(pair.cloudMeter.payloadReceived, 80);
  assert.equal(pair.cloudMeter.periodsDevice + pair.cloudMeter.periodsCloud, before);
});

test('bytes count together within the window and not beyond it, whatever slots lie between them', async () => {
  for (const [apartMs, runs] of [
    [900, 1],
    [1100, 0],
  ] as const) {
    // Two times three bytes: with a background slot between them, and with none.
    for (const beforeSlotMs of [400, 1900]) {
      const pair = await connectPair();
      const stream = pair.device.open('any');
      await pair.time.advanceTo(20_000);
      const slotMs = (pair.deviceChannel.sent.at(-1)?.atMs ?? 0) + 4000;
      for (const atMs of [slotMs - beforeSlotMs, slotMs - beforeSlotMs + apartMs]) {
        pair.time.at(atMs, () => stream.write(Buffer.alloc(3)));
      }
      await pair.time.advanceTo(slotMs + 10_000);
      const text = `${apartMs} ms apart, the first ${beforeSlotMs} ms before a slot`;
      assert.equal(runsOf(pair.deviceChannel.sent).length, 1 + runs, text);
    }
  }
});

test('what is an activity does not depend on how near the next background slot is', async () => {
  for (const beforeMs of [5, 500, 1990]) {
    const pair = await connectPair();
    const stream = pair.device.open('any');
    await pair.time.advanceTo(20_000);
    const last = pair.deviceChannel.sent.at(-1)?.atMs ?? 0;
    const atMs = last + 4000 - beforeMs;
    pair.time.at(atMs, () => stream.write(Buffer.alloc(60)));
    await pair.time.advanceTo(atMs + 8000);
    const run = runsOf(pair.deviceChannel.sent)[1];
    assert.equal(run?.startMs, Math.ceil(atMs) + 1, `${beforeMs} ms before a slot`);
  }
});

test('a peer that falls silent is dropped after 10 s and three of the longest slot distances', async () => {
  const pair = await connectPair();
  let closedAtMs = 0;
  let code: unknown;
  pair.cloud.onClose = (error) => {
    closedAtMs = pair.time.now();
    code = (error as { code?: string } | undefined)?.code;
  };
  pair.time.at(20_000, () => (pair.deviceChannel.stalled = true));
  await pair.time.advanceTo(60_000);
  assert.equal(code, 'TUNNEL_PEER_DEAD');
  assert.ok(closedAtMs > 28_000 && closedAtMs < 34_000, `${closedAtMs}`);
});
