import assert from 'node:assert/strict';
import { test } from 'node:test';
import { indistinctCase } from '../src/indistinct/case.ts';
import { featureNames, featuresOf } from '../src/indistinct/features.ts';
import { causedByActivity, unexplained } from '../src/indistinct/labels.ts';
import { PLANTED_MS, plantedLeaks } from '../src/indistinct/plant.ts';
import type { ObservedRun } from '../src/indistinct/runs.ts';
import { faultsOf, leastRuns, limitFor } from '../src/indistinct/verdict.ts';

const SLOT_MS = 20;
const SLOTS = 20;
const labelOptions = { slotMs: SLOT_MS, leadMs: 100, restMs: 100, reactionMs: 25 };

function runAt(startMs: number, first: 'up' | 'down' = 'up'): ObservedRun {
  const times = (fromMs: number) => Array.from({ length: SLOTS }, (_, slot) => fromMs + slot * SLOT_MS);
  const [up, down] = first === 'up' ? [times(startMs), times(startMs + 11)] : [times(startMs + 11), times(startMs)];
  const endMs = Math.max(up.at(-1) ?? 0, down.at(-1) ?? 0);
  return { connection: 0, up, down, startMs, endMs, first, backgroundUpMs: Number.NaN, backgroundDownMs: Number.NaN };
}

const event = (atMs: number, end: 'device' | 'cloud' = 'device') => ({ connection: 0, end, atMs });

test('an activity just before a run at the end that leads it caused it; one that no run follows is not explained', () => {
  const [before, run] = [runAt(0), runAt(2000)];
  const look = (...events: ReturnType<typeof event>[]) => [
    causedByActivity(before, run, events, labelOptions),
    unexplained(before, run, events, labelOptions).length,
  ];
  assert.deepEqual(look(event(1990)), [true, 0]);
  assert.deepEqual(look(event(1990, 'cloud')), [false, 0]);
  assert.deepEqual(look(event(1200)), [false, 1]);
  // It came in time to lengthen the run before.
  assert.deepEqual(look(event(250)), [false, 0]);
});

test('an activity that came too late to lengthen a run explains the one right after the rest', () => {
  const before = runAt(0);
  const run = runAt(before.endMs + 130);
  const late = [event(before.endMs - 40, 'cloud')];
  assert.equal(causedByActivity(before, run, late, labelOptions), true);
  assert.deepEqual(unexplained(before, run, late, labelOptions), []);
});

test('each planted leak moves the features that should show it by 100 µs and no other times', () => {
  const [before, run, after] = [runAt(0), runAt(2000), runAt(4000)];
  const moved = (name: string): Record<string, number> => {
    const leak = plantedLeaks[name] ?? assert.fail(name);
    const [plain, planted] = [run, leak(run)].map((middle) => featuresOf(before, middle, after, { slotMs: SLOT_MS }));
    const changes = featureNames.map((feature, at) => [feature, (planted?.[at] ?? 0) - (plain?.[at] ?? 0)] as const);
    return Object.fromEntries(changes.map(([feature, value]) => [feature, Math.round(value)]));
  };
  assert.equal(PLANTED_MS, 0.1);
  assert.equal(moved('payload_frame').lag_first_us, -100);
  assert.equal(moved('payload_frame').up_first_us, 100);
  assert.equal(moved('payload_frame').down_first_us, 0);
  assert.equal(moved('lag').lag_first_us, 100);
  assert.equal(moved('lag').down_first_us, 100);
  assert.equal(moved('all_frames').lag_first_us, 0);
  assert.equal(moved('all_frames').up_first_us, 0);
  assert.equal(moved('all_frames').up_phase_us, 100);
  assert.equal(moved('all_frames').down_phase_us, 100);
});

const attack = (accuracy: number, halfWidth = 0.015, runs = 1600) => ({
  real: runs,
  cover: runs,
  leading: [],
  attackers: { forest: { accuracy, low: accuracy - halfWidth, high: accuracy + halfWidth } },
});
const judge = (change: Partial<Parameters<typeof faultsOf>[0]>) =>
  faultsOf({
    wanted: 1500,
    limit: limitFor(1500),
    attack: attack(0.5),
    planted: { lag: attack(0.7) },
    mislabelled: 0.01,
    ...change,
  });

test('the verdict is two-sided: an attacker that is wrong too often is a leak, too', () => {
  assert.deepEqual(judge({}), []);
  assert.deepEqual(judge({ attack: attack(0.483) }), []);
  assert.match(judge({ attack: attack(0.54) }).join(), /forest may reach 0.555, allowed 0.55/);
  assert.match(judge({ attack: attack(0.46) }).join(), /turned round, may reach 0.555/);
  assert.match(judge({ limit: limitFor(6000), attack: attack(0.52) }).join(), /may reach 0.535, allowed 0.53/);
});

test('too few runs, blind attackers and noisy labels give no pass', () => {
  assert.match(judge({ attack: attack(0.5, 0.015, 1499) }).join(), /1499 \+ 1499 runs, wanted 1500/);
  assert.match(judge({ planted: { lag: attack(0.7), all_frames: attack(0.58) } }).join(), /all_frames gave 0.580 only/);
  assert.match(judge({ mislabelled: 0.05 }).join(), /5.0 % of the activities explain no run/);
});

test('fewer runs than can show something are refused before anything starts', async () => {
  for (const periods of [leastRuns - 1, Number.NaN]) {
    const context = {
      number: (flag: string) => (flag === 'periods' ? periods : undefined),
      parts: [],
      print: () => {},
    };
    await assert.rejects(async () => indistinctCase.run(context), /fewer than 1500 runs of each cause show nothing/);
  }
});
