// How a case's tunnels are shared out over a machine that may be too busy for all of them at once.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { MACHINE_BUSY } from '../src/harness/cases.ts';
import type { Verdict } from '../src/wire/audit/stalls.ts';
import { LEAST_TUNNELS, playInBatches, stalledShare } from '../src/wire/rig/machine-load.ts';

const calm: Verdict = { faults: [], excused: 1, isBusy: false, timeless: [] };

/** A machine that keeps so many tunnels at a time, and what was played on it. */
function machineOf(keeps: number, busy: Partial<Verdict> = {}) {
  const tries: [number, number][] = [];
  const play = async (first: number, count: number) => {
    tries.push([first, count]);
    const verdict = count <= keeps ? calm : { ...calm, faults: [MACHINE_BUSY], isBusy: true, ...busy };
    return { first, count, verdicts: [verdict] };
  };
  return { play, tries };
}

test('what a machine keeps is played at once', async () => {
  const { play, tries } = machineOf(20);
  const { played, retries, atOnce } = await playInBatches(20, play);
  assert.deepEqual(tries, [[0, 20]]);
  assert.deepEqual([played.length, retries, atOnce], [1, 0, 20]);
});

test('a batch for which the machine was too busy is halved, and every tunnel is played once in a batch that counts', async () => {
  const { play, tries } = machineOf(5);
  const { played, retries, atOnce } = await playInBatches(20, play, { least: 2 });
  assert.deepEqual(tries, [
    [0, 20],
    [0, 10],
    [0, 5],
    [5, 5],
    [10, 5],
    [15, 5],
  ]);
  assert.deepEqual(
    played.flatMap(({ first, count }) => Array.from({ length: count }, (_, index) => first + index)),
    Array.from({ length: 20 }, (_, index) => index),
  );
  assert.deepEqual([retries, atOnce], [2, 5]);
});

test('a batch with a fault that has no time counts as it is, however busy the machine was', async () => {
  const leak = 'a record of 1300 bytes';
  const { play, tries } = machineOf(10, { faults: [leak, MACHINE_BUSY], timeless: [leak] });
  const { played, retries } = await playInBatches(20, play, { least: 2 });
  assert.deepEqual(tries, [[0, 20]]);
  assert.equal(retries, 0);
  assert.deepEqual(
    played.flatMap(({ verdicts }) => verdicts.flatMap(({ timeless }) => timeless)),
    [leak],
  );
});

test('a machine that is always too busy gets no verdict, and the tries have an end', async () => {
  const { play, tries } = machineOf(0);
  const { played } = await playInBatches(LEAST_TUNNELS, play);
  assert.ok(tries.length < 10);
  assert.ok(tries.every(([, count]) => count === LEAST_TUNNELS));
  assert.ok(played.every(({ verdicts }) => verdicts.some(({ isBusy }) => isBusy)));
});

test('the share of a stretch in which a part stood still is that of the part that stood longest, within the stretch', () => {
  const stretch = { fromMs: 1000, untilMs: 2000 };
  assert.equal(stalledShare([], stretch), 0);
  const share = stalledShare(
    [
      { of: 'cloud', fromMs: 900, untilMs: 1010 },
      { of: 'cloud', fromMs: 1500, untilMs: 1520 },
      { of: 'devices', fromMs: 1100, untilMs: 1120 },
      { of: 'devices', fromMs: 2100, untilMs: 2900 },
    ],
    stretch,
  );
  assert.equal(share, 0.03);
});
