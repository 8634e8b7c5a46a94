// Check 10 of period-clock.md section 7 in short. In full: npm run simulate:tables.
import assert from 'node:assert/strict';
import { it } from 'node:test';
import {
  attackDelays,
  describeAttack,
  leastWithFault,
  lowerEnd,
  mostAccuracy,
  mostUpperEnd,
  upperEnd,
} from '../sim/attack-settings.ts';
import { attack } from '../sim/attackers.ts';
import { attackRuns, faults } from '../sim/indistinct.ts';
import { seededRandom } from '../src/index.ts';

const each = 2500;
const near = { baseMs: 20, jitterMs: 5 };

for (const [name, delay] of Object.entries(attackDelays)) {
  it(`attackers cannot tell whether payload or a virtual activity caused a run (${name})`, () => {
    for (const result of attackRuns({ each, delay, seed: 1 })) {
      const text = describeAttack(result);
      assert.ok(result.each >= each, text);
      assert.ok(result.balancedAccuracy <= mostAccuracy, text);
      assert.ok(upperEnd(result) <= mostUpperEnd.short, text);
    }
  });
}

for (const fault of faults) {
  it(`attackers find the planted fault: ${fault}`, () => {
    for (const result of attackRuns({ each, delay: near, seed: 1, fault })) {
      assert.ok(lowerEnd(result) > leastWithFault, describeAttack(result));
    }
  });
}

it('attackers learn a rule of two features, and find nothing in labels drawn at random', () => {
  const random = seededRandom(1);
  const rows = Array.from({ length: 6000 }, () => [random.next(), random.next(), random.next()]);
  // Chance decides one label in five: 0.9 is the most that can be reached.
  const ruled = rows.map(([a = 0, b = 0]) => (random.next() < 0.2 ? random.next() < 0.5 : a > 0.5 !== b > 0.5));
  for (const result of attack(rows, ruled, 1)) {
    assert.ok(lowerEnd(result) > 0.8 && result.balancedAccuracy < 0.91, describeAttack(result));
  }
  const drawn = rows.map(() => random.next() < 0.3);
  for (const result of attack(rows, drawn, 1)) {
    assert.ok(Math.abs(result.balancedAccuracy - 0.5) < 0.04, describeAttack(result));
  }
});
