// Invariant 5: a period always runs to its end in both directions, whatever caused it and whatever becomes of that: a few
// bytes, an end, a reset from either side, a queue that is empty at once or never, a service that is not there.
import { setTimeout as delay } from 'node:timers/promises';
import { type Case, Faults } from '../../harness/cases.ts';
import type { JsonObject } from '../../harness/child-program.ts';
import { monotonicMs } from '../../harness/command-loop.ts';
import { auditLink } from '../audit/link-audit.ts';
import { versionOf } from '../audit/session-view.ts';
import { judge, type ScheduleFault } from '../audit/stalls.ts';
import { type Link, withRig } from '../rig/rig.ts';
import { fastPolicy, type WirePolicy } from '../rig/wire-policy.ts';

/** Demand ends in the middle of a period: nothing but the rule keeps the period on. */
const policy: WirePolicy = { ...fastPolicy, periodMs: 600, holdMs: 210 };
const ROUNDS = 5;
const ROUND_MS = 1900;

type Step = (device: string, startMs: number) => { device: JsonObject[]; cloud?: JsonObject[] };

const write = (device: string, stream: string, bytes: number, atMs: number) => ({
  do: 'write',
  device,
  stream,
  bytes,
  atMs,
});

/** What goes on in a run, by name. Stream `m` leads to a service that writes on command, `e` to an echo. */
const causes: Readonly<Record<string, Step>> = {
  'five bytes up': (device, atMs) => ({ device: [write(device, 'e', 5, atMs)] }),
  'five bytes down': (device, atMs) => ({ device: [], cloud: [{ do: 'write', device, stream: 0, bytes: 5, atMs }] }),
  'a burst up': (device, atMs) => ({ device: [write(device, 'm', 14_000, atMs)] }),
  'a burst down': (device, atMs) => ({ device: [], cloud: [{ do: 'write', device, stream: 0, bytes: 14_000, atMs }] }),
  'an end at once': (device, atMs) => ({
    device: [
      { do: 'open', device, stream: 'x', service: 'echo', atMs },
      write(device, 'x', 100, atMs),
      { do: 'end', device, stream: 'x', atMs },
    ],
  }),
  'a reset by the device': (device, atMs) => ({
    device: [
      { do: 'open', device, stream: 'x', service: 'sink', atMs },
      write(device, 'x', 9000, atMs),
      { do: 'reset', device, stream: 'x', atMs: atMs + 60 },
    ],
  }),
  'a reset by the service': (device, atMs) => ({
    device: [{ do: 'open', device, stream: 'x', service: 'manual', atMs }, write(device, 'x', 2000, atMs)],
    cloud: [{ do: 'end', device, how: 'reset', atMs: atMs + 200 }],
  }),
  'no such service': (device, atMs) => ({
    device: [{ do: 'open', device, stream: 'x', service: 'no-such-service', atMs }, write(device, 'x', 500, atMs)],
  }),
};

export const fullPeriodCase: Case = {
  name: 'full-period',
  about: 'invariant 5: periods run to their end in both directions, whatever becomes of their cause',
  waits: true,
  run: async () => {
    const faults = new Faults();
    const counts = { runs: 0, frames: 0, skipped: 0, excused: 0, slots: 0 };
    await withRig({ policies: [policy] }, async (rig) => {
      const links = new Map<string, Link>();
      for (const cause of Object.keys(causes)) {
        const device = cause.replaceAll(' ', '-');
        links.set(cause, await rig.connect(policy.fleet, device, { version: versionOf(links.size) }));
        await rig.open([device], 'manual', 'm');
        await rig.open([device], 'echo', 'e');
      }
      await delay(1000);
      const startMs = monotonicMs() + 200;
      for (const [cause, step] of Object.entries(causes)) {
        for (let round = 0; round < ROUNDS; round += 1) {
          const { device, cloud } = step(cause.replaceAll(' ', '-'), startMs + round * ROUND_MS + 7 * round);
          await rig.plan(device, cloud);
        }
      }
      await delay(startMs + ROUNDS * ROUND_MS + 500 - monotonicMs());
      const found: ScheduleFault[] = [];
      for (const [cause, link] of links) {
        const audit = auditLink(link, policy);
        found.push(...audit.faults);
        counts.slots += audit.slots;
        counts.runs += audit.runs.length;
        counts.frames += audit.up.periodFrames + audit.down.periodFrames;
        counts.skipped += audit.up.skipped + audit.down.skipped;
        // The run after connecting comes to those of the rounds.
        faults.expect(audit.runs.length >= ROUNDS, `${cause}: ${audit.runs.length} runs for ${ROUNDS} activities`);
      }
      const verdict = judge(found, await rig.stalls(), counts.slots);
      counts.excused = verdict.excused;
      faults.list.push(...verdict.faults, ...rig.capture.faults, ...rig.programFaults);
    });
    return faults.outcome(counts);
  },
};
