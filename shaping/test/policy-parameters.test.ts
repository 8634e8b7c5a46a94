import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { coverProbability, coverRateForConfidence } from '../src/formula/confidence.ts';
import { durationLaw } from '../src/formula/duration-law.ts';
import { completeSpec } from '../src/policy.ts';
import { policyParameters } from '../src/policy-parameters.ts';
import { promiseText } from '../src/policy-promise.ts';
import { policySummary } from '../src/policy-summary.ts';
import { seededRandom } from '../src/random.ts';
import { changedSpec } from './policy-cases.ts';

const policy = (change: Readonly<Record<string, unknown>> = {}): { spec: ReturnType<typeof completeSpec> } => ({
  spec: completeSpec(changedSpec(change)),
});
const objective = (value: Readonly<Record<string, unknown>>): Readonly<Record<string, unknown>> => ({
  cover: { objective: { adversaryConfidence: null, ...value } },
});

const activityRate = 24 / 86_400;
const p = -Math.expm1(-activityRate * 5);

describe('the parameters of a policy', () => {
  it('are those of the sample', () => {
    const { cover, ...parameters } = policyParameters(policy(), 7);
    assert.deepEqual(parameters, {
      version: 7,
      mode: 'STP',
      frameSize: 1024,
      periodMs: 5000,
      upstream: { interval: { kind: 'constant', value: 100 }, size: { kind: 'constant', value: 1024 } },
      downstream: { interval: { kind: 'constant', value: 50 }, size: { kind: 'constant', value: 1024 } },
      background: { intervalMs: 2000, frameSize: 128 },
      leadMs: 500,
      holdMs: 3000,
      restMs: 200,
      followerOffsetMs: 10,
      longestRun: 64,
      quietBytes: 4,
      activityWindowMs: 1000,
    });
    const rate = coverRateForConfidence(activityRate, p, 0.2) ?? Number.NaN;
    assert.ok(Math.abs(cover.deviceRate - 0.3 * rate) < 1e-15);
    assert.ok(Math.abs(cover.cloudRate - 0.7 * rate) < 1e-15);
    assert.deepEqual(cover.deviceDurations, [1, 0, 0, 0, 0, 0, 0]);
    assert.deepEqual(cover.cloudDurations, cover.deviceDurations);
  });

  it('have measured durations with half a count added, from the first count on and by end', () => {
    const durations = { device: [0, 1], cloud: [50, 49] };
    const { cover } = policyParameters(policy({ longestRun: 8, cover: { durations } }));
    assert.deepEqual(cover.deviceDurations, [0.5, 1.5, 0.5, 0.5]);
    assert.deepEqual(cover.cloudDurations, [50.5, 49.5, 0.5, 0.5]);
    const { cover: half } = policyParameters(policy({ longestRun: 8, cover: { durations: { cloud: [1] } } }));
    assert.deepEqual(
      [half.deviceDurations, half.cloudDurations],
      [
        [1, 0, 0, 0],
        [1.5, 0.5, 0.5, 0.5],
      ],
    );
  });

  it('make no cover below the hold, measured or not, where a period is shorter than it', () => {
    const durations = { device: [90, 10], cloud: [90, 10] };
    for (const cover of [{}, { durations }]) {
      const short = policy({ period: '2s', cover });
      const parameters = policyParameters(short);
      const law = durationLaw(parameters.cover.deviceDurations, parameters);
      const random = seededRandom(1);
      for (let sample = 0; sample < 1000; sample += 1) assert.ok(law.sample(random) >= 3000);
      assert.ok(policySummary(short).meanRun >= 2, 'an activity of one message makes two periods');
    }
  });

  it('rest for 100 ms or two of the larger slots', () => {
    const slots = { upstream: { interval: { constant: '20ms' } }, downstream: { interval: { constant: '20ms' } } };
    assert.equal(policyParameters(policy(slots)).restMs, 100);
    assert.equal(policyParameters(policy({ downstream: { interval: { constant: '125ms' } } })).restMs, 250);
  });

  it('are those of ILP by mode or by a probability of 1, without cover', () => {
    for (const change of [{ mode: 'ILP' }, objective({ probability: 1 })]) {
      const parameters = policyParameters(policy(change));
      assert.equal(parameters.mode, 'ILP');
      assert.deepEqual([parameters.cover.deviceRate, parameters.cover.cloudRate], [0, 0]);
    }
  });

  it('keep drawn slots and frames within what the wire and a process can do', () => {
    const upstream = {
      interval: { exponential: { mean: '50ms' } },
      size: { empirical: { values: [64, 1500], weights: [1, 2] } },
    };
    const downstream = {
      interval: { lognormal: { median: '1s', sigma: 1 }, min: '30ms', max: '2s' },
      size: { uniform: { low: 0, high: 200 }, max: 150 },
    };
    const parameters = policyParameters(policy({ mode: 'ILP', upstream, downstream }));
    assert.deepEqual(parameters.upstream, {
      interval: { kind: 'exponential', mean: 50, min: 20, max: 60_000 },
      size: { kind: 'empirical', values: [64, 1500], weights: [1, 2], min: 64, max: 1024 },
    });
    assert.deepEqual(parameters.downstream, {
      interval: { kind: 'lognormal', median: 1000, sigma: 1, min: 30, max: 2000 },
      size: { kind: 'uniform', low: 0, high: 200, min: 64, max: 150 },
    });
  });
});

describe('the summary of a policy', () => {
  it('tells what the sample promises and costs', () => {
    const summary = policySummary(policy());
    assert.equal(summary.mode, 'STP');
    assert.ok(Math.abs(summary.p - p) < 1e-15 && summary.cMin === summary.p);
    assert.ok(Math.abs(summary.c - 0.2) < 1e-12);
    assert.ok(Math.abs(summary.c0 - (0.2 - p) / (1 - p)) < 1e-12);
    assert.ok(Math.abs(summary.q - coverProbability(p, 0.2)) < 1e-12);
    assert.ok(summary.uncalibrated);
    assert.ok(summary.meanRun > 1 && summary.meanRun < 1.02, `E[L] ${summary.meanRun}`);
    const gigabytes = summary.bytesPerMonth / 1e9;
    assert.ok(gigabytes > 1.2 && gigabytes < 1.4, `${gigabytes} GB a month`);
    const { upstream, downstream, both } = summary.bytesPerSecond;
    assert.ok(Math.abs(upstream + downstream - both) < 1e-9 && downstream > upstream);
    assert.ok(Math.abs(summary.b - both / (activityRate * 2048 + 8)) < 1e-9);
  });

  it('says what c rests on', () => {
    const assumed = 'if every activity ends within T − lead − hold = 1.5 s';
    const counts = { device: [8, 0, 1], cloud: [11, 9, 2] };
    const cases: readonly [Readonly<Record<string, unknown>>, string, boolean][] = [
      [{}, assumed, true],
      [{ cover: { durations: { device: [0], cloud: [] } } }, assumed, true],
      [{ cover: { durations: counts } }, 'by 31 measured activities', false],
      [
        { cover: { durations: { device: [1] } } },
        'by 1 measured activity of the device, and if every activity of the cloud ends within T − lead − hold = 1.5 s',
        true,
      ],
      [{ cover: { durations: { device: counts.device }, deviceShare: 1 } }, 'by 9 measured activities', false],
      [
        { cover: { durations: { cloud: counts.cloud } } },
        'by 22 measured activities of the cloud, and if every activity of the device ends within T − lead − hold = 1.5 s',
        true,
      ],
      [{ activity: { hold: '4200ms' } }, 'if every activity ends within T − lead − hold = 300 ms', true],
      [{ activity: { hold: '4500ms' } }, 'if every activity ends within T − lead − hold = 0 s', true],
      [{ period: '2s' }, 'if every activity ends within 2 T − lead − hold = 500 ms', true],
    ];
    for (const [change, condition, uncalibrated] of cases) {
      const summary = policySummary(policy(change));
      assert.equal(summary.condition, condition);
      assert.equal(summary.uncalibrated, uncalibrated);
      assert.equal(promiseText(summary), `c 0.2 ${condition}`);
    }
    for (const change of [{ mode: 'ILP' }, objective({ probability: 0 })]) {
      const { condition, uncalibrated } = policySummary(policy(change));
      assert.deepEqual([condition, uncalibrated], [undefined, false]);
    }
  });

  it('of ILP hides all but p', () => {
    const summary = policySummary(policy({ mode: 'ILP' }));
    assert.deepEqual([summary.mode, summary.q, summary.c0, summary.shapedShare], ['ILP', 1, 0, 1]);
    assert.ok(Math.abs(summary.c - p) < 1e-15);
    assert.ok(Math.abs(summary.bytesPerSecond.both - 30 * 1150) < 1e-6);
    assert.equal(summary.uncalibrated, false);
  });

  it('without cover admits that every run is real', () => {
    const summary = policySummary(policy(objective({ probability: 0 })));
    assert.deepEqual([summary.c, summary.c0, summary.q, summary.coverRate], [1, 1, 0, 0]);
  });

  it('meets every kind of objective', () => {
    const summaryFor = (value: Readonly<Record<string, unknown>>) => policySummary(policy(objective(value)));
    assert.ok(Math.abs(summaryFor({ probability: 0.05 }).q - 0.05) < 1e-12);
    assert.ok(Math.abs(summaryFor({ overhead: 200 }).b / 200 - 1) < 1e-6);
    const knee = summaryFor({ knee: true });
    assert.ok(knee.c < 0.5 && knee.shapedShare < 0.5, `knee at c ${knee.c}`);
  });

  it('compares with the device that the caller measured', () => {
    const device = { activityBytes: 30_000, otherBytesPerSecond: 50 };
    const summary = policySummary(policy(), { device });
    assert.ok(Math.abs(summary.b - summary.bytesPerSecond.both / (activityRate * 30_000 + 50)) < 1e-9);
  });
});
