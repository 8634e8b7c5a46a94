// The stage that the cases about runs share: devices whose runs have payload as their cause, started from either end, and
// devices whose runs are all virtual and begin at one end, side by side in the same processes under the same schedule.
import { setTimeout as delay } from 'node:timers/promises';
import type { JsonObject } from '../../harness/child-program.ts';
import { monotonicMs } from '../../harness/command-loop.ts';
import { auditLink, type MatchedRun } from '../audit/link-audit.ts';
import { versionOf } from '../audit/session-view.ts';
import { judge, type ScheduleFault } from '../audit/stalls.ts';
import type { Exactness } from '../capture/observer.ts';
import type { Direction } from '../capture/wire-record.ts';
import { withRig } from '../rig/rig.ts';
import { fastPolicy, type WirePolicy } from '../rig/wire-policy.ts';

export interface CausedRun {
  readonly device: string;
  readonly run: MatchedRun;
  /** Where the cause was: `up` is the device. */
  readonly end: Direction;
  readonly real: boolean;
}

export interface RunStage {
  readonly runs: readonly CausedRun[];
  readonly faults: readonly string[];
  /** Activities of payload that no run followed at once. */
  readonly unanswered: number;
  readonly excused: number;
}

const cover = { rate: 1, counts: [1000] };
const payload: WirePolicy = { ...fastPolicy, fleet: 'payload' };
const fromDevice: WirePolicy = { ...fastPolicy, fleet: 'from-device', cover: { ...cover, deviceShare: 1 } };
const fromCloud: WirePolicy = { ...fastPolicy, fleet: 'from-cloud', cover: { ...cover, deviceShare: 0 } };
const BYTES = 300;
/** Activities are so far apart that each begins a run. */
const APART_MS = 1150;
const APART_JITTER_MS = 500;
/** A run that payload caused begins within this, ms. */
const AT_ONCE_MS = 60;

/** @param perFleet devices of each of the three kinds. */
export async function playRuns(perFleet: number, seconds: number, exactness: Exactness): Promise<RunStage> {
  const policies = [payload, fromDevice, fromCloud];
  return await withRig({ policies, exactness }, async (rig) => {
    const links = [];
    for (const { fleet } of policies) {
      for (let index = 0; index < perFleet; index += 1) {
        links.push(await rig.connect(fleet, `${fleet}-${index}`, { version: versionOf(index) }));
      }
    }
    const real = links.slice(0, perFleet).map(({ device }) => device);
    await rig.open(real, 'manual');
    // The runs of connecting and of the first bytes are over then.
    const startMs = monotonicMs() + 1500;
    const activities = real.flatMap((device) => plannedActivities(device, startMs, seconds * 1000));
    const writes = (end: Direction): JsonObject[] =>
      activities
        .filter((activity) => activity.end === end)
        .map(({ device, atMs }) => ({
          do: 'write',
          device,
          bytes: BYTES,
          atMs,
          ...(end === 'up' ? { stream: 'a' } : {}),
        }));
    await rig.plan(writes('up'), writes('down'));
    await delay(startMs + seconds * 1000 + 1500 - monotonicMs());

    const untilMs = startMs + seconds * 1000 + 600;
    const found: ScheduleFault[] = [];
    let slots = 0;
    const runs: CausedRun[] = [];
    const answered = new Set<Activity>();
    for (const link of links) {
      const policy = policies.find(({ fleet }) => link.device.startsWith(fleet)) ?? payload;
      const audit = auditLink(link, policy, { untilMs });
      found.push(...audit.faults);
      slots += audit.slots;
      for (const run of audit.runs.filter((entry) => entry.startMs >= startMs)) {
        if (policy !== payload) {
          runs.push({ device: link.device, run, end: policy === fromDevice ? 'up' : 'down', real: false });
          continue;
        }
        const cause = activities.find(({ device, atMs }) => device === link.device && isCause(atMs, run.startMs));
        if (cause === undefined) continue;
        answered.add(cause);
        runs.push({ device: link.device, run, end: cause.end, real: true });
      }
    }
    // Where microseconds count nobody watches for stalls: other cases look at the schedule as a whole.
    const verdict = exactness === 'milliseconds' ? judge(found, await rig.stalls(), slots) : { faults: [], excused: 0 };
    const faults = [...verdict.faults, ...rig.capture.faults, ...rig.programFaults];
    return { runs, faults, unanswered: activities.length - answered.size, excused: verdict.excused };
  });
}

interface Activity {
  readonly device: string;
  readonly atMs: number;
  readonly end: Direction;
}

function plannedActivities(device: string, startMs: number, lengthMs: number): Activity[] {
  const activities: Activity[] = [];
  let atMs = startMs + APART_JITTER_MS * Math.random();
  while (atMs < startMs + lengthMs) {
    activities.push({ device, atMs, end: activities.length % 2 === 0 ? 'up' : 'down' });
    atMs += APART_MS + APART_JITTER_MS * Math.random();
  }
  return activities;
}

function isCause(atMs: number, startMs: number): boolean {
  return startMs - atMs > -5 && startMs - atMs < AT_ONCE_MS;
}
