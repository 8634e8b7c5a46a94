import assert from 'node:assert/strict';
import { test } from 'node:test';
import { DelayMeter } from '../src/demo/delay-meter.ts';
import { Lineup } from '../src/demo/lineup.ts';
import { RateObserver } from '../src/demo/rate-observer.ts';
import { covers, wilsonInterval } from '../src/demo/score.ts';
import { Timeline } from '../src/demo/timeline.ts';

const stepMs = 500;
const observe = () => new RateObserver({ windowMs: stepMs, mergeMs: 1000 });

test('an observer claims nothing before it has learned a threshold', () => {
  const observer = observe();
  assert.equal(observer.judge(0, 100_000), false);
  assert.equal(observer.thresholdBytes, undefined);
});

test('an observer learns a threshold between quiet and busy windows, and claims what is above', () => {
  const observer = observe();
  for (let i = 0; i < 20; i++) observer.learn(106, false);
  for (let i = 0; i < 3; i++) observer.learn(4000, true);
  const threshold = observer.thresholdBytes ?? 0;
  assert.ok(threshold > 106 && threshold <= 4000, String(threshold));
  assert.equal(observer.judge(0, 106), false);
  assert.equal(observer.judge(500, 3000), true);
  assert.equal(observer.judge(1000, 3000), false); // the same claim goes on
  assert.equal(observer.judge(4000, 3000), true);
  assert.equal(observer.claims.length, 2);
});

test('an observer of constant traffic finds no threshold', () => {
  const observer = observe();
  for (let i = 0; i < 200; i++) observer.learn(15_700 + 1046 * (i % 2), i % 10 === 0);
  assert.equal(observer.thresholdBytes, undefined);
});

test('the Wilson interval of nothing is unknown, of all right reaches one', () => {
  assert.equal(wilsonInterval(0, 0), undefined);
  const [low = 0, high = 0] = wilsonInterval(10, 10) ?? [];
  assert.ok(low > 0.7 && high > 0.999);
});

test('a claim covers an activity that it opens late, and not one after its end', () => {
  const claims = [{ startMs: 1000, endMs: 3000, isRight: undefined }];
  assert.ok(covers(claims, 200, 1200));
  assert.ok(covers(claims, 2999, 1200));
  assert.ok(!covers(claims, 3000, 1200));
});

/** Feeds both observers: real bursts every 40 s, on the wire a run of 2 s for each, and four invented ones between. */
function watchFor(minutes: number, isConstant: boolean): Lineup {
  const timeline = new Timeline(stepMs, 1000);
  const lineup = new Lineup(timeline, stepMs, 0, 0);
  for (let timeMs = 0; timeMs < minutes * 60_000; timeMs += 50) {
    if (timeMs % 40_000 === 20_000) {
      timeline.add(timeMs, 'rawUp', 2116);
      lineup.truth.add(timeMs, 'replay up', 2116, 'plug');
    }
    if (isConstant || (timeMs + 30) % 8000 < 2000 || timeMs % 40_000 === 20_000)
      timeline.add(timeMs, 'shapedDown', 1051);
    else if (timeMs % 1000 === 0) timeline.add(timeMs, 'shapedDown', 155);
    if (timeMs % 500 === 0) lineup.advance(timeMs - 700);
  }
  return lineup;
}

test('of raw traffic every guess is right; of runs, one in five when four are invented', () => {
  const { raw, shaped } = watchFor(20, false).scores;
  assert.ok(raw.isGuessing && shaped.isGuessing);
  assert.equal(raw.right, raw.claims);
  assert.ok(raw.claims >= 25);
  assert.ok(
    shaped.right / shaped.claims > 0.15 && shaped.right / shaped.claims < 0.25,
    `${shaped.right}/${shaped.claims}`,
  );
});

test('of constant traffic there is nothing to guess', () => {
  const { raw, shaped } = watchFor(10, true).scores;
  assert.ok(raw.isGuessing);
  assert.equal(shaped.claims, 0);
  assert.equal(shaped.found, 0);
  assert.ok(shaped.activities > 10);
});

test('delays are joined while marks come in, apart for what is active and what is quiet', () => {
  const meter = new DelayMeter();
  const marks = meter.observe((_direction, bytes) => bytes > 64);
  marks.sent('up', { offset: 53, timeMs: 0 });
  marks.sent('up', { offset: 1053, timeMs: 10 });
  marks.received('up', { offset: 100, timeMs: 40 });
  assert.deepEqual(meter.quiet, { count: 1, p50Ms: 40, p99Ms: 40 });
  assert.equal(meter.active, undefined);
  marks.received('up', { offset: 1053, timeMs: 110 });
  assert.deepEqual(meter.active, { count: 1, p50Ms: 100, p99Ms: 100 });
  meter.reset();
  assert.equal(meter.quiet, undefined);
});

test('each activity is counted once, however the steps lie', () => {
  for (const offsetMs of [0, 1, 250, 499]) {
    const timeline = new Timeline(stepMs, 1000);
    const lineup = new Lineup(timeline, stepMs, offsetMs, offsetMs);
    for (let timeMs = offsetMs; timeMs < 300_000; timeMs += 100) {
      if ((timeMs - offsetMs) % 10_000 === 0) lineup.truth.add(timeMs, 'replay up', 2116, 'plug');
      lineup.advance(timeMs - 700);
    }
    const { activities } = lineup.scores.raw;
    assert.ok(activities >= 29 && activities <= 30, `${activities} at an offset of ${offsetMs} ms`);
  }
});
