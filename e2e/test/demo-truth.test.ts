import assert from 'node:assert/strict';
import { test } from 'node:test';
import { ActivityWatch } from '../src/demo/activity-watch.ts';
import { calibrate } from '../src/demo/calibration.ts';
import { demoPromise, demoRates, renderPolicy } from '../src/demo/demo-policy.ts';
import { cutTable, type Row, readTable } from '../src/replay/table.ts';

const activityRule = { quietBytes: 64, windowMs: 1000, holdMs: 1000 };
const plug = cutTable(readTable(), 84, 3984);

test('a heartbeat is quiet, and two in one window are an activity', () => {
  const watch = new ActivityWatch(activityRule);
  assert.equal(watch.add(0, 'replay up', 53, 'plug'), false);
  assert.equal(watch.add(1000, 'replay up', 53, 'plug'), false);
  assert.equal(watch.add(1500, 'replay up', 53, 'plug'), true);
  assert.deepEqual(watch.spans, [{ startMs: 1500, endMs: 1500, cause: 'plug' }]);
});

test('directions and streams are counted apart', () => {
  const watch = new ActivityWatch(activityRule);
  for (const stream of ['replay up', 'replay down', 'mqtt up']) watch.add(0, stream, 53, 'plug');
  assert.equal(watch.spans.length, 0);
});

test('an activity goes on while loud payload follows within the hold, and a later one is another', () => {
  const watch = new ActivityWatch(activityRule);
  watch.add(0, 'a', 100, 'plug');
  watch.add(900, 'a', 100, 'plug');
  watch.add(1950, 'b', 10, 'plug'); // quiet: keeps nothing open
  watch.add(2100, 'a', 100, 'switch');
  assert.deepEqual(
    watch.spans.map(({ startMs, endMs, cause }) => [startMs, endMs, cause]),
    [
      [0, 900, 'plug'],
      [2100, 2100, 'switch'],
    ],
  );
  assert.ok(watch.startedWithin(2000, 2200));
  assert.ok(!watch.startedWithin(1, 2100));
  assert.ok(watch.activeWithin(500, 600));
  assert.ok(!watch.activeWithin(1000, 2000));
});

test('the plug’s heartbeats stay quiet up to 20 times its own speed', () => {
  for (const speed of [1, 8, 20]) assert.ok(demoRates(plug, speed).activities <= 14, `at ${speed}`);
});

test('a long transfer falls into the class of the run that it needs', () => {
  const options = {
    rule: activityRule,
    rates: { up: 10, down: 20 },
    periodMs: 2000,
    leadMs: 500,
    longestRun: 16,
  };
  const at = (bytes: number): readonly number[] => {
    const rows: Row[] = [{ timeMs: 0, direction: 'up', bytes }];
    return calibrate(rows, 1, options).durations.device;
  };
  assert.deepEqual(at(1000), [1, 0, 0, 0, 0]); // 0.1 s and the hold of 1 s
  assert.deepEqual(at(10_000), [0, 1, 0, 0, 0]); // 2 s
  assert.deepEqual(at(1_000_000), [0, 0, 0, 0, 1]);
});

test('the policy states what the replay is like, and promises equation 1', () => {
  const rates = demoRates(plug, 8);
  const promise = demoPromise(rates, { mode: 'STP', confidence: 0.2 });
  const { spec } = JSON.parse(renderPolicy(rates, { mode: 'STP', confidence: 0.2 }, { mqtt: 1, replay: 2 }));
  assert.equal(promise.confidence, 0.2);
  assert.ok(promise.probability > 0.03 && promise.probability < 0.1);
  assert.ok(Math.abs(spec.activity.perDay * promise.activityEveryS - 86_400) < 1e-6);
  assert.ok(spec.cover.durations.device.every(Number.isInteger));
  const ilp = demoPromise(rates, { mode: 'ILP', confidence: 0.2 });
  assert.equal(ilp.confidence, ilp.probability);
});
