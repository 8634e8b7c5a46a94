// What the schedule has to say and when a tunnel ends must not wait for payload: the same call or the same activity, with
// full frames and with empty ones, gives the same times (invariants 6, 7, 8 and 11).
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { connectPair, type Pair, type PairOptions } from './pair.ts';

type Frames = readonly { readonly atMs: number; readonly size: number }[];

const periodFrames = (sent: Frames, fromMs: number): number[] =>
  sent.filter(({ atMs, size }) => atMs >= fromMs && size === 1024).map(({ atMs }) => atMs);

/** A tunnel with a run that an activity of the device began at 10 s, and its stream. */
async function inARun(options: PairOptions = {}): Promise<{ pair: Pair; write: (bytes: number) => void }> {
  const pair = await connectPair(options);
  const stream = pair.device.open('any', { allowHalfOpen: true });
  stream.on('error', () => {});
  await pair.time.advanceTo(9000);
  const far = pair.accepted[0]?.stream;
  far?.on('error', () => {});
  far?.resume();
  const write = (bytes: number): void => {
    if (bytes > 0) stream.write(Buffer.alloc(bytes));
  };
  pair.time.at(10_000.5, () => write(60));
  return { pair, write };
}

async function closeAt(callMs: number, queuedBytes: number, mode: 'STP' | 'ILP'): Promise<Pair & { closedMs: number }> {
  const { pair, write } = await inARun({ parameters: { mode, holdMs: 700 } });
  let closedMs = 0;
  pair.device.onClose = () => (closedMs = pair.time.now());
  pair.time.at(callMs - 10, () => write(queuedBytes));
  pair.time.at(callMs, () => void pair.device.close().catch(() => {}));
  await pair.time.advanceTo(40_000);
  return { ...pair, closedMs };
}

for (const mode of ['STP', 'ILP'] as const) {
  test(`${mode}: a full frame that waits does not put off the end of the tunnel`, async () => {
    const empty = await closeAt(11_020, 0, mode);
    const full = await closeAt(11_020, 3000, mode);
    assert.ok(empty.closedMs > 16_000);
    assert.equal(full.closedMs, empty.closedMs);
    assert.deepEqual(full.deviceChannel.sent, empty.deviceChannel.sent);
  });
}

test('in ILP the close alert takes the place of a slot', async () => {
  const { deviceChannel, closedMs } = await closeAt(11_020, 0, 'ILP');
  const [last, before] = [deviceChannel.sent.at(-1)?.atMs ?? 0, deviceChannel.sent.at(-2)?.atMs ?? 0];
  // The test's own time moves by the delay of the alert; the alert itself left one slot after the last frame.
  assert.equal(closedMs - last, last - before);
});

test('closing after the last slot of a run takes a further run, as closing while idle does', async () => {
  const late = await closeAt(14_960, 0, 'STP');
  const idle = await closeAt(20_500, 0, 'STP');
  assert.equal(periodFrames(late.deviceChannel.sent, 14_960).length, 50);
  assert.equal(periodFrames(idle.deviceChannel.sent, 20_500).length, 50);
});

test('payload that waits in a frame since the end of a run does not put off the follower of the next run', async () => {
  const followsAfter = async (payload: boolean): Promise<number> => {
    const { pair, write } = await inARun();
    const { time, device, deviceChannel, cloudChannel } = pair;
    time.at(14_650, () => (deviceChannel.stalled = true));
    time.at(15_020, () => (deviceChannel.stalled = false));
    time.at(14_700, () => (payload ? write(4000) : device.shaper.activity(14_700)));
    await time.advanceTo(25_000);
    const [first] = periodFrames(deviceChannel.sent, 15_010);
    const [follows] = periodFrames(cloudChannel.sent, 15_100);
    return (follows ?? 0) - (first ?? 0);
  };
  assert.equal(await followsAfter(true), 30);
  assert.equal(await followsAfter(false), 30);
});

/**
 * A virtual activity arrives at the device, in a run that an activity of 60 bytes began at 10 s; `pieces` writes of `bytes`
 * come 50 ms before it. @returns when the cloud read its Demand, and the announcement of the period after.
 */
async function virtualArrival(
  arrivesMs: number,
  [bytes, pieces]: readonly [bytes: number, pieces: number],
  leadMs = 500,
): Promise<{ demandMs: number; startMs: number }> {
  const ratePerMs = 0.0001;
  const pair = await connectPair({
    parameters: {
      leadMs,
      cover: { deviceRate: 1000 * ratePerMs, cloudRate: 0, deviceDurations: [0, 1], cloudDurations: [1] },
    },
    random: (role, nowMs) => {
      const drawn = role === 'device' ? [1 - Math.exp(-(arrivesMs - nowMs) * ratePerMs), 1 - 1e-12, 0.5] : [];
      return { next: () => drawn.shift() ?? 1 - 1e-12 };
    },
  });
  const stream = pair.device.open('any', { allowHalfOpen: true });
  await pair.time.advanceTo(9000);
  pair.accepted[0]?.stream.resume();
  pair.time.at(10_000.5, () => stream.write(Buffer.alloc(60)));
  const { shaper } = pair.cloud;
  const read = { demandMs: 0, startMs: 0 };
  const demand = shaper.demand.bind(shaper);
  shaper.demand = (remainingMs, nowMs) => {
    read.demandMs = nowMs;
    demand(remainingMs, nowMs);
  };
  const receivePeriodStart = shaper.receivePeriodStart.bind(shaper);
  shaper.receivePeriodStart = (start, nowMs) => {
    if (nowMs > arrivesMs && read.startMs === 0) read.startMs = nowMs;
    receivePeriodStart(start, nowMs);
  };
  pair.time.at(Math.max(10_000.5, arrivesMs - 50), () => {
    for (let n = 0; n < pieces; n += 1) stream.write(Buffer.alloc(bytes));
  });
  await pair.time.advanceTo(arrivesMs + 2000);
  return read;
}

test('Demand of a virtual activity leaves in the next slot, whatever fills it', async () => {
  const [small, large] = [await virtualArrival(10_050, [60, 1]), await virtualArrival(10_050, [3000, 1])];
  assert.ok(small.demandMs > 10_100 && small.demandMs < 10_200, `${small.demandMs}`);
  assert.equal(large.demandMs, small.demandMs);
  const pieces = await virtualArrival(10_050, [10, 300]);
  assert.equal(pieces.demandMs, small.demandMs, 'headers of many small fields count too');
});

test('a Demand and the announcement of a period leave in the same slot, whatever fills it', async () => {
  // The run began at 10,100 and its first period ends at 15,100: with this lead it is decided at 14,550 or so.
  const [small, large] = [await virtualArrival(14_520, [2, 1], 450), await virtualArrival(14_520, [3000, 1], 450)];
  assert.deepEqual(large, small);
});

test('writes that credit does not let leave start no run', async () => {
  const pair = await connectPair({ limits: { streamWindow: 4096, tunnelWindow: 4096 } });
  const stream = pair.device.open('any', { allowHalfOpen: true });
  await pair.time.advanceTo(9000);
  stream.write(Buffer.alloc(4096));
  await pair.time.advanceTo(60_000);
  const before = pair.deviceMeter.framesSentPeriod;
  for (let atMs = 60_000; atMs < 160_000; atMs += 2500) pair.time.at(atMs, () => stream.write(Buffer.alloc(50)));
  await pair.time.advanceTo(165_000);
  assert.equal(stream.sendHalf.queued, 40 * 50);
  assert.equal(pair.deviceMeter.framesSentPeriod, before);
  pair.accepted[0]?.stream.resume();
  await pair.time.advanceTo(175_000);
  assert.equal(stream.sendHalf.queued, 0, 'the credit that comes lets them leave');
});

test('a run that a closing tunnel is in ends the same with demand open and with none, whichever end closes', async () => {
  const sentAfter = async (closer: 'device' | 'cloud', bytes: number) => {
    const { pair, write } = await inARun({ parameters: { holdMs: 700 } });
    const end = pair[closer];
    // The run goes on for a second period by a byte in its first; what comes after the call is what must not show.
    pair.time.at(12_345, () => void end.close().catch(() => {}));
    for (let atMs = 12_600; atMs < 18_000; atMs += 300) pair.time.at(atMs, () => write(bytes));
    await pair.time.advanceTo(40_000);
    return { device: pair.deviceChannel.sent, cloud: pair.cloudChannel.sent };
  };
  for (const closer of ['device', 'cloud'] as const) {
    const empty = await sentAfter(closer, 0);
    assert.deepEqual(await sentAfter(closer, 3000), empty, closer);
    // Whole periods at both ends: two, the one that was on and the one in which the tunnel ends.
    assert.equal(periodFrames(empty.device, 10_000).length, 100, closer);
    assert.equal(periodFrames(empty.cloud, 10_000).length, 200, closer);
  }
});

test('when both ends close at the same time, the run still goes on to its last period', async () => {
  const ended = async (cloudToo: boolean) => {
    // Both have sent their GOAWAY before they read the other's: slots 10 ms apart, 30 ms on the way.
    const { pair } = await inARun({ parameters: { holdMs: 700 }, delayMs: () => 30 });
    let closedMs = 0;
    pair.device.onClose = () => (closedMs = pair.time.now());
    pair.time.at(11_085, () => {
      void pair.device.close().catch(() => {});
      if (cloudToo) void pair.cloud.close().catch(() => {});
    });
    await pair.time.advanceTo(40_000);
    return { closedMs, frames: periodFrames(pair.deviceChannel.sent, 10_000).length };
  };
  const [one, both] = [await ended(false), await ended(true)];
  assert.equal(one.frames, 100);
  assert.deepEqual(both, one);
});
