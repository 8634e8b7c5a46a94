// Each slot has one frame, also where the distance of slots is no whole number of ms, as SPEC.md section 7.3 allows it.
import assert from 'node:assert/strict';
import { it } from 'node:test';
import { ListedCover } from '../sim/activities.ts';
import { simulatedParameters } from '../sim/parameters.ts';
import { StpShaper, seededRandom } from '../src/index.ts';

interface Case {
  readonly periodMs: number;
  readonly slots: number;
  readonly startMs: number;
}

/** Every number of slots that 20 ms or more leave between them, in periods of several lengths and at several times. */
const cases: readonly Case[] = [1000, 1200, 1777, 2000, 3001].flatMap((periodMs) =>
  Array.from({ length: Math.floor(periodMs / 20) - 1 }, (_, index) => index + 2).flatMap((slots) =>
    [0, 12_345.6, 1_700_000_000_001].map((startMs) => ({ periodMs, slots, startMs })),
  ),
);

/** A device whose demand lasts for two periods from its second one on. */
function shaperOf({ periodMs, slots, startMs }: Case): StpShaper {
  const parameters = simulatedParameters({
    ...{
      periodMs,
      leadMs: 200,
      restMs: 200,
      holdMs: 400,
      upstreamMs: periodMs / slots,
      downstreamMs: periodMs / slots,
    },
  });
  const activity = { atMs: startMs + 99.5, role: 'device', demandMs: 2 * periodMs - 300, real: false } as const;
  return new StpShaper({ parameters, role: 'device', cover: new ListedCover([activity], 'device'), startMs });
}

interface Slot {
  readonly tickMs: number;
  readonly slotMs: number;
}

/** The slots of the two periods, with ticks that come as late as `lateMs` says. */
function slotsOf(shaper: StpShaper, lateMs: () => number): Slot[] {
  const found: Slot[] = [];
  let lastTickMs = Number.NEGATIVE_INFINITY;
  while (shaper.nextMs < Number.POSITIVE_INFINITY && (shaper.running || shaper.periods === 0)) {
    const tickMs = Math.max(lastTickMs + 1, shaper.nextMs + lateMs());
    lastTickMs = tickMs;
    const bytes = shaper.advance(tickMs);
    if (bytes > 0 && shaper.inPeriod) found.push({ tickMs, slotMs: shaper.slotMs });
  }
  return found;
}

it('a period has exactly its slots, each with one frame at its time, for every distance', () => {
  for (const each of cases) {
    const shaper = shaperOf(each);
    const text = JSON.stringify(each);
    const found = slotsOf(shaper, () => 0);
    assert.equal(shaper.periods, 2, text);
    assert.equal(found.length, 2 * each.slots, text);
    assert.equal(shaper.lateSkips, 0, text);
    const first = Math.ceil(each.startMs + 99.5) + 1;
    for (const [index, { tickMs, slotMs }] of found.entries()) {
      const dueMs = first + (index * each.periodMs) / each.slots;
      assert.ok(Math.abs(slotMs - dueMs) < 0.001, `${text}: slot ${index} at ${slotMs}, due at ${dueMs}`);
      // In whole numbers, as a device without floating point finds it.
      const tick = first + Math.floor((index * each.periodMs + each.slots - 1) / each.slots);
      assert.equal(tickMs, tick, `${text}: slot ${index} due at ${slotMs}`);
    }
  }
});

it('late ticks leave slots out, count each of them once and give none a second frame', () => {
  const random = seededRandom('late ticks');
  // Three slots stay below the distance of background slots, which are counted too.
  for (const each of cases.filter(({ slots }) => slots >= 6)) {
    const shaper = shaperOf(each);
    const text = JSON.stringify(each);
    const distanceMs = each.periodMs / each.slots;
    // About the times of the next slots, where rounding shows.
    const found = slotsOf(shaper, () => {
      const slots = Math.floor(random.next() * 4);
      return random.next() < 0.7 ? 0 : Math.round(slots * distanceMs);
    });
    assert.equal(found.length + shaper.lateSkips, shaper.periods * each.slots, text);
    const gaps = found.slice(1).map(({ slotMs }, index) => slotMs - (found[index]?.slotMs ?? 0));
    assert.ok(Math.min(...gaps) > 0.99 * distanceMs, text);
  }
});
