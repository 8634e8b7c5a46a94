import assert from 'node:assert/strict';
import { it } from 'node:test';
import { seededRandom } from '../src/random.ts';

const take = (seed: number | string, count: number): number[] => {
  const random = seededRandom(seed);
  return Array.from({ length: count }, () => random.next());
};

it('a seed always gives the same numbers', () => {
  assert.deepEqual(take(1, 5), take('1', 5));
  assert.deepEqual(take(1, 3), [0.9028227485250682, 0.8899394643958658, 0.5019699353724718]);
});

it('seeds that differ little give numbers that differ', () => {
  assert.notDeepEqual(take(1, 4), take(2, 4));
  assert.notDeepEqual(take('tunnel 1', 4), take('tunnel 2', 4));
});

it('numbers are uniform in [0, 1) and not correlated with the one before', () => {
  const numbers = take('uniform', 100_000);
  const cells = new Array<number>(100).fill(0);
  let lagged = 0;
  numbers.forEach((number, index) => {
    assert.ok(number >= 0 && number < 1);
    const cell = Math.floor(number * 100);
    cells[cell] = (cells[cell] ?? 0) + 1;
    lagged += (number - 0.5) * ((numbers[index - 1] ?? 0.5) - 0.5);
  });
  const chiSquare = cells.reduce((sum, count) => sum + (count - 1000) ** 2 / 1000, 0);
  assert.ok(chiSquare > 50 && chiSquare < 160, `chi-square ${chiSquare} with 99 degrees of freedom`);
  assert.ok(Math.abs(lagged / 100_000 / (1 / 12)) < 0.013);
});
