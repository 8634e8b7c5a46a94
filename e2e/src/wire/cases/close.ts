// Invariant 11, the end: closing looks the same with an empty and with a full queue, whichever end closes. An idle tunnel
// shows one period and then the close alert in a slot's place; inside a run the end comes at the end of a period.
import { setTimeout as delay } from 'node:timers/promises';
import { type Case, Faults } from '../../harness/cases.ts';
import { monotonicMs } from '../../harness/command-loop.ts';
import { auditLink, type LinkAudit, slotsOf } from '../audit/link-audit.ts';
import { versionOf } from '../audit/session-view.ts';
import { judge, type ScheduleFault } from '../audit/stalls.ts';
import { type Link, type Rig, withRig } from '../rig/rig.ts';
import { fastPolicy, type WirePolicy } from '../rig/wire-policy.ts';

/** Long enough that the two directions' ends and the alert are told apart. */
const policy: WirePolicy = { ...fastPolicy, periodMs: 800, holdMs: 500, backgroundMs: 600 };
const PER_KIND = 4;
/** In the middle of the run that payload started, ms after it was written; so that demand is still open at the decision. */
const INTO_RUN_MS = 300;
const LAST_WRITE_MS = 250;
/** Credit of 64 KiB is used up, and the run that took it over, ms. */
const BLOCKED_AFTER_MS = 9000;
/** An alert may come this long after the period's end, ms. */
const LATE_MS = 30;

/** What a tunnel is doing when it is closed. */
const kinds = ['idle-empty', 'idle-blocked', 'run-empty', 'run-full'] as const;
type Kind = (typeof kinds)[number];
/** Kinds that must look alike. */
const pairs = [
  ['idle-empty', 'idle-blocked'],
  ['run-empty', 'run-full'],
] as const;
/** Frames vary by a slot with the phase of the closing, periods. */
const SAME_PERIODS = 0.1;
type Closer = 'device' | 'cloud';

/** What the wire shows of a closing. */
interface Ending {
  readonly kind: Kind;
  readonly closer: Closer;
  /** Frames after the close was asked for. */
  readonly up: number;
  readonly down: number;
  readonly alerts: string;
  readonly reset: boolean;
  /** The last boundary of the closer's periods, and its alert; NaN if there is none. */
  readonly boundaryMs: number;
  readonly alertMs: number;
}

export const closeCase: Case = {
  name: 'close',
  about: 'invariant 11: closing looks alike with empty, full and blocked queues, by either end',
  waits: true,
  run: async (context) => {
    const faults = new Faults();
    const endings: Ending[] = [];
    let excused = 0;
    await Promise.all(
      (['device', 'cloud'] as const).map((closer) =>
        withRig({ policies: [policy] }, async (rig) => {
          const audits = await closeAll(rig, closer, endings, faults);
          const late = endings.filter((ending) => ending.closer === closer).flatMap(lateAlert);
          // One may be late by whatever comes between; more of them must have their stalls.
          const found = [...audits.flatMap((audit) => audit.faults), ...(late.length > 1 ? late : [])];
          const verdict = judge(found, await rig.stalls(), slotsOf(audits));
          excused += verdict.excused;
          faults.list.push(...verdict.faults, ...rig.capture.faults);
        }),
      ),
    );
    for (const closer of ['device', 'cloud'] as const) {
      const looks = new Map(kinds.map((kind) => [kind, lookOf(endings, closer, kind)]));
      for (const [kind, look] of looks) context.print(`closed by the ${closer}, ${kind}: ${render(look)}`);
      for (const [one, other] of pairs) {
        const [a, b] = [looks.get(one) as Look, looks.get(other) as Look];
        const what = `closed by the ${closer}: ${one} shows ${render(a)}; ${other} ${render(b)}`;
        faults.expect(alike(a, b), what);
      }
    }
    return faults.outcome({ closings: endings.length, excused });
  },
};

async function closeAll(rig: Rig, closer: Closer, endings: Ending[], faults: Faults): Promise<LinkAudit[]> {
  const links = new Map<Kind, Link[]>();
  for (const kind of kinds) {
    const group: Link[] = [];
    for (let index = 0; index < PER_KIND; index += 1) {
      group.push(await rig.connect(policy.fleet, `${kind}-${index}`, { version: versionOf(index) }));
    }
    links.set(kind, group);
    const names = group.map(({ device }) => device);
    await rig.open(names, 'sink', 'out');
  }
  // Nobody reads what comes down to these: credit is used up, the tunnel falls idle, and the cloud's queue stays full.
  const blocked = (links.get('idle-blocked') ?? []).map(({ device }) => device);
  await rig.open(blocked, 'manual', 'down');
  const atMs = monotonicMs() + 50;
  await rig.plan(
    blocked.map((device) => ({ do: 'pause', device, stream: 'down', atMs: atMs - 50 })),
    blocked.map((device) => ({ do: 'write', device, bytes: 200_000, atMs })),
  );
  await delay(BLOCKED_AFTER_MS);
  const writtenMs = monotonicMs() + 100;
  const write = (kind: Kind, bytes: number, afterMs = 0) =>
    (links.get(kind) ?? []).map(({ device }) => ({
      do: 'write',
      device,
      stream: 'out',
      bytes,
      atMs: writtenMs + afterMs,
    }));
  await rig.plan([...write('run-empty', 500), ...write('run-empty', 500, LAST_WRITE_MS), ...write('run-full', 60_000)]);
  const closeMs = writtenMs + INTO_RUN_MS;
  await delay(closeMs - monotonicMs());
  const closing =
    closer === 'cloud' ? [rig.cloud.request({ do: 'drain' })] : closeDevices(rig, [...links.values()].flat());
  await Promise.all(closing);
  await delay(500);
  const audits: LinkAudit[] = [];
  for (const [kind, group] of links) {
    for (const link of group) {
      const audit = auditLink(link, policy, { closed: true });
      audits.push(audit);
      const ending = endingOf(link, audit, kind, closer, closeMs);
      endings.push(ending);
      faults.expect(link.capture.closedMs !== undefined, `${link.device}: the connection is not closed`);
    }
  }
  return audits;
}

function closeDevices(rig: Rig, links: readonly Link[]): Promise<unknown>[] {
  return links.map(({ device }) => rig.devices.request({ do: 'close', device }));
}

function endingOf({ capture }: Link, audit: LinkAudit, kind: Kind, closer: Closer, closeMs: number): Ending {
  const { view } = audit;
  const own = closer === 'device' ? view.up : view.down;
  const last = audit[closer === 'device' ? 'up' : 'down'].runs.at(-1);
  const boundaryMs = last === undefined ? Number.NaN : last.startMs + last.periods * policy.periodMs;
  const alertMs = own.alerts[0]?.atMs ?? Number.NaN;
  const after = (direction: 'up' | 'down') => view[direction].session.filter(({ atMs }) => atMs > closeMs).length;
  return {
    kind,
    closer,
    up: after('up'),
    down: after('down'),
    alerts: `${view.up.alerts.length} up ${view.down.alerts.length} down`,
    reset: capture.reset,
    boundaryMs,
    alertMs,
  };
}

/** The fault of an alert that does not come at a period's end. Without alert or period no stall explains it. */
function lateAlert({ kind, closer, boundaryMs, alertMs }: Ending): ScheduleFault[] {
  const lateMs = alertMs - boundaryMs;
  if (Math.abs(lateMs) <= LATE_MS) return [];
  const text = `closed by the ${closer}, ${kind}: the close alert is ${Math.round(lateMs)} ms from the period's end`;
  const isLate = lateMs > 0;
  const stretch = { fromMs: boundaryMs, untilMs: isLate ? alertMs : Number.NEGATIVE_INFINITY };
  return [{ ...stretch, text, sender: closer === 'device' ? 'up' : 'down' }];
}

/** Frames after the close was asked for, in periods, and what else shows: the same for all tunnels of a kind. */
interface Look {
  readonly up: number;
  readonly down: number;
  readonly rest: string;
}

function lookOf(endings: readonly Ending[], closer: Closer, kind: Kind): Look {
  const of = endings.filter((ending) => ending.closer === closer && ending.kind === kind);
  const mean = (direction: 'up' | 'down') =>
    of.reduce((sum, ending) => sum + ending[direction] / of.length, 0) * (policy.slotMs[direction] / policy.periodMs);
  const rest = new Set(of.map(({ alerts, reset }) => `alerts ${alerts}${reset ? ', reset' : ''}`));
  return { up: mean('up'), down: mean('down'), rest: [...rest].sort().join(' or ') };
}

function alike(one: Look, other: Look): boolean {
  const near = (a: number, b: number) => Math.abs(a - b) <= SAME_PERIODS;
  return near(one.up, other.up) && near(one.down, other.down) && one.rest === other.rest;
}

function render({ up, down, rest }: Look): string {
  return `${up.toFixed(2)} periods up, ${down.toFixed(2)} down, ${rest}`;
}
