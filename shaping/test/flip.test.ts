// Check 7 of period-clock.md section 7: the core of the defence. The same activities, each of them real or virtual as
// chance has it, and the same network: every frame of both ends must leave at the same time.
import assert from 'node:assert/strict';
import { it } from 'node:test';
import type { Activity } from '../sim/activities.ts';
import { drawActivities, playActivities } from '../sim/activity-list.ts';
import { Delay, type DelayOptions } from '../sim/delay.ts';
import { simulatedParameters } from '../sim/parameters.ts';
import type { Lateness } from '../sim/simulation.ts';
import { type Random, seededRandom } from '../src/index.ts';

const parameters = simulatedParameters({ periodMs: 1000, leadMs: 200, restMs: 200, holdMs: 300, longestRun: 16 });

/** Ticks up to `mostMs` late, by a function of the tick alone: no list of activities can change it. */
function lateTicks(mostMs: number): Lateness {
  return {
    wakeMs: (_role, dueMs) => dueMs + mostMs * (Math.abs(Math.sin(dueMs * 12.9898) * 43_758.5453) % 1),
    readMs: (_role, arrivalMs) => arrivalMs,
  };
}

interface World {
  readonly delay: DelayOptions;
  readonly lateness?: Lateness;
}

const worlds: Readonly<Record<string, World>> = {
  '20 ± 5 ms': { delay: { baseMs: 20, jitterMs: 5 } },
  '150 ± 60 ms with stalls': { delay: { baseMs: 150, jitterMs: 60, stallRate: 0.01 } },
  'ticks up to a millisecond late': { delay: { baseMs: 20, jitterMs: 5 }, lateness: lateTicks(0.99) },
};

const play = (activities: readonly Activity[], { delay, lateness }: World, seed: number): readonly string[] =>
  playActivities(activities, {
    parameters,
    delays: {
      device: new Delay(delay, seededRandom(`up ${seed}`)),
      cloud: new Delay(delay, seededRandom(`down ${seed}`)),
    },
    ...(lateness === undefined ? {} : { lateness }),
    restMs: 30_000,
  }).lines;

const flip = (activities: readonly Activity[], random: Random): Activity[] =>
  activities.map((activity) => ({ ...activity, real: random.next() < 0.5 }));

for (const [name, world] of Object.entries(worlds)) {
  it(`flipping activities between real and virtual moves no frame (${name})`, () => {
    for (let seed = 0; seed < 150; seed += 1) {
      const random = seededRandom(`flip ${seed}`);
      // From one activity in many periods to several in each.
      const meanGapMs = 500 * 20 ** random.next();
      const drawn = drawActivities({ count: 40, meanGapMs, demandMs: [300, 4000] }, random);
      const allVirtual = drawn.map((activity) => ({ ...activity, real: false }));
      const expected = play(allVirtual, world, seed);
      assert.ok(expected.length > 100);
      for (const list of [drawn, flip(drawn, random), drawn.map((activity) => ({ ...activity, real: true }))]) {
        assert.deepEqual(play(list, world, seed), expected, `seed ${seed}`);
      }
    }
  });
}

it('the comparison sees one activity that holds demand longer', () => {
  const drawn = drawActivities({ count: 40, meanGapMs: 5000, demandMs: [300, 4000] }, seededRandom('blind'));
  const world = { delay: { baseMs: 20, jitterMs: 5 } };
  const expected = play(drawn, world, 1);
  const seen = drawn.filter((_, longer) => {
    const list = drawn.map((activity, index) => ({
      ...activity,
      demandMs: activity.demandMs * (index === longer ? 2 : 1),
    }));
    return play(list, world, 1).join() !== expected.join();
  });
  assert.ok(seen.length > 10, `only ${seen.length} of 40 changes seen`);
});
