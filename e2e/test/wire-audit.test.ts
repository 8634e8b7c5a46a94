// The audits of the wire cases on made-up captures: they explain what the schedule allows and find what it does not.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { MACHINE_BUSY } from '../src/harness/cases.ts';
import { auditGrid } from '../src/wire/audit/grid.ts';
import type { FrameRecord } from '../src/wire/audit/session-view.ts';
import { judge, judgeLinks, type StagePart } from '../src/wire/audit/stalls.ts';
import { auditStp } from '../src/wire/audit/stp-audit.ts';
import { fastPolicy, scheduleOf } from '../src/wire/rig/wire-policy.ts';

const schedule = scheduleOf(fastPolicy, 'down');
const slots = schedule.periodMs / schedule.slotMs;

/** Frames of runs with these numbers of slots, and the background between them. */
function capture(runSlots: readonly number[], restMs = 1000): FrameRecord[] {
  const frames: FrameRecord[] = [];
  let startMs = 1000;
  for (const count of runSlots) {
    for (let slot = 0; slot < count; slot += 1) {
      frames.push({
        atMs: startMs + slot * schedule.slotMs + (slot % 3) * 0.2,
        size: schedule.frameSize,
        several: false,
      });
    }
    const lastMs = startMs + (count - 1) * schedule.slotMs;
    for (let atMs = lastMs + schedule.backgroundMs; atMs < lastMs + restMs; atMs += schedule.backgroundMs) {
      frames.push({ atMs: atMs + 0.1, size: schedule.backgroundSize, several: false });
    }
    startMs = lastMs + restMs;
  }
  return frames;
}

function faultsOf(frames: readonly FrameRecord[]): string[] {
  return auditStp(frames, schedule).faults.map(({ text }) => text);
}

test('runs of 1, 2 and 4 periods with their background are explained whole', () => {
  const audit = auditStp(capture([slots, 2 * slots, 4 * slots, slots]), schedule);
  assert.deepEqual(audit.faults, []);
  assert.deepEqual(
    audit.runs.map(({ periods }) => periods),
    [1, 2, 4, 1],
  );
  assert.equal(audit.skipped, 0);
});

test('runs that directly follow each other after a rest are told apart', () => {
  const audit = auditStp(capture([slots, slots], schedule.restMs + schedule.slotMs), schedule);
  assert.deepEqual(audit.faults, []);
  assert.equal(audit.runs.length, 2);
});

test('a run that ends early, or lasts three periods, is a fault', () => {
  assert.match(faultsOf(capture([slots, 7])).join(), /a run of 7 slots/);
  assert.match(faultsOf(capture([3 * slots])).join(), /a run of 60 slots/);
});

test('a frame of another size is a fault that no stall excuses', () => {
  const frames = capture([slots]);
  frames.splice(5, 1, { ...(frames[5] as FrameRecord), size: schedule.frameSize + 1 });
  const { faults } = auditStp(frames, schedule);
  const verdict = judge(faults, [{ of: 'observer', fromMs: 0, untilMs: 1e9 }], 10);
  assert.match(verdict.faults.join(), /a record of 1025 bytes/);
});

test('a frame outside the slots is a fault, in a run and in the background', () => {
  const inRun = capture([slots]);
  inRun.splice(7, 0, { ...(inRun[7] as FrameRecord), atMs: (inRun[7]?.atMs ?? 0) - 9 });
  assert.match(faultsOf(inRun).join(), /two frames in slot 6 of a run/);
  const idle = capture([slots], 3000);
  const between = (idle[slots + 2]?.atMs ?? 0) + 90;
  idle.splice(slots + 3, 0, { atMs: between, size: schedule.backgroundSize, several: false });
  assert.match(faultsOf(idle).join(), /a background frame 160 ms before its slot/);
});

test('every slot without a frame is a fault at its own place', () => {
  const frames = capture([2 * slots]);
  const startMs = frames[0]?.atMs ?? 0;
  frames.splice(8, 3);
  const audit = auditStp(frames, schedule);
  assert.equal(audit.skipped, 3);
  assert.deepEqual(
    audit.faults.map(({ fromMs, untilMs, text }) => [Math.round(fromMs - startMs), untilMs - fromMs, text.slice(12)]),
    [8, 9, 10].map((slot) => [slot * schedule.slotMs, schedule.slotMs, `no frame in slot ${slot} of a run`]),
  );
});

/** The same capture with only those frames of its first period whose slot is chosen. */
function thinned(keeps: (slot: number) => boolean): FrameRecord[] {
  return capture([slots, slots]).filter((_, index) => index >= slots || keeps(index));
}

test('patterns of empty slots are faults: every second, two of three, the last one, the first one', () => {
  const patterns: readonly [name: string, keeps: (slot: number) => boolean, empty: number][] = [
    ['every second', (slot) => slot % 2 === 0, slots / 2],
    ['two of three', (slot) => slot % 3 === 0, slots - Math.ceil(slots / 3)],
    ['the last one', (slot) => slot < slots - 1, 1],
    ['the last three', (slot) => slot < slots - 3, 3],
    ['the first one', (slot) => slot > 0, 1],
    ['half a period', (slot) => slot < 4 || slot >= 14, 10],
    ['one in the middle', (slot) => slot !== 7, 1],
  ];
  for (const [name, keeps, empty] of patterns) {
    const audit = auditStp(thinned(keeps), schedule);
    assert.equal(audit.skipped, empty, name);
    const texts = audit.faults.filter(({ text }) => /no frame in slot/.test(text));
    assert.equal(texts.length, empty, name);
    assert.ok(judge(audit.faults, [], 100).faults.length > 0, name);
    assert.equal(audit.runs.length, 2, name);
  }
});

test('what follows a run tells at which end a slot is missing', () => {
  const startMs = capture([slots])[0]?.atMs ?? 0;
  const place = (keeps: (slot: number) => boolean) => auditStp(thinned(keeps), schedule).faults[0]?.fromMs ?? 0;
  assert.equal(Math.round(place((slot) => slot > 0) - startMs), 0);
  assert.equal(Math.round(place((slot) => slot < slots - 1) - startMs), (slots - 1) * schedule.slotMs);
  // Another run follows at once: either end is possible.
  const [first] = auditStp(capture([slots - 1, slots], schedule.restMs + 2 * schedule.slotMs), schedule).faults;
  assert.ok(first?.or !== undefined);
});

test('background slots without a frame are faults: inside, before a run, and where the capture goes on', () => {
  const frames = capture([slots, slots], 2000);
  const background = frames.flatMap(({ size }, index) => (size === schedule.backgroundSize ? [index] : []));
  for (const at of [background[2], background[6]]) {
    const { faults, skipped } = auditStp(
      frames.filter((_, index) => index !== at),
      schedule,
    );
    assert.equal(skipped, 1);
    assert.match(faults[0]?.text ?? '', /no frame in a background slot/);
  }
  const lastMs = frames.at(-1)?.atMs ?? 0;
  const seen = auditStp(frames, schedule, { seenMs: lastMs + 3 * schedule.backgroundMs });
  assert.equal(seen.skipped, 2);
});

test('a frame that is late in its slot is a fault', () => {
  const frames = capture([slots], 3000);
  const late = frames[slots + 1] as FrameRecord;
  frames[slots + 1] = { ...late, atMs: late.atMs + 60 };
  assert.match(faultsOf(frames).join(), /a frame 60 ms late of the background/);
});

test('a stall in a slot excuses that it is empty, one elsewhere does not', () => {
  const { faults } = auditStp(
    thinned((slot) => slot !== 7),
    schedule,
  );
  const [{ fromMs, untilMs } = { fromMs: 0, untilMs: 0 }] = faults;
  const verdict = (part: StagePart, from: number, until: number) =>
    judge(faults, [{ of: part, fromMs: from, untilMs: until }], 10);
  assert.deepEqual(verdict('devices', fromMs - 3, untilMs + 2), {
    faults: [],
    excused: 1,
    isBusy: false,
    timeless: [],
  });
  assert.deepEqual(verdict('observer', fromMs - 3, untilMs + 2), {
    faults: [],
    excused: 1,
    isBusy: false,
    timeless: [],
  });
  assert.equal(verdict('cloud', fromMs - 3, untilMs + 2).faults.length, 1);
  assert.equal(verdict('devices', fromMs - 60, fromMs - 30).faults.length, 1);
  assert.equal(verdict('devices', untilMs + 30, untilMs + 60).faults.length, 1);
});

test('frames that are late in the middle of a period do not make two runs of one', () => {
  const frames = capture([slots]);
  const half = slots / 2;
  frames.splice(half, 0, { ...(frames[half] as FrameRecord), atMs: (frames[half]?.atMs ?? 0) + 12 });
  frames.splice(half + 1, 1);
  const audit = auditStp(frames, schedule);
  assert.deepEqual([audit.runs.map(({ periods }) => periods), audit.faults], [[1], []]);
});

test('nor does a frame that is late in the first slot of a period', () => {
  for (const lateMs of [11, 14, 17]) {
    const frames = capture([2 * slots]);
    const first = frames[slots] as FrameRecord;
    frames[slots] = { ...first, atMs: first.atMs + lateMs };
    const audit = auditStp(frames, schedule);
    assert.deepEqual([audit.runs.map(({ periods }) => periods), audit.faults], [[2], []]);
  }
});

test('a third run after two that are close begins by itself', () => {
  const shiftMs = 3 * schedule.periodMs + 60 + schedule.restMs + 5;
  const third = capture([slots], 0).map((frame) => ({ ...frame, atMs: frame.atMs + shiftMs }));
  const audit = auditStp([...close(1, 2, 60), ...third], schedule);
  assert.deepEqual(
    audit.runs.map(({ periods }) => periods),
    [1, 2, 1],
  );
  assert.equal(audit.faults.length, 1);
});

/** Two runs, the second so long after the first one's end. The first is a follower's that began late. */
function close(first: number, second: number, restMs: number): FrameRecord[] {
  const [before] = [capture([first * slots], 0)];
  const shiftMs = first * schedule.periodMs + restMs;
  return [...before, ...capture([second * slots], 0).map((frame) => ({ ...frame, atMs: frame.atMs + shiftMs }))];
}

test('two runs closer than a rest are told apart, on the same grid and off it, and the short rest is the one fault', () => {
  for (const [first, second, restMs] of [
    [1, 2, 60],
    [4, 4, 69],
    [2, 1, 31],
  ] as const) {
    const audit = auditStp(close(first, second, restMs), schedule);
    assert.deepEqual(
      audit.runs.map(({ periods }) => periods),
      [first, second],
    );
    assert.deepEqual(
      audit.faults.map(({ text }) => text.replace(/.*s: /, '')),
      [`a rest of ${restMs} ms between two runs, at least 100`],
    );
    // What is cut off in its last run, too.
    const cut = auditStp(close(first, second, restMs), schedule, { untilMs: 1000 + first * 400 + restMs + 200 });
    assert.equal(cut.faults.length, 1);
    assert.match(cut.faults[0]?.text ?? '', /a rest of/);
  }
});

test('two runs closer than a rest are told apart where the first one lacks a slot or ends late', () => {
  const runs = (frames: readonly FrameRecord[]) => auditStp(frames, schedule).runs.map(({ periods }) => periods);
  assert.deepEqual(runs(close(4, 1, 67).slice(2)), [4, 1]);
  // Where the two slots are missing, nobody knows: a stall at either end explains them.
  const missing = auditStp(close(4, 1, 67).slice(2), schedule).faults.filter(({ text }) => /no frame/.test(text));
  assert.deepEqual(
    missing.map(({ fromMs, or }) => [Math.round(fromMs), Math.round(or?.fromMs ?? 0)]),
    [0, 1].map((slot) => [2600 + slot * 20, 1020 - slot * 20]),
  );
  const late = close(2, 2, 67);
  const last = late[2 * slots - 1] as FrameRecord;
  late[2 * slots - 1] = { ...last, atMs: last.atMs + 30 };
  assert.deepEqual(runs(late), [2, 2]);
  // On the same grid it is one run without these slots.
  const one = capture([2 * slots]);
  one.splice(slots - 2, 2);
  assert.deepEqual(runs(one), [2]);
});

test('a rest is short by a stall where one of the two runs began, of either end, and by no other', () => {
  const { faults } = auditStp(close(4, 4, 60), schedule);
  const endMs = 1000 + 4 * schedule.periodMs;
  for (const part of ['devices', 'cloud', 'observer'] as const) {
    const verdict = (fromMs: number, untilMs: number) => judge(faults, [{ of: part, fromMs, untilMs }], 1000).faults;
    assert.deepEqual(verdict(960, 998), []);
    assert.deepEqual(verdict(endMs + 20, endMs + 50), []);
    assert.equal(verdict(1030, endMs - 30).length, 1);
    assert.equal(verdict(endMs + 70, endMs + 200).length, 1);
  }
});

test('a frame that comes in the next slot, beside that one’s own, is excused by a stall in its slot', () => {
  const frames = capture([slots]);
  const late = frames[7] as FrameRecord;
  const startMs = frames[0]?.atMs ?? 0;
  frames[7] = { ...late, atMs: startMs + 8 * schedule.slotMs - 1.5 };
  const { faults } = auditStp(frames, schedule);
  assert.equal(faults.length, 2);
  const stall = (fromMs: number, untilMs: number) => [
    { of: 'cloud' as const, fromMs: startMs + fromMs, untilMs: startMs + untilMs },
  ];
  assert.deepEqual(
    judge(
      faults.map((fault) => ({ ...fault, sender: 'down' })),
      stall(141, 156),
      100,
    ).faults,
    [],
  );
  assert.equal(judge(faults, stall(100, 130), 100).faults.length, 2);
});

test('a run of a length that the rule does not know is excused by a stall at its decision only, of either end', () => {
  const faults = auditStp(capture([3 * slots]), schedule).faults;
  assert.equal(faults.length, 1);
  const endMs = 1000 + 3 * schedule.periodMs;
  for (const part of ['devices', 'cloud'] as const) {
    const stall = { of: part, fromMs: endMs - 450, untilMs: endMs - 420 };
    assert.deepEqual(judge(faults, [stall], 100).faults, []);
    assert.equal(judge(faults, [{ of: part, fromMs: 1000, untilMs: 1600 }], 100).faults.length, 1);
    assert.equal(judge(faults, [{ of: part, fromMs: endMs + 300, untilMs: endMs + 340 }], 100).faults.length, 1);
  }
});

test('stalls that explain more than 1 % of the slots leave no verdict on times, but one on sizes', () => {
  const fault = (fromMs: number, untilMs = fromMs) => ({
    fromMs,
    untilMs,
    sender: 'up' as const,
    text: `at ${fromMs}`,
  });
  const stall = { of: 'devices' as const, fromMs: 0, untilMs: 1000 };
  const many = Array.from({ length: 11 }, (_, index) => fault(index));
  const own = fault(2000);
  assert.deepEqual(judge([...many.slice(0, 10), own], [stall], 1000), {
    faults: ['at 2000'],
    excused: 10,
    isBusy: false,
    timeless: [],
  });
  const busy = judge([...many, own], [stall], 1000).faults;
  assert.equal(busy.length, 1);
  assert.ok(busy.every((text) => text.includes(MACHINE_BUSY)));
  // One fault beside a hundred that stalls explain: the watch sees most of them, not all.
  const hundred = Array.from({ length: 100 }, (_, index) => fault(index));
  const beside = (count: number) => Array.from({ length: count }, (_, index) => fault(2000 + index));
  assert.ok(judge([...hundred, ...beside(3)], [stall], 50_000).faults.every((text) => text.includes(MACHINE_BUSY)));
  assert.equal(judge([...hundred, ...beside(4)], [stall], 50_000).faults.length, 4);
  assert.equal(judge([...many, fault(500, Number.NEGATIVE_INFINITY)], [stall], 1000).faults[0], 'at 500');
});

test('what no stall explains is a fault in a connection that none has touched, and no verdict beside what one explains', () => {
  const at = (fromMs: number, untilMs = fromMs) => ({ fromMs, untilMs, sender: 'up' as const, text: `at ${fromMs}` });
  const stall = [{ of: 'devices' as const, fromMs: 0, untilMs: 1000 }];
  const untouched = { faults: [at(2000)] };
  const touched = { faults: [at(500), at(2100)] };
  const isBusy = (links: readonly (typeof touched)[]) => judgeLinks(links, stall, 1000).isBusy;
  assert.deepEqual(judgeLinks([touched, untouched], stall, 1000).faults, ['at 2100', 'at 2000']);
  assert.equal(isBusy([touched, untouched]), false);
  assert.equal(isBusy([touched]), true);
  assert.ok(judgeLinks([touched], stall, 1000).faults.every((text) => text.includes(MACHINE_BUSY)));
  assert.equal(isBusy([{ faults: [at(500)] }]), false);
  // Sizes hold whatever the machine did.
  const size = { faults: [at(500), at(600, Number.NEGATIVE_INFINITY)] };
  assert.deepEqual(judgeLinks([size], stall, 1000).faults, ['at 600']);
  assert.equal(isBusy([size, touched]), false);
});

test('a run without its first slot is told from the one that follows it', () => {
  const frames = capture(
    [slots, slots],
    schedule.periodMs + schedule.restMs + 1 - (schedule.periodMs - schedule.slotMs),
  );
  const audit = auditStp(frames.slice(1), schedule);
  assert.deepEqual(
    audit.runs.map(({ frames: count }) => count),
    [slots - 1, slots],
  );
  assert.equal(audit.skipped, 1);
});

test('the grid audit finds drift, second frames and empty slots', () => {
  const times = Array.from({ length: 400 }, (_, slot) => 5000 + slot * 20 + ((slot * 7) % 10) / 10);
  const clean = auditGrid(times, 20);
  assert.deepEqual([clean.empty, clean.doubled], [0, 0]);
  assert.ok(Math.abs(clean.driftMs) < 0.2);
  const drifting = auditGrid(
    times.map((atMs, slot) => atMs + slot * 0.02),
    20,
  );
  assert.ok(drifting.driftMs > 4, `${drifting.driftMs}`);
  const stalled = times.filter((_, slot) => slot < 100 || slot >= 110);
  assert.equal(auditGrid(stalled, 20).empty, 10);
  const burst = [
    ...stalled.slice(0, 100),
    ...Array.from({ length: 10 }, (_, i) => 7199 + i * 0.05),
    ...stalled.slice(100),
  ];
  assert.ok(auditGrid(burst, 20).doubled >= 8);
});
