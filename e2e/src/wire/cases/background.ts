// Invariant 9: the background is constant and carries what is quiet; what counts as an activity is decided by the bytes of
// one direction of a stream within the window, never by the distance to a slot nor by what a slot has joined.
import { setTimeout as delay } from 'node:timers/promises';
import { type Case, Faults } from '../../harness/cases.ts';
import type { JsonObject } from '../../harness/child-program.ts';
import { monotonicMs } from '../../harness/command-loop.ts';
import { auditLink, type LinkAudit, slotsOf } from '../audit/link-audit.ts';
import { versionOf } from '../audit/session-view.ts';
import { judge } from '../audit/stalls.ts';
import { quantile } from '../audit/statistics.ts';
import type { Direction } from '../capture/wire-record.ts';
import { type Link, type Rig, withRig } from '../rig/rig.ts';
import { fastPolicy, type WirePolicy } from '../rig/wire-policy.ts';

/** Slots far apart, a short window: quiet messages meet in a slot, and activities find slots near and far. */
const policy: WirePolicy = { ...fastPolicy, backgroundMs: 700, windowMs: 150, quietBytes: 4 };
const SECONDS = 14;
const ROUND_MS = 1750;
/** A run that an activity starts shows within this, ms; stalls of the machine aside. */
const AT_ONCE_MS = 15;

type Writes = readonly { readonly atMs: number; readonly end: Direction; readonly bytes: number }[];

/** Devices and what their programs write, from `startMs` on. */
const players: Readonly<Record<string, (startMs: number) => Writes>> = {
  idle: () => [],
  // Two messages of 3 bytes, a window apart: most pairs leave in one slot, 6 bytes together. Nobody may act.
  'quiet-up': (startMs) => pairs(startMs, 'up', 3, policy.windowMs + 40),
  'quiet-down': (startMs) => pairs(startMs, 'down', 3, policy.windowMs + 40),
  // The same bytes inside one window are an activity, at once.
  'pair-up': (startMs) => pairs(startMs, 'up', 3, policy.windowMs - 60),
  'pair-down': (startMs) => pairs(startMs, 'down', 3, policy.windowMs - 60),
  // One byte more than what is quiet, at all distances to the next slot.
  'active-up': (startMs) => singles(startMs, 'up', policy.quietBytes + 1),
  'active-down': (startMs) => singles(startMs, 'down', policy.quietBytes + 1),
};

export const backgroundCase: Case = {
  name: 'background',
  about: 'invariant 9: quiet bytes ride in the background, activities start runs whatever the distance to a slot',
  waits: true,
  run: async () => {
    const faults = new Faults();
    const figures: Record<string, number> = {};
    await withRig({ policies: [policy] }, async (rig) => {
      const links = new Map<string, Link>();
      for (const name of Object.keys(players)) {
        links.set(name, await rig.connect(policy.fleet, name, { version: versionOf(links.size) }));
      }
      await rig.open([...links.keys()], 'manual');
      const startMs = monotonicMs() + 1500;
      const written = await writeAll(rig, startMs);
      await delay(startMs + SECONDS * 1000 + 1200 - monotonicMs());
      const audits = new Map([...links].map(([name, link]) => [name, auditLink(link, policy)]));
      for (const [name, audit] of audits) look(name, audit, written.get(name) ?? [], startMs, figures, faults);
      const all = [...audits.values()];
      const frames = all.reduce((sum, { up, down }) => sum + up.backgroundFrames + down.backgroundFrames, 0);
      const verdict = judge(
        all.flatMap((audit) => audit.faults),
        await rig.stalls(),
        slotsOf(all),
      );
      figures.frames = frames;
      figures.excused = verdict.excused;
      faults.list.push(...verdict.faults, ...rig.capture.faults, ...rig.programFaults);
    });
    return faults.outcome(figures);
  },
};

function pairs(startMs: number, end: Direction, bytes: number, apartMs: number): Writes {
  return singles(startMs, end, bytes).flatMap((write) => [write, { ...write, atMs: write.atMs + apartMs }]);
}

/** Rounds whose phase against the background moves on by a part of its distance each time. */
function singles(startMs: number, end: Direction, bytes: number): Writes {
  const rounds = Math.floor((SECONDS * 1000) / ROUND_MS);
  return Array.from({ length: rounds }, (_, round) => {
    return { atMs: startMs + round * ROUND_MS + (round * policy.backgroundMs) / rounds, end, bytes };
  });
}

async function writeAll(rig: Rig, startMs: number): Promise<Map<string, Writes>> {
  const written = new Map<string, Writes>();
  const [up, down]: [JsonObject[], JsonObject[]] = [[], []];
  for (const [device, player] of Object.entries(players)) {
    const writes = player(startMs);
    written.set(device, writes);
    for (const { atMs, end, bytes } of writes) {
      if (end === 'up') up.push({ do: 'write', device, stream: 'a', bytes, atMs });
      else down.push({ do: 'write', device, bytes, atMs });
    }
  }
  await rig.plan(up, down);
  return written;
}

function look(
  name: string,
  audit: LinkAudit,
  writes: Writes,
  startMs: number,
  figures: Record<string, number>,
  faults: Faults,
): void {
  const runs = audit.runs.filter((run) => run.startMs >= startMs);
  if (name === 'idle' || name.startsWith('quiet')) {
    faults.expect(runs.length === 0, `${name}: ${runs.length} runs by quiet bytes`);
    const slots = (SECONDS * 1000) / policy.backgroundMs;
    for (const direction of [audit.up, audit.down]) {
      const { backgroundFrames } = direction;
      faults.expect(backgroundFrames >= slots - 1, `${name}: ${backgroundFrames} background frames, expected ${slots}`);
    }
    return;
  }
  const starts = name.startsWith('pair') ? writes.filter((_, index) => index % 2 === 1) : writes;
  const first = name.endsWith('up') ? 'up' : 'down';
  const lags = starts.map(({ atMs }) => Math.min(...runs.map((run) => run.startMs - atMs).filter((lag) => lag > -2)));
  const late = lags.filter((lag) => lag > AT_ONCE_MS).length;
  figures[`${name}_runs`] = runs.length;
  figures[`${name}_lag_p50_ms`] = quantile(lags, 0.5);
  faults.expect(runs.length === starts.length, `${name}: ${runs.length} runs for ${starts.length} activities`);
  faults.expect(late <= 1, `${name}: ${late} of ${starts.length} activities started no run within ${AT_ONCE_MS} ms`);
  const other = runs.filter((run) => run.first !== first).length;
  faults.expect(other === 0, `${name}: ${other} runs were started by the other end`);
}
