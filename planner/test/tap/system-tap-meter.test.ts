import assert from 'node:assert/strict';
import { test } from 'node:test';
import { monotonicNs } from '../../src/tap/system-tap-meter.ts';

test("the tap's clock is the monotonic clock of the machine to a few microseconds", () => {
  const errors = Array.from({ length: 200 }, () => {
    const before = Number(process.hrtime.bigint());
    const stamp = monotonicNs();
    const after = Number(process.hrtime.bigint());
    return Math.max(before - stamp, stamp - after, 0);
  });
  errors.sort((a, b) => a - b);
  assert.ok((errors[100] as number) < 10_000, `median error ${errors[100]} ns`);
});
