// What the wire cases put on their stage: policies that the sidecar takes, with the schedule that the cases expect, and
// virtual activities where they are wanted.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createSampler, durationLaw, PoissonCover, parsePolicyFile, policyParameters } from '@quietwire/shaping';
import { episodes, lastsMs } from '../src/wire/cases/flip-episodes.ts';
import { scriptedRandom } from '../src/wire/programs/scripted-random.ts';
import { constantPolicy, FOLLOWER_OFFSET_MS, fastPolicy, policyDocument, restOf } from '../src/wire/rig/wire-policy.ts';

const services = [{ name: 'echo', port: 4000 }];

function parametersOf(policy: typeof fastPolicy) {
  const { policies } = parsePolicyFile(policyDocument(policy, services), 'test');
  assert.equal(policies.length, 1);
  return policyParameters(policies[0] as (typeof policies)[number]);
}

test('a policy of the cases means the schedule that they look for', () => {
  const cover = { rate: 0.8, deviceShare: 0.25, counts: [1000] };
  const parameters = parametersOf({ ...fastPolicy, cover });
  assert.equal(parameters.mode, 'STP');
  assert.equal(parameters.periodMs, fastPolicy.periodMs);
  assert.equal(parameters.restMs, restOf(fastPolicy));
  assert.equal(parameters.followerOffsetMs, FOLLOWER_OFFSET_MS);
  assert.ok(Math.abs(parameters.cover.deviceRate - 0.2) < 1e-9 && Math.abs(parameters.cover.cloudRate - 0.6) < 1e-9);
  assert.equal(parametersOf(fastPolicy).cover.deviceRate, 0);
  const constant = parametersOf(constantPolicy);
  assert.equal(constant.mode, 'ILP');
  assert.equal(createSampler(constant.upstream.interval).max, constantPolicy.slotMs.up);
});

test('scripted randomness makes the cover process draw the given activities', () => {
  const bounds = { periodMs: 600, leadMs: 100, holdMs: 240, longestRun: 8 };
  const weights = [1000.5, 1000.5, 0.5, 0.5];
  const rate = 1.25;
  const activities = [
    { afterMs: 2500, durationMs: 242 },
    { afterMs: 2870.5, durationMs: 710 },
    { afterMs: 9000, durationMs: 500 },
  ];
  for (const others of [0, 1]) {
    const random = scriptedRandom(activities, { rate, weights, ...bounds }, others);
    const startMs = 12_345.6;
    const cover = new PoissonCover(rate, durationLaw(weights, bounds), random, startMs);
    for (let other = 0; other < others; other += 1) random.next();
    for (const { afterMs, durationMs } of activities) {
      assert.ok(Math.abs(cover.nextMs - startMs - afterMs) < 1e-6, `${cover.nextMs - startMs}`);
      assert.ok(Math.abs(cover.take() - durationMs) < 1e-6);
    }
    assert.equal(cover.nextMs, Number.POSITIVE_INFINITY);
  }
  assert.throws(() => scriptedRandom([{ afterMs: 1, durationMs: 10 }], { rate, weights, ...bounds }, 0), RangeError);
});

test('the lists of flip hold every kind of episode from both ends, far enough apart', () => {
  const policy = { ...fastPolicy, periodMs: 600, holdMs: 240, backgroundMs: 350 };
  const { activities, runs } = episodes(policy, 0);
  assert.equal(new Set(runs.map(({ episode }) => episode)).size, 12);
  for (const activity of activities) assert.ok(lastsMs(activity, policy) > policy.holdMs);
  for (const [index, run] of runs.entries()) {
    const before = runs[index - 1];
    if (before !== undefined)
      assert.ok(run.afterMs >= before.afterMs + before.periods * policy.periodMs + restOf(policy) - 1);
  }
});
