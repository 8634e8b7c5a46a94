// The audits of the wire cases on made-up captures: they explain what the schedule allows and find what it does not.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { auditGrid } from '../src/wire/audit/grid.ts';
import type { FrameRecord } from '../src/wire/audit/session-view.ts';
import { judge } from '../src/wire/audit/stalls.ts';
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
  const verdict = judge(faults, [{ fromMs: 0, untilMs: 1e9 }], 10);
  assert.match(verdict.faults.join(), /a record of 1025 bytes/);
});

test('a frame outside the slots is a fault, in a run and in the background', () => {
  const inRun = capture([slots]);
  inRun.splice(7, 0, { ...(inRun[7] as FrameRecord), atMs: (inRun[7]?.atMs ?? 0) - 9 });
  assert.match(faultsOf(inRun).join(), /21 frames in a run of 20 slots|a run of 2\d slots/);
  const idle = capture([slots], 3000);
  const between = (idle[slots + 2]?.atMs ?? 0) + 90;
  idle.splice(slots + 3, 0, { atMs: between, size: schedule.backgroundSize, several: false });
  assert.match(faultsOf(idle).join(), /a background frame 160 ms before its slot/);
});

test('skipped slots are counted and are no fault', () => {
  const frames = capture([2 * slots]);
  frames.splice(8, 3);
  const audit = auditStp(frames, schedule);
  assert.deepEqual(audit.faults, []);
  assert.equal(audit.skipped, 3);
});

test('a stall beside a fault excuses it, one elsewhere does not', () => {
  const { faults } = auditStp(capture([slots, 7]), schedule);
  const fault = faults[0];
  assert.ok(fault !== undefined);
  assert.deepEqual(judge(faults, [{ fromMs: fault.fromMs + 5, untilMs: fault.fromMs + 60 }], 10), {
    faults: [],
    excused: 1,
  });
  assert.equal(judge(faults, [{ fromMs: 0, untilMs: 10 }], 10).faults.length, 1);
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
