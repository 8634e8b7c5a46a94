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
  /** From the leader's first slot to the follower's, ms. */
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
    const result = auditStp(session, scheduleOf(policy, direction), { seenMs, ...options });
    faults.push(...result.faults.map((fault) => ({ ...fault, text: `${where}, ${fault.text}` })));
    return result;
  }

  const { runs, unmatched } = matchRuns(audits.up.runs, audits.down.runs);
  const fault = (run: Run, text: string) => {
    const atS = ((run.startMs - link.capture.openedMs) / 1000).toFixed(3);
    const untilMs = run.startMs + run.periods * policy.periodMs;
    faults.push({
      fromMs: run.startMs,
      untilMs,
      structural: true,
      text: `${link.device}: the run ${atS} s after connecting ${text}`,
    });
  };
  if (options.untilMs === undefined) for (const run of unmatched) fault(run, 'has none in the other direction');
  for (const { up, down } of runs) {
    if (up.periods !== down.periods) fault(up, `has ${up.periods} periods up and ${down.periods} down`);
  }
  const slotsOf = ({ periodFrames, backgroundFrames, skipped }: StpAudit) => periodFrames + backgroundFrames + skipped;
  return { view, ...audits, runs, slots: slotsOf(audits.up) + slotsOf(audits.down), faults };
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
    const lagMs = Math.abs(other.startMs - run.startMs);
    const first = run.startMs <= other.startMs ? 'up' : 'down';
    runs.push({ up: run, down: other, first, lagMs, startMs: Math.min(run.startMs, other.startMs) });
  }
  return { runs, unmatched: [...unmatched, ...left] };
}
