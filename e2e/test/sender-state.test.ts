import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { TapRecord } from '../src/harness/tap-rows.ts';
import { directionRuns, expectedPeriods, type PlugTiming, SenderHistory } from '../src/local/mqtt/sender-state.ts';
import type { Direction } from '../src/replay/table.ts';

const timing: PlugTiming = {
  periodBytes: 1046,
  slotMs: { up: 100, down: 50 },
  periodMs: 1000,
  leadMs: 250,
  restMs: 200,
  holdMs: 600,
  backgroundMs: 500,
};

function slots(direction: Direction, firstMs: number, count: number, skipped: readonly number[] = []): TapRecord[] {
  const times = Array.from({ length: count }, (_, at) => at).filter((at) => !skipped.includes(at));
  return times.map((at) => ({
    timeMs: firstMs + at * timing.slotMs[direction],
    direction,
    bytes: timing.periodBytes,
    connection: 1,
    type: 23,
  }));
}

test('a run ends a whole number of periods after its first slot, and a skipped slot does not end it', () => {
  const records = [...slots('up', 0, 20, [9, 10, 15]), ...slots('up', 2200, 10)];
  assert.deepEqual(directionRuns(records, 'up', timing), [
    { firstMs: 0, lastMs: 1900, endMs: 2000 },
    { firstMs: 2200, lastMs: 3100, endMs: 3200 },
  ]);
});

test('late slots at the end of a period, and skipped ones, neither lengthen a run nor join it to the next', () => {
  const late = [...slots('down', 0, 19), { ...slots('down', 0, 1)[0], timeMs: 995 } as TapRecord];
  const skipped = slots('down', 1250, 20, [18, 19]);
  const records = [...late, ...skipped, ...slots('down', 2500, 20)];
  assert.deepEqual(
    directionRuns(records, 'down', timing).map(({ firstMs, endMs }) => [firstMs, endMs]),
    [
      [0, 1000],
      [1250, 2250],
      [2500, 3500],
    ],
  );
});

test('background records belong to no run', () => {
  const background = slots('up', 500, 5).map((record) => ({ ...record, bytes: 150 }));
  assert.deepEqual(directionRuns(background, 'up', timing), []);
});

test('the end that led rests for the rest, the one that followed for the lead longer', () => {
  const records = [...slots('down', 0, 20), ...slots('up', 12, 10)].sort((a, b) => a.timeMs - b.timeMs);
  const [up, down] = [new SenderHistory(records, 'up', timing), new SenderHistory(records, 'down', timing)];
  const states = (history: SenderHistory, times: readonly number[]) => times.map((atMs) => history.stateAt(atMs, 10));
  assert.deepEqual(states(down, [-1, 0, 500, 930, 945, 1199, 1201]), [
    'idle',
    'inside',
    'inside',
    'inside',
    'rest',
    'rest',
    'idle',
  ]);
  assert.deepEqual(states(up, [11, 12, 901, 903, 1400, 1461, 1463]), [
    'idle',
    'inside',
    'inside',
    'rest',
    'rest',
    'rest',
    'idle',
  ]);
});

test('demand that is open at the decision asks for another period, and lengths are powers of two', () => {
  const periods = (...momentsMs: number[]) => expectedPeriods(momentsMs, timing);
  assert.deepEqual([periods(0), periods(149), periods(151), periods(749), periods(751)], [1, 1, 2, 2, 1]);
  assert.deepEqual([periods(0, 700, 1149), periods(0, 700, 1151), periods(700, 1700, 3200)], [2, 4, 8]);
});

test('a message in the last stretch of any period of a run comes at a turn, one after its last slot does not', () => {
  const history = new SenderHistory(slots('up', 0, 20), 'up', timing);
  const turns = [150, 250, 1000, 1150, 1250, 1880, 1895, 2100].map((atMs) => history.isTurnAt(atMs, 10));
  assert.deepEqual(turns, [false, true, false, false, true, true, false, false]);
});
