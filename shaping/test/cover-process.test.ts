import assert from 'node:assert/strict';
import { it } from 'node:test';
import { type CoverProcess, PoissonCover, seededRandom } from '../src/index.ts';

const oneSecond = { sample: () => 1000 };

function arrivals(cover: CoverProcess, count: number): number[] {
  return Array.from({ length: count }, () => {
    const atMs = cover.nextMs;
    cover.take();
    return atMs;
  });
}

it('gaps are exponential with the rate as their mean, and independent of each other', () => {
  const count = 40_000;
  const times = arrivals(new PoissonCover(0.5, oneSecond, seededRandom(1), 1000), count);
  const gaps = times.map((atMs, index) => (atMs - (times[index - 1] ?? 1000)) / 2000);
  const mean = gaps.reduce((sum, gap) => sum + gap, 0) / count;
  assert.ok(Math.abs(mean - 1) < 3 / Math.sqrt(count), `mean ${mean}`);
  for (const share of [0.1, 0.5, 0.9, 0.99]) {
    const below = gaps.filter((gap) => gap < -Math.log(1 - share)).length / count;
    assert.ok(Math.abs(below - share) < 3.5 * Math.sqrt((share * (1 - share)) / count), `${share}: ${below}`);
  }
  const product = gaps.slice(1).reduce((sum, gap, index) => sum + (gap - 1) * ((gaps[index] ?? 0) - 1), 0);
  assert.ok(Math.abs(product / count) < 3.5 / Math.sqrt(count), `correlation ${product / count}`);
});

it('arrivals do not depend on when they are taken', () => {
  const early = arrivals(new PoissonCover(1, oneSecond, seededRandom(2), 0), 100);
  const late = new PoissonCover(1, oneSecond, seededRandom(2), 0);
  for (const atMs of early) {
    assert.equal(late.nextMs, atMs);
    assert.equal(late.nextMs, atMs);
    late.take();
  }
});

it('durations come from the law, one for each arrival', () => {
  let drawn = 0;
  const law = { sample: () => (drawn += 1) };
  const cover = new PoissonCover(1, law, seededRandom(3), 0);
  assert.deepEqual([cover.take(), cover.take(), cover.take()], [1, 2, 3]);
});

it('a rate of 0 is no cover at all', () => {
  assert.equal(new PoissonCover(0, oneSecond, seededRandom(4), 0).nextMs, Number.POSITIVE_INFINITY);
});
