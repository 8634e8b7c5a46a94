import assert from 'node:assert/strict';
import { it } from 'node:test';
import { simulatedParameters } from '../sim/parameters.ts';
import { createShaper, type Role, type ShapingParameters, seededRandom } from '../src/index.ts';

const HOURS = 3_600_000;

/** What one end alone does in this time: the runs that its own cover starts, and their periods. */
function alone(parameters: ShapingParameters, role: Role, hours: number): { runs: number; periods: number } {
  const shaper = createShaper({ parameters, role, random: seededRandom(`${role} cover`), startMs: 0 });
  let runs = 0;
  let wasRunning = false;
  while (shaper.nextMs <= hours * HOURS) {
    shaper.advance(shaper.nextMs);
    while (shaper.takeControl() !== undefined);
    if (shaper.running && !wasRunning) runs += 1;
    wasRunning = shaper.running;
  }
  return { runs, periods: shaper.periods };
}

it('each end draws its cover at its own rate and by its own law of durations', () => {
  // So rare that two virtual activities hardly ever meet: a run is one of them.
  const parameters = simulatedParameters({
    cover: { deviceRate: 0.001, cloudRate: 0.003, deviceDurations: [0, 1], cloudDurations: [1, 0, 1] },
  });
  const hours = 200;
  for (const [role, rate, meanLength] of [
    ['device', 0.001, 2],
    ['cloud', 0.003, 2.5],
  ] as const) {
    const { runs, periods } = alone(parameters, role, hours);
    const expected = rate * hours * 3600;
    const wait = `${role}: ${runs} runs, expected ${expected}`;
    assert.ok(Math.abs(runs - expected) < 4 * Math.sqrt(expected) + 0.05 * expected, wait);
    assert.ok(Math.abs(periods / runs - meanLength) < 0.15, `${role}: ${periods / runs} periods a run`);
  }
});

it('an end whose rate is 0 draws no cover', () => {
  const parameters = simulatedParameters({
    cover: { deviceRate: 0, cloudRate: 0.01, deviceDurations: [1], cloudDurations: [1] },
  });
  assert.deepEqual(alone(parameters, 'device', 10), { runs: 0, periods: 0 });
  assert.ok(alone(parameters, 'cloud', 10).runs > 100);
});
