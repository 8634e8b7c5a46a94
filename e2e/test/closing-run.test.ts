import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { TapRecord } from '../src/harness/tap-rows.ts';
import type { ClockTiming } from '../src/local/mqtt/sender-state.ts';
import { closingRun } from '../src/local/stop/closing-run.ts';

const timing: ClockTiming = {
  periodBytes: 1046,
  slotMs: { up: 100, down: 50 },
  periodMs: 1000,
  leadMs: 250,
  restMs: 200,
};

function record(direction: 'up' | 'down', timeMs: number, bytes = timing.periodBytes): TapRecord {
  return { timeMs, direction, bytes, connection: 1, type: 23 };
}

function period(
  direction: 'up' | 'down',
  startMs: number,
  slots = timing.periodMs / timing.slotMs[direction],
): TapRecord[] {
  return Array.from({ length: slots }, (_, at) => record(direction, startMs + at * timing.slotMs[direction]));
}

test('a close alert in the place of the slot after the last period is no fault', () => {
  const records = [...period('up', 0), ...period('down', 10), record('down', 1010, 24), record('up', 1012, 24)];
  assert.deepEqual(closingRun(records, timing), { firstMs: 0, endMs: 1010, faults: [] });
});

test('a period that ends early is a fault', () => {
  const { faults } = closingRun([...period('up', 0, 8), ...period('down', 10)], timing);
  assert.deepEqual(faults, ['up: the last period ended 200 ms early']);
});

test('a close in the middle of a period, and records after the last slot, are faults', () => {
  const early = closingRun([...period('up', 0), ...period('down', 10), record('down', 965, 24)], timing);
  assert.deepEqual(early.faults, ['down: the close came before the period’s end']);
  const chatty = closingRun(
    [...period('up', 0), ...period('down', 10), record('up', 1000, 24), record('up', 3000, 150)],
    timing,
  );
  assert.deepEqual(chatty.faults, ['up: 2 records after the last slot']);
});
