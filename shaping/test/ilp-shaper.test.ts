import assert from 'node:assert/strict';
import { it } from 'node:test';
import { simulatedParameters } from '../sim/parameters.ts';
import { createSampler, createShaper, type Distribution, IlpShaper, type Shaper, seededRandom } from '../src/index.ts';

interface Slot {
  readonly atMs: number;
  readonly bytes: number;
}

const uniformGaps: Distribution = { kind: 'uniform', low: 40, high: 160 };
const normalSizes: Distribution = { kind: 'normal', mean: 700, deviation: 300, min: 300, max: 1200 };

const ilp = (interval: Distribution, size: Distribution, seed = 1): IlpShaper =>
  new IlpShaper({
    intervals: createSampler(interval),
    sizes: createSampler(size),
    longestPeerGapMs: 160,
    random: seededRandom(seed),
    startMs: 5.5,
  });

function slots(shaper: Shaper, count: number, before: (shaper: Shaper, nowMs: number) => void = () => {}): Slot[] {
  const taken: Slot[] = [];
  while (taken.length < count) {
    const atMs = shaper.nextMs;
    before(shaper, atMs - 0.5);
    const bytes = shaper.advance(atMs);
    if (bytes > 0) taken.push({ atMs, bytes });
  }
  return taken;
}

const mean = (values: readonly number[]): number => values.reduce((sum, value) => sum + value, 0) / values.length;

it('gaps and sizes keep the means and bounds of their laws over 50,000 slots', () => {
  const drawn = slots(ilp(uniformGaps, normalSizes), 50_000);
  const gaps = drawn.slice(1).map(({ atMs }, index) => atMs - (drawn[index]?.atMs ?? 0));
  const sizes = drawn.map(({ bytes }) => bytes);
  assert.ok(Math.abs(mean(gaps) - 100) < 0.6, `gaps ${mean(gaps)}`);
  assert.ok(Math.abs(mean(sizes) - createSampler(normalSizes).mean) < 4, `sizes ${mean(sizes)}`);
  assert.ok(Math.min(...gaps) >= 39 && Math.max(...gaps) <= 161);
  assert.ok(Math.min(...sizes) >= 300 && Math.max(...sizes) <= 1200);
  assert.ok(Math.min(...gaps) < 42 && Math.max(...sizes) > 1195, 'the laws reach their bounds');
});

it('gaps that are no whole ticks keep their mean rate', () => {
  const drawn = slots(ilp({ kind: 'constant', value: 33.4 }, { kind: 'constant', value: 512 }), 10_001);
  assert.ok(Math.abs(((drawn.at(-1)?.atMs ?? 0) - (drawn[0]?.atMs ?? 0)) / 10_000 - 33.4) < 0.001);
});

it('nothing that payload or the peer does changes a slot', () => {
  const quiet = slots(ilp(uniformGaps, normalSizes), 2000);
  const busy = slots(ilp(uniformGaps, normalSizes), 2000, (shaper, nowMs) => {
    shaper.activity(nowMs);
    shaper.setPayloadQueued(true, nowMs);
    shaper.startUnconditional(nowMs);
    shaper.receivePeriodStart({ number: 7, position: 1 }, nowMs);
    shaper.demand(10_000, nowMs);
    assert.equal(shaper.takeControl(), undefined);
  });
  assert.deepEqual(busy, quiet);
});

it('a late tick sends one frame; the slots that passed are counted and not made up for', () => {
  const shaper = ilp({ kind: 'constant', value: 100 }, { kind: 'constant', value: 512 });
  assert.equal(shaper.nextMs, 106);
  assert.equal(shaper.advance(105), 0);
  assert.equal(shaper.advance(440), 512);
  assert.deepEqual([shaper.lateSkips, shaper.slotMs, shaper.nextMs], [3, 406, 506]);
  assert.equal(shaper.advance(440), 0);
  assert.equal(shaper.advance(506), 512);
  assert.equal(shaper.lateSkips, 3);
});

it('the mode of the parameters decides which schedule an end gets, by its own direction', () => {
  const parameters = { ...simulatedParameters({ upstreamMs: 40, downstreamMs: 70 }), mode: 'ILP' as const };
  for (const [role, distanceMs, peerMs] of [
    ['device', 40, 70],
    ['cloud', 70, 40],
  ] as const) {
    const shaper = createShaper({ parameters, role, random: seededRandom(1), startMs: 0 });
    assert.deepEqual(
      slots(shaper, 3).map(({ atMs }) => atMs),
      [distanceMs, 2 * distanceMs, 3 * distanceMs],
    );
    assert.equal(shaper.longestPeerGapMs, peerMs);
  }
});

it('every slot of a distance that is no whole number of ms has one frame or is counted as left out', () => {
  for (let divisor = 3; divisor <= 50; divisor += 1) {
    const distanceMs = 1000 / divisor;
    const shaper = ilp({ kind: 'constant', value: distanceMs }, { kind: 'constant', value: 512 });
    const random = seededRandom(divisor);
    let sent = 0;
    let lastMs = Number.NEGATIVE_INFINITY;
    while (shaper.nextMs < 20_000) {
      const late = random.next() < 0.8 ? 0 : Math.round(Math.floor(random.next() * 4) * distanceMs);
      const tickMs = Math.max(lastMs + 1, shaper.nextMs + late);
      lastMs = tickMs;
      if (shaper.advance(tickMs) > 0) sent += 1;
      assert.ok(shaper.slotMs <= tickMs && shaper.nextSlotMs > tickMs, `${distanceMs} at ${tickMs}`);
      const passed = (shaper.slotMs - 6) / distanceMs;
      assert.ok(Math.abs(sent + shaper.lateSkips - passed) < 1e-6, `${distanceMs} at ${tickMs}`);
    }
  }
});
