// The harm of an attack is counted from frames alone: what was lost must be counted, and nothing else.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { TapRecord } from '../src/harness/tap-rows.ts';
import { harmOf, lostShare } from '../src/local/attack/victim-frames.ts';

const plan = { count: 2, slotMs: 50, recordBytes: 1024 };
const stretch = { fromMs: 1000, lengthMs: 2000 };

/** Both directions of a tunnel whose slots begin at `phaseMs`; `lost` says which frames down did not leave. */
function frames(connection: number, phaseMs: number, lost: (timeMs: number) => boolean = () => false): TapRecord[] {
  return Array.from({ length: 80 }, (_, slot) => phaseMs + 50 * slot).flatMap((timeMs) => {
    const record = { timeMs, bytes: 1046, connection, type: 23 };
    const up = { ...record, direction: 'up' as const };
    return lost(timeMs) ? [up] : [up, { ...record, direction: 'down' as const }];
  });
}

test('tunnels that kept their slots lost nothing, wherever their slots lie', () => {
  for (const phaseMs of [0, 0.01, 24.9, 25.1, 49.99]) {
    const harm = harmOf([...frames(1, phaseMs), ...frames(2, 0)], plan, stretch);
    assert.deepEqual([harm.up.received, harm.up.due, harm.down.received, harm.down.due], [80, 80, 80, 80]);
    assert.equal(lostShare(harm), 0);
    assert.ok(Math.abs(harm.down.longestGapMs - 50) < 0.01);
  }
});

test('frames that are missing in one direction count against that direction alone, with their gap', () => {
  const missing = (timeMs: number) => timeMs >= 1500 && timeMs < 1900;
  const harm = harmOf([...frames(1, 7, missing), ...frames(2, 31)], plan, stretch);
  assert.deepEqual([harm.up.received, harm.down.received], [80, 72]);
  assert.equal(Math.round(harm.down.longestGapMs), 450);
  assert.equal(lostShare(harm).toFixed(3), '0.100');
});

test('silence to the end of the stretch is a gap, and so is a tunnel that ended', () => {
  const ended = (timeMs: number) => timeMs >= 2000;
  const harm = harmOf([...frames(1, 0, ended), ...frames(2, 0)], plan, stretch);
  assert.ok(harm.down.longestGapMs > 1000);
  assert.equal(harm.down.received, 80 - 21);
});

test('records that are no frames count for nothing, and tunnels that were over before have no part', () => {
  const handshake: TapRecord = { timeMs: 1500, direction: 'down', bytes: 700, connection: 3, type: 22 };
  const before = frames(4, 0).map((frame) => ({ ...frame, timeMs: frame.timeMs - 4000 }));
  const harm = harmOf([...before, handshake, ...frames(1, 0), ...frames(2, 0)], plan, stretch);
  assert.deepEqual([harm.down.received, Math.round(harm.down.longestGapMs)], [80, 50]);
});
