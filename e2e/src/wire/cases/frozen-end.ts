// Invariants 2, 5, 9 and 10 in mode STP when an end stands still for 200 ms: at a period's end, where it would follow, in the
// background. It skips its slots of that time and makes up for none; what the other end sends keeps its schedule.
import { setTimeout as delay } from 'node:timers/promises';
import { type Case, Faults } from '../../harness/cases.ts';
import type { ChildProgram } from '../../harness/child-program.ts';
import { monotonicMs } from '../../harness/command-loop.ts';
import { auditLink, slotsOf } from '../audit/link-audit.ts';
import { versionOf } from '../audit/session-view.ts';
import { isExplained, judge, type StagePart, type Stall } from '../audit/stalls.ts';
import type { Direction } from '../capture/wire-record.ts';
import { type Link, type Rig, withRig } from '../rig/rig.ts';
import { fastPolicy, type WirePolicy } from '../rig/wire-policy.ts';

const policy: WirePolicy = { ...fastPolicy, periodMs: 800, holdMs: 500, leadMs: 150, backgroundMs: 300 };
const DEVICES = 4;
const FREEZE_MS = 200;
const ROUND_MS = 3000;
/** Until the runs of a round are over, ms. */
const OVER_MS = 2600;
/** A frame that was held up by the freeze may come this long after it, ms. */
const WAKING_MS = 30;

/** Where in a round the end stops, ms after the other end's program writes. */
const moments = { 'at a period’s end': policy.periodMs - 100, 'where it follows': -20, 'in the background': 2000 };

interface Freeze extends Stall {
  readonly direction: Direction;
  readonly moment: string;
}

export const frozenEndCase: Case = {
  name: 'frozen-end',
  about: 'invariants 2, 5, 9, 10: an end that stands still for 200 ms skips slots (STP), the other keeps its schedule',
  waits: true,
  run: async () => {
    const faults = new Faults();
    const figures: Record<string, number> = {};
    await withRig({ policies: [policy] }, async (rig) => {
      const links: Link[] = [];
      for (let index = 0; index < DEVICES; index += 1) {
        links.push(await rig.connect(policy.fleet, `device-${index}`, { version: versionOf(index) }));
      }
      await rig.open(
        links.map(({ device }) => device),
        'manual',
      );
      await delay(2000);
      const freezes = await freezeAll(rig, links);
      const untilMs = monotonicMs() - 200;
      const audits = links.map((link) => auditLink(link, policy, { untilMs }));
      const found = audits.flatMap((audit) => audit.faults);
      // What a freeze explains is what must be seen; the rest is judged as anywhere.
      const skipped = found.filter((fault) => isExplained(fault, freezes));
      const others = found.filter((fault) => !isExplained(fault, freezes));
      const verdict = judge(others, await rig.stalls(), slotsOf(audits));
      figures.freezes = freezes.length;
      figures.faults_in_freezes = skipped.length;
      figures.excused = verdict.excused;
      faults.list.push(...verdict.faults, ...rig.capture.faults, ...rig.programFaults);
      for (const freeze of freezes) {
        for (const [index, link] of links.entries()) {
          const times = audits[index]?.view[freeze.direction].session.map(({ atMs }) => atMs) ?? [];
          faults.list.push(...lookAt(freeze, times).map((fault) => `${link.device}, ${fault}`));
        }
      }
      const expected = policy.periodMs / policy.slotMs.up + policy.periodMs / policy.slotMs.down;
      faults.expect(skipped.length >= expected / 2, `only ${skipped.length} slots were empty: nothing stood still`);
    });
    return faults.outcome(figures);
  },
};

/** Each end at each moment, one after the other; all devices are one process. */
async function freezeAll(rig: Rig, links: readonly Link[]): Promise<Freeze[]> {
  const ends: readonly [Direction, StagePart, ChildProgram][] = [
    ['up', 'devices', rig.devices],
    ['down', 'cloud', rig.cloud],
  ];
  const freezes: Freeze[] = [];
  for (const [moment, afterMs] of Object.entries(moments)) {
    for (const [direction, part, program] of ends) {
      const startMs = monotonicMs() + 150;
      const writes = links.map(({ device }) => ({ do: 'write', device, bytes: 300, atMs: startMs }));
      // The other end leads.
      if (direction === 'up') await rig.plan([], writes);
      else await rig.plan(writes.map((write) => ({ ...write, stream: 'a' })));
      await delay(startMs + afterMs - monotonicMs());
      const fromMs = monotonicMs();
      program.freeze();
      await delay(FREEZE_MS);
      program.thaw();
      freezes.push({ of: part, direction, moment, fromMs, untilMs: monotonicMs() + WAKING_MS });
      await delay(startMs + Math.max(OVER_MS, ROUND_MS) - monotonicMs());
    }
  }
  return freezes;
}

/** Nothing leaves while the end stands still, and what it missed does not leave later. */
function lookAt({ direction, moment, fromMs, untilMs }: Freeze, times: readonly number[]): string[] {
  const slotMs = policy.slotMs[direction];
  const count = (from: number, until: number) => times.filter((atMs) => atMs >= from && atMs < until).length;
  const thawedMs = untilMs - WAKING_MS;
  const during = count(fromMs + slotMs, thawedMs - 5);
  const after = count(thawedMs - 5, thawedMs + FREEZE_MS);
  const slots = Math.ceil((FREEZE_MS + 5) / slotMs) + 1;
  const faults: string[] = [];
  if (during > 0) faults.push(`${direction}, frozen ${moment}: ${during} frames while it stood still`);
  if (after > slots) faults.push(`${direction}, frozen ${moment}: ${after} frames in the ${slots} slots after it`);
  return faults;
}
