// Check 9 of period-clock.md section 7 in short: two rows of section 6. All rows in full: npm run simulate:tables.
import assert from 'node:assert/strict';
import { it } from 'node:test';
import { tableRows } from '../sim/table-rows.ts';
import { judge, rates, simulateRow } from '../sim/table-run.ts';

const periods = 10_000;

for (const name of ['T 2 s, 20 ± 5 ms, p 0.05, q 0.2', 'T 5 s, 150 ± 60 ms, p 0.01, q 0.2']) {
  it(`${periods} simulated periods give the figures of section 6 (${name})`, () => {
    const row = tableRows.find((candidate) => candidate.name === name);
    assert.ok(row);
    for (const judgement of judge(row, simulateRow(row, periods, 1))) {
      const { name: figure, measured, formula, simulated, tolerance, pass } = judgement;
      const text = `${figure}: ${measured.value} (formula ${formula}, document ${simulated}), allowed ± ${tolerance}`;
      assert.ok(pass, text);
      assert.ok(tolerance < 0.2, `too few periods to tell: ${text}`);
    }
  });
}

it('figures of one row fail against the expectations of another', () => {
  const [first, , third] = tableRows;
  assert.ok(first && third);
  const failed = judge(first, simulateRow(third, periods, 1)).filter(({ pass }) => !pass);
  assert.deepEqual(
    failed.map(({ name }) => name),
    ['confidenceFresh', 'runLength', 'bytesPerSecond'],
  );
});

it('rates follow from p and q as section 5 has them', () => {
  const { real, virtual } = rates({ periodMs: 5000, activity: 0.05, cover: 0.2 });
  assert.ok(Math.abs(1 - Math.exp(-real * 5) - 0.05) < 1e-12);
  // Equation 1: c = p / (p + (1 − p) q), and c0 = (c − p) / (1 − p).
  const confidence = 0.05 / (0.05 + 0.95 * 0.2);
  assert.ok(Math.abs(real / (real + virtual) - (confidence - 0.05) / 0.95) < 1e-12);
});
