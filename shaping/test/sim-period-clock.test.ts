// Checks 1 to 6 of period-clock.md section 7: both ends, the network between them, and a list of activities.
import assert from 'node:assert/strict';
import { it } from 'node:test';
import type { Activity } from '../sim/activities.ts';
import { drawActivities, playActivities } from '../sim/activity-list.ts';
import { Delay, type DelayOptions } from '../sim/delay.ts';
import { type ParameterChanges, simulatedParameters } from '../sim/parameters.ts';
import type { LoggedPeriod, ScheduleLog } from '../sim/schedule-log.ts';
import type { Lateness } from '../sim/simulation.ts';
import { type Random, type Role, seededRandom } from '../src/index.ts';

const roles: readonly Role[] = ['device', 'cloud'];
const fast: ParameterChanges = { periodMs: 1000, leadMs: 200, restMs: 200, holdMs: 300 };
/** Round trips are below this G, and differences of delays below this g. */
const patient: ParameterChanges = { ...fast, periodMs: 4000, leadMs: 800, restMs: 600 };

interface Setting {
  readonly changes: ParameterChanges;
  readonly delay: DelayOptions;
  readonly hidePosition?: boolean;
  readonly lateness?: Lateness;
}

const near: DelayOptions = { baseMs: 20, jitterMs: 5 };
const far: DelayOptions = { baseMs: 150, jitterMs: 60 };
const stalls = { stallRate: 0.01, stallMs: [200, 3000] } as const;

const settings: Readonly<Record<string, Setting>> = {
  '20 ± 5 ms': { changes: fast, delay: near },
  '150 ± 60 ms': { changes: fast, delay: far },
  '3 ± 1 s, longer than a period': { changes: fast, delay: { baseMs: 3000, jitterMs: 1000, law: 'uniform' } },
  '20 ± 5 ms with stalls on 1 % of frames': { changes: fast, delay: { ...near, ...stalls } },
  '150 ± 60 ms with stalls on 1 % of frames': { changes: fast, delay: { ...far, ...stalls } },
  '20 ± 5 ms with stalls, runs of up to 4': { changes: { ...fast, longestRun: 4 }, delay: { ...near, ...stalls } },
  '20 ± 5 ms with stalls, runs of 1': { changes: { ...fast, longestRun: 1 }, delay: { ...near, ...stalls } },
};

function play(
  { changes, delay, hidePosition = false, lateness }: Setting,
  seed: number,
  activities = busy,
): ScheduleLog {
  return playActivities(activities(seededRandom(`activities ${seed}`)), {
    parameters: simulatedParameters(changes),
    delays: {
      device: new Delay(delay, seededRandom(`up ${seed}`)),
      cloud: new Delay(delay, seededRandom(`down ${seed}`)),
    },
    hidePosition,
    ...(lateness !== undefined && { lateness }),
  });
}

const busy = (random: Random): Activity[] =>
  drawActivities({ count: 300, meanGapMs: 4000, demandMs: [300, 5000] }, random);

/** Threes with a minute between them: none asks for more than 16 periods of 1 s. */
function threes(random: Random): Activity[] {
  let atMs = 0;
  return Array.from({ length: 600 }, (_, index) => {
    atMs += index % 3 === 0 ? 60_000 : 1000 + 5000 * random.next();
    return { atMs, role: random.next() < 0.5 ? 'device' : 'cloud', demandMs: 300 + 2400 * random.next(), real: false };
  });
}

const seeds = Array.from({ length: 12 }, (_, seed) => seed);

for (const [name, setting] of Object.entries(settings)) {
  it(`numbers run in order, once each, and both ends stop at the same one (${name})`, () => {
    for (const seed of seeds) {
      const log = play(setting, seed);
      for (const role of roles) {
        const { periods, idle } = log[role];
        assert.deepEqual(
          periods.map(({ number }) => number),
          Array.from({ length: periods.length }, (_, index) => index + 1),
          `${role}, seed ${seed}`,
        );
        assert.equal(idle, true, `${role} goes on for ever, seed ${seed}`);
      }
      assert.equal(log.device.number, log.cloud.number, `seed ${seed}`);
      assert.ok(log.device.periods.length > 100);
    }
  });

  it(`every period lasts T with all its slots, and none overlaps another (${name})`, () => {
    const { periodMs = 0 } = setting.changes;
    for (const seed of seeds) {
      const log = play(setting, seed);
      for (const [role, distanceMs] of [
        ['device', 100],
        ['cloud', 50],
      ] as const) {
        let endMs = 0;
        for (const { startMs, slots } of log[role].periods) {
          assert.ok(startMs >= endMs, `${role} overlaps, seed ${seed}`);
          endMs = startMs + periodMs;
          const expected = Array.from({ length: periodMs / distanceMs }, (_, index) => startMs + index * distanceMs);
          assert.deepEqual(slots, expected);
        }
      }
    }
  });
}

it('no run goes on to M by itself after a stall, and this is due to the positions', () => {
  const longest = (setting: Setting): number =>
    Math.max(...seeds.flatMap((seed) => play(setting, seed, threes).runLengths('device', 1000)));
  const stalled: Setting = { changes: fast, delay: { ...near, ...stalls } };
  const withPositions = longest(stalled);
  assert.ok(withPositions <= 16, `a run of ${withPositions} periods`);
  const without = longest({ ...stalled, hidePosition: true });
  assert.ok(without >= 64, `without positions at most ${without} periods: the check is blind`);
});

/** A process that stands still now and then: neither ticks nor reads happen meanwhile. */
function standstills(mostMs: number, seed: number): Lateness {
  const afterPause: Record<Role, (atMs: number) => number> = { device: pausesOf('device'), cloud: pausesOf('cloud') };
  return {
    wakeMs: (role, dueMs) => afterPause[role](dueMs),
    readMs: (role, arrivalMs) => afterPause[role](arrivalMs),
  };

  function pausesOf(role: Role): (atMs: number) => number {
    const random = seededRandom(`standstills ${role} ${seed}`);
    const everyMs = 5000;
    const pauses = Array.from({ length: 2000 }, (_, index) => {
      const fromMs = everyMs * (index + random.next());
      return { fromMs, untilMs: fromMs + mostMs * random.next() ** 2 };
    });
    return (atMs) => {
      const pause = pauses[Math.floor(atMs / everyMs)];
      return pause !== undefined && atMs >= pause.fromMs && atMs < pause.untilMs ? pause.untilMs : atMs;
    };
  }
}

for (const mostMs of [200, 1000, 4000]) {
  it(`ends that stand still for up to ${mostMs} ms refuse nothing, agree in the end and never catch up`, () => {
    let skipped = 0;
    for (const seed of seeds) {
      const log = play({ changes: fast, delay: near, lateness: standstills(mostMs, seed) }, seed);
      assert.deepEqual([log.device.idle, log.cloud.idle], [true, true], `seed ${seed}`);
      assert.equal(log.device.number, log.cloud.number, `seed ${seed}`);
      for (const { slots } of log.cloud.periods) {
        assert.ok(slots.length <= 20, 'more frames than slots');
        skipped += 20 - slots.length;
        for (let at = 1; at < slots.length; at += 1) assert.ok((slots[at] ?? 0) > (slots[at - 1] ?? 0));
      }
    }
    assert.ok(skipped > 10);
  });
}

for (const [name, setting] of Object.entries({
  '20 ± 5 ms': { changes: fast, delay: near },
  '150 ± 60 ms, G of 800 ms': { changes: patient, delay: far },
  '60 to 140 ms, uniform': {
    changes: { ...patient, leadMs: 500, restMs: 200 },
    delay: { baseMs: 100, jitterMs: 40, law: 'uniform' },
  },
} satisfies Record<string, Setting>)) {
  const { periodMs = 0, leadMs = 0, restMs = 0 } = setting.changes;
  const eachPeriod = (visit: (period: LoggedPeriod, before: LoggedPeriod | undefined, seed: number) => void): void => {
    for (const seed of seeds) {
      const log = play(setting, seed);
      for (const role of roles) {
        log[role].periods.forEach((period, index, periods) => {
          visit(period, periods[index - 1], seed);
        });
      }
    }
  };

  it(`a run has no gap in either direction, whichever end had the demand (${name})`, () => {
    let continued = 0;
    eachPeriod((period, before, seed) => {
      if (period.position === 1) return;
      continued += 1;
      assert.equal(period.startMs, (before?.startMs ?? 0) + periodMs, `period ${period.number}, seed ${seed}`);
    });
    assert.ok(continued > 1000);
  });

  it(`an end that starts a run has rested g after leading and g + G after following (${name})`, () => {
    let own = 0;
    eachPeriod((period, before, seed) => {
      if (!period.led || period.position > 1 || before === undefined) return;
      own += 1;
      const restedMs = period.startMs - (before.startMs + periodMs);
      assert.ok(
        restedMs >= restMs + (before.led ? 0 : leadMs),
        `period ${period.number} after ${restedMs}, seed ${seed}`,
      );
    });
    assert.ok(own > 300);
  });

  it(`runs have 1, 2, 4 … periods (${name})`, () => {
    const counts = new Map<number, number>();
    for (const seed of seeds) {
      const log = play(setting, seed);
      assert.deepEqual(log.runLengths('device', periodMs), log.runLengths('cloud', periodMs), `seed ${seed}`);
      for (const length of log.runLengths('device', periodMs)) counts.set(length, (counts.get(length) ?? 0) + 1);
    }
    const lengths = [...counts.keys()];
    assert.deepEqual(
      lengths.filter((length) => !Number.isInteger(Math.log2(length))),
      [],
    );
    assert.ok(lengths.length >= 3);
  });

  it(`the follower's first slot comes f after PeriodStart was read, and at most a tick more (${name})`, () => {
    const followerOffsetMs = 10;
    let followed = 0;
    eachPeriod((period) => {
      if (period.led || period.position > 1) return;
      followed += 1;
      const lagMs = period.startMs - period.begunMs;
      assert.ok(lagMs >= followerOffsetMs && lagMs <= followerOffsetMs + 1, `${lagMs} ms`);
    });
    assert.ok(followed > 500);
  });
}
