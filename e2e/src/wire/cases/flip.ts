// Invariant 6: given the same list of activities, flipping one between payload and cover changes no frame time. Each list is
// played on two stages at once, with complementary marks; both must show the runs that the period clock makes of the list.
import { setTimeout as delay } from 'node:timers/promises';
import { seededRandom } from '@quietwire/shaping';
import { type Case, Faults } from '../../harness/cases.ts';
import type { JsonObject } from '../../harness/child-program.ts';
import { monotonicMs } from '../../harness/command-loop.ts';
import { auditLink, type LinkAudit, type MatchedRun } from '../audit/link-audit.ts';
import { type TlsVersion, versionOf, viewSession } from '../audit/session-view.ts';
import { judge, type ScheduleFault, type Stall } from '../audit/stalls.ts';
import { quantile } from '../audit/statistics.ts';
import type { Direction } from '../capture/wire-record.ts';
import type { CoverLaw } from '../programs/scripted-random.ts';
import { type Link, type Rig, type Script, withRig } from '../rig/rig.ts';
import { fastPolicy, type WirePolicy } from '../rig/wire-policy.ts';
import { type Activity, type ExpectedRun, episodes, lastsMs, START_MS } from './flip-episodes.ts';

const RATE = 2;
const COUNTS = [1000, 1000, 0, 0];
const policy: WirePolicy = {
  ...fastPolicy,
  fleet: 'flip',
  periodMs: 600,
  holdMs: 240,
  backgroundMs: 350,
  cover: { rate: RATE, deviceShare: 0.5, counts: COUNTS },
};
const LISTS = 2;
const FIRST_FRAMES = 8;
/** A frame's time may differ by this from what the list says, ms: ticks, the ends' different beginnings, lateness. */
const TOLERANCE_MS = 15;
/** The same in the median of all runs, ms. */
const MEDIAN_TOLERANCE_MS = 5;

export const flipCase: Case = {
  name: 'flip',
  about: 'invariant 6: the same activities as payload and as cover give the same schedule on the wire',
  waits: true,
  run: async () => {
    const faults = new Faults();
    const distances: number[] = [];
    const counts = { runs: 0, real: 0, virtual: 0, excused: 0 };
    const stages = Array.from({ length: LISTS }, (_, list) => {
      const { activities, runs } = episodes(policy, list);
      const random = seededRandom(`flip ${list}`);
      const marks = activities.map(() => random.next() < 0.5);
      return [marks, marks.map((mark) => !mark)].map((real) => ({
        activities,
        real,
        runs,
        name: `list ${list}`,
        version: versionOf(list),
      }));
    }).flat();
    await Promise.all(
      stages.map(async ({ activities, real, runs, name, version }) => {
        counts.real += real.filter((mark) => mark).length;
        counts.virtual += real.filter((mark) => !mark).length;
        const played = await play(activities, real, version);
        const found = compare(played, runs, distances);
        counts.runs += runs.length;
        const verdict = judge(found, played.stalls, played.audit.slots);
        counts.excused += verdict.excused;
        faults.list.push(...verdict.faults.map((fault) => `${name}: ${fault}`), ...played.faults);
      }),
    );
    const median = quantile(distances, 0.5);
    faults.expect(
      median <= MEDIAN_TOLERANCE_MS,
      `runs begin ${median.toFixed(2)} ms from where the list puts them, in the median`,
    );
    return faults.outcome({ ...counts, off_p50_ms: median, off_p95_ms: quantile(distances, 0.95) });
  },
};

/** The session's beginning at the end that sends in this direction, ms: cold code may part the two by many ms. */
type Bases = Readonly<Record<Direction, number>>;

interface Played {
  readonly audit: LinkAudit;
  readonly bases: Bases;
  readonly stalls: readonly Stall[];
  readonly faults: readonly string[];
}

/** Plays a list on a stage of its own: marked activities by payload, the others by the cover process. */
async function play(activities: readonly Activity[], real: readonly boolean[], version: TlsVersion): Promise<Played> {
  const script = (end: Direction): Script => ({ activities: virtual(activities, real, end), law: coverLaw() });
  return await withRig({ policies: [policy], cloudScript: script('down') }, async (rig) => {
    const link = await rig.connect(policy.fleet, 'only', { version, script: script('up') });
    const bases = await basesOf(rig, link);
    await rig.open([link.device], 'manual');
    await writeReal(
      rig,
      link,
      activities.filter((_, index) => real[index]),
      bases,
    );
    const last = activities.at(-1);
    await delay(bases.down + (last?.afterMs ?? 0) + 2500 - monotonicMs());
    return {
      audit: auditLink(link, policy),
      bases,
      stalls: await rig.stalls(),
      faults: [...rig.capture.faults, ...rig.programFaults],
    };
  });
}

/** Both ends tell when they begin, some time after it; the device begins with the tick before its first slot (SPEC.md section 8.2). */
async function basesOf(rig: Rig, { capture, version }: Link): Promise<Bases> {
  for (;;) {
    const view = viewSession(capture, version).up;
    const begun = (end: string) => Number(rig.events.find((told) => told.event === 'begun' && told.end === end)?.atMs);
    const times = view.session.slice(0, FIRST_FRAMES).map(({ atMs }, rank) => atMs - rank * policy.slotMs.up);
    // The first tick may be late, and the first frames of a process by much; the earliest against its slot tells the grid.
    const [up, down] = [Math.min(begun('device'), ...times.map((time) => time - START_MS)), begun('cloud')];
    if (times.length === FIRST_FRAMES && Number.isFinite(up) && Number.isFinite(down)) return { up, down };
    await delay(5);
  }
}

function coverLaw(): CoverLaw {
  // Half a count is added to every class (period-clock.md section 4.3).
  const { periodMs, leadMs, holdMs } = policy;
  return { rate: RATE / 2, weights: COUNTS.map((count) => count + 0.5), periodMs, leadMs, holdMs };
}

function virtual(activities: readonly Activity[], real: readonly boolean[], end: Direction): Script['activities'] {
  return activities
    .filter((activity, index) => activity.end === end && !real[index])
    .map((activity) => ({ afterMs: activity.afterMs, durationMs: lastsMs(activity, policy) }));
}

async function writeReal(rig: Rig, { device }: Link, activities: readonly Activity[], bases: Bases): Promise<void> {
  const [up, down]: [JsonObject[], JsonObject[]] = [[], []];
  for (const { afterMs, end, writesMs } of activities) {
    for (const writeMs of writesMs) {
      const entry = { do: 'write', device, bytes: 60, atMs: bases[end] + afterMs + writeMs };
      if (end === 'up') up.push({ ...entry, stream: 'a' });
      else down.push(entry);
    }
  }
  await rig.plan(up, down);
}

/**
 * What the wire shows against what the list says: beginning, length and leader of every run. A run that follows from another
 * by rests is due from that one's own beginning. A stall explains a difference only where it arises.
 */
function compare({ audit, bases }: Played, expected: readonly ExpectedRun[], distances: number[]): ScheduleFault[] {
  const found = [...audit.faults];
  const { periodMs, leadMs, holdMs } = policy;
  const slotMs = Math.max(policy.slotMs.up, policy.slotMs.down);
  const left = new Set(audit.runs.slice(1));
  let before: { readonly expected: ExpectedRun; readonly run: MatchedRun } | undefined;
  for (const [index, entry] of expected.entries()) {
    const { episode, begins, afterMs, periods, first } = entry;
    const follows = before !== undefined && before.expected.episode === episode;
    const dueMs =
      follows && before !== undefined
        ? before.run.startMs + afterMs - before.expected.afterMs
        : bases[begins] + afterMs;
    const what = `run ${index + 1} (${episode}), due ${(afterMs / 1000).toFixed(3)} s after the beginning`;
    const fault = (fromMs: number, untilMs: number, text: string) =>
      found.push({ fromMs: fromMs - slotMs, untilMs: untilMs + slotMs, text: `${what}, ${text}` });
    // What a rest lets follow was decided up to a hold before.
    const causeMs = follows ? dueMs - holdMs : dueMs;
    const run = nearest(left, dueMs);
    if (run === undefined || Math.abs(run.startMs - dueMs) > periodMs / 2) {
      fault(causeMs, dueMs, 'is missing');
      before = undefined;
      continue;
    }
    left.delete(run);
    before = { expected: entry, run };
    const offMs = run.startMs - dueMs;
    distances.push(Math.abs(offMs));
    const fromMs = Math.min(causeMs, run.startMs);
    const untilMs = Math.max(dueMs, run.startMs);
    if (Math.abs(offMs) > TOLERANCE_MS) fault(fromMs, untilMs, `begins ${offMs.toFixed(1)} ms off`);
    if (run.first !== first) fault(fromMs, untilMs + run.lagMs, `shows ${run.first} first`);
    if (run.up.periods !== periods) {
      const decidedMs = run.startMs + Math.min(run.up.periods, periods) * periodMs - leadMs;
      fault(decidedMs - holdMs, decidedMs + leadMs, `has ${run.up.periods} periods, expected ${periods}`);
    }
  }
  for (const { startMs } of left) {
    const afterS = ((startMs - bases.down) / 1000).toFixed(3);
    const text = `a run that is not in the list ${afterS} s after the beginning`;
    found.push({ fromMs: startMs - holdMs, untilMs: startMs + slotMs, text });
  }
  return found;
}

function nearest(runs: ReadonlySet<MatchedRun>, atMs: number): MatchedRun | undefined {
  const distance = ({ startMs }: MatchedRun) => Math.abs(startMs - atMs);
  return [...runs].sort((a, b) => distance(a) - distance(b))[0];
}
