import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import { DeviceWaits } from '../../src/conform/device-waits.ts';
import { expectedMinutes } from '../../src/conform/expected-time.ts';
import { Verdicts } from '../../src/conform/verdicts.ts';

const law = { minMs: 1000, maxMs: 300_000 };

function verdictOf(shares: readonly number[], text: string): string {
  const waits = new DeviceWaits(law);
  const verdicts = new Verdicts();
  for (const share of shares) {
    waits.ended(0);
    waits.came(verdicts, share * waits.boundMs);
  }
  waits.judge(verdicts);
  return verdicts.lines('minimal').find((line) => line.text.startsWith(text))?.verdict ?? '';
}

suite('the waits of a device', () => {
  test('the bound doubles with each failure, up to 5 minutes, and begins anew after a tunnel of 30 s', () => {
    const waits = new DeviceWaits(law);
    const bounds = Array.from({ length: 11 }, () => {
      waits.ended(29_999);
      return waits.boundMs;
    });
    assert.deepEqual(bounds.slice(0, 4), [1000, 2000, 4000, 8000]);
    assert.deepEqual(bounds.slice(-2), [300_000, 300_000]);
    waits.ended(30_000);
    assert.equal(waits.boundMs, 1000);
  });

  test('waits that are drawn evenly are ok; none at all, and too long ones, are not', () => {
    assert.equal(verdictOf([0.1, 0.5, 0.9, 0.2, 0.3, 0.6, 0.05, 0.7], 'the wait is drawn'), 'ok');
    assert.equal(verdictOf(new Array(8).fill(0.001), 'the wait is drawn'), 'not ok');
    assert.equal(verdictOf(new Array(7).fill(0.001), 'the wait is drawn'), '--');
    assert.equal(verdictOf([0.5, 0.5], 'waits at most'), 'ok');
    assert.equal(verdictOf([0.5, 2.1], 'waits at most'), 'not ok');
  });

  test('the expected time grows by resting sessions, not by waits of minutes', () => {
    assert.ok(expectedMinutes(80, law) < 20);
    assert.ok(expectedMinutes(80, { minMs: 50, maxMs: 100 }) <= 2);
  });
});
