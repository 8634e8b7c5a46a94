// One STP connection looked at as a whole: both directions by the schedule, and the runs of both matched with each other.
import type { ConnectionCapture, Direction } from '../capture/wire-record.ts';
import { scheduleOf, type WirePolicy } from '../rig/wire-policy.ts';
import { BOOTSTRAP_RECORDS, type SessionView, type TlsVersion, viewSession } from './session-view.ts';
import type { ScheduleFault } from './stalls.ts';
import { auditStp, type Run, type StpAudit, type StpAuditOptions } from './stp-audit.ts';

export interface MatchedRun {
  readonly up: Run;
  readonly down: Run;
  /** The direction that began. */
  readonly first: Direction;
  /** From the leader’s first frame to the follower’s, ms. */
  readonly lagMs: number;
  readonly startMs: number;
}

export interface LinkAudit {
  readonly view: SessionView;
  readonly up: StpAudit;
  readonly down: StpAudit;
  readonly runs: readonly MatchedRun[];
  /** Slots of both directions, with a frame or without. */
  readonly slots: number;
  readonly faults: readonly ScheduleFault[];
}

/** Slots of several connections. */
export function slotsOf(audits: readonly LinkAudit[]): number {
  return audits.reduce((sum, { slots }) => sum + slots, 0);
}

/** Both directions begin a run within this; runs of one direction are farther apart, ms. */
const TOGETHER_MS = 100;

export function auditLink(
  link: { readonly device: string; readonly version: TlsVersion; readonly capture: ConnectionCapture },
  policy: WirePolicy,
  options: StpAuditOptions = {},
): LinkAudit {
  const view = viewSession(link.capture, link.version);
  const faults: ScheduleFault[] = [];
  // While one direction has frames, the other has slots.
  const lasts = [view.up.session.at(-1)?.atMs ?? 0, view.down.session.at(-1)?.atMs ?? 0];
  const seenMs = Math.min(options.untilMs ?? Number.POSITIVE_INFINITY, Math.max(...lasts));
  const always = (text: string) => faults.push({ fromMs: 0, untilMs: Number.NEGATIVE_INFINITY, text });
  const audits = { up: audit('up'), down: audit('down') };

  function audit(direction: Direction): StpAudit {
    const { bootstrap, session, strange } = view[direction];
    const where = `${link.device}, ${direction}`;
    if (bootstrap.length !== BOOTSTRAP_RECORDS) always(`${where}: ${bootstrap.length} bootstrap records, allowed 2`);
    for (const { type, length } of strange) always(`${where}: a record of type ${type} and ${length} bytes`);
    const result = auditStp(session, scheduleOf(policy, direction), { ...options, sender: direction, seenMs });
    faults.push(...result.faults.map((fault) => ({ ...fault, text: `${where}, ${fault.text}` })));
    return result;
  }

  const { runs, unmatched } = matchRuns(audits.up.runs, audits.down.runs);
  const { periodMs, leadMs } = policy;
  const slotMs = Math.max(policy.slotMs.up, policy.slotMs.down);
  const fault = (run: Run, fromMs: number, untilMs: number, text: string) => {
    const atS = ((run.startMs - link.capture.openedMs) / 1000).toFixed(3);
    faults.push({ fromMs, untilMs, text: `${link.device}: the run ${atS} s after connecting ${text}` });
  };
  const aroundMs = TOGETHER_MS + slotMs;
  const untilMs = options.untilMs ?? Number.POSITIVE_INFINITY;
  for (const run of unmatched) {
    // Near the end of what is looked at, the other direction's run may be cut off.
    if (run.startMs + (run.periods + 1) * periodMs > untilMs) continue;
    fault(run, run.startMs - aroundMs, run.startMs + aroundMs, 'has none in the other direction');
  }
  for (const { up, down } of runs) {
    if (up.periods === down.periods) continue;
    // Where the shorter one ended, the other had been told to go on a lead before.
    const [short, long] = up.periods < down.periods ? [up, down] : [down, up];
    const endMs = short.startMs + short.periods * periodMs;
    const text = `has ${up.periods} periods up and ${down.periods} down`;
    fault(long, endMs - leadMs - slotMs, endMs + slotMs, text);
  }
  const slots = [audits.up, audits.down].reduce(
    (sum, { periodFrames, backgroundFrames, skipped }) => sum + periodFrames + backgroundFrames + skipped,
    0,
  );
  return { view, ...audits, runs, slots, faults };
}

function matchRuns(up: readonly Run[], down: readonly Run[]): { runs: MatchedRun[]; unmatched: Run[] } {
  const runs: MatchedRun[] = [];
  const unmatched: Run[] = [];
  const left = [...down];
  for (const run of up) {
    const index = left.findIndex((other) => Math.abs(other.startMs - run.startMs) <= TOGETHER_MS);
    const other = left[index];
    if (other === undefined) {
      unmatched.push(run);
      continue;
    }
    left.splice(index, 1);
    const lagMs = Math.abs(other.firstMs - run.firstMs);
    const first = run.startMs <= other.startMs ? 'up' : 'down';
    runs.push({ up: run, down: other, first, lagMs, startMs: Math.min(run.startMs, other.startMs) });
  }
  return { runs, unmatched: [...unmatched, ...left] };
}
