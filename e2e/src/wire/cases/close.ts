// Invariant 11, the end: closing looks the same with an empty and with a full queue, whichever end closes. An idle tunnel
// shows one period and then the close alert in a slot's place; inside a run the end comes at the end of a period.
import { setTimeout as delay } from 'node:timers/promises';
import { type Case, Faults } from '../../harness/cases.ts';
import { monotonicMs } from '../../harness/command-loop.ts';
import { auditLink } from '../audit/link-audit.ts';
import { viewSession } from '../audit/session-view.ts';
import { judge, type ScheduleFault } from '../audit/stalls.ts';
import { type Link, type Rig, withRig } from '../rig/rig.ts';
import { fastPolicy, type WirePolicy } from '../rig/wire-policy.ts';

/** Long enough that the two directions' ends and the alert are told apart. */
const policy: WirePolicy = { ...fastPolicy, periodMs: 800, holdMs: 500, backgroundMs: 600 };
const PER_KIND = 4;
/** In the middle of the run that payload started, ms after it was written; so that demand is still open at the decision. */
const INTO_RUN_MS = 300;
const LAST_WRITE_MS = 250;
/** An alert may come this long after the period's end, ms. */
const LATE_MS = 30;

/** What a tunnel is doing when it is closed. */
const kinds = ['idle-empty', 'idle-blocked', 'run-empty', 'run-full'] as const;
type Kind = (typeof kinds)[number];
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
  /** From the last boundary of the closer's periods to its alert, ms. */
  readonly alertLateMs: number;
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
          const found = await closeAll(rig, closer, endings, faults);
          const verdict = judge(found, await rig.stalls(), endings.length);
          excused += verdict.excused;
          faults.list.push(...verdict.faults, ...rig.capture.faults);
        }),
      ),
    );
    for (const closer of ['device', 'cloud'] as const) {
      const looks = new Map(kinds.map((kind) => [kind, looksOf(endings, closer, kind)]));
      for (const [kind, look] of looks) context.print(`closed by the ${closer}, ${kind}: ${look}`);
      for (const [one, other] of [
        ['idle-empty', 'idle-blocked'],
        ['run-empty', 'run-full'],
      ] as const) {
        faults.expect(
          looks.get(one) === looks.get(other),
          `closed by the ${closer}: ${one} shows ${looks.get(one)}, ${other} ${looks.get(other)}`,
        );
      }
      const late = endings.filter((ending) => ending.closer === closer && !(Math.abs(ending.alertLateMs) <= LATE_MS));
      faults.expect(
        late.length <= 1,
        `closed by the ${closer}: ${late.length} close alerts are not at a period's end: ${late.map(({ alertLateMs }) => Math.round(alertLateMs)).join(', ')} ms`,
      );
    }
    return faults.outcome({ closings: endings.length, excused });
  },
};

async function closeAll(rig: Rig, closer: Closer, endings: Ending[], faults: Faults): Promise<ScheduleFault[]> {
  const links = new Map<Kind, Link[]>();
  for (const kind of kinds) {
    const group: Link[] = [];
    for (let index = 0; index < PER_KIND; index += 1) group.push(await rig.connect(policy.fleet, `${kind}-${index}`));
    links.set(kind, group);
    const names = group.map(({ device }) => device);
    await rig.open(names, 'sink', 'out');
    await rig.open(names, 'mute', 'mute');
  }
  // Blocked tunnels use up their credit and fall idle with full queues.
  const blocked = (links.get('idle-blocked') ?? []).map(({ device }) => device);
  await rig.plan(blocked.map((device) => ({ do: 'write', device, stream: 'mute', bytes: 200_000, atMs: 0 })));
  await delay(9000);
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
  const found: ScheduleFault[] = [];
  for (const [kind, group] of links) {
    for (const link of group) {
      const audit = auditLink(link, policy, { closed: true });
      found.push(...audit.faults);
      const ending = endingOf(link, kind, closer, closeMs);
      endings.push(ending);
      faults.expect(link.capture.closedMs !== undefined, `${link.device}: the connection is not closed`);
    }
  }
  return found;
}

function closeDevices(rig: Rig, links: readonly Link[]): Promise<unknown>[] {
  return links.map(({ device }) => rig.devices.request({ do: 'close', device }));
}

function endingOf({ capture, version }: Link, kind: Kind, closer: Closer, closeMs: number): Ending {
  const view = viewSession(capture, version);
  const own = closer === 'device' ? view.up : view.down;
  const slotMs = policy.slotMs[closer === 'device' ? 'up' : 'down'];
  const last = own.session.at(-1)?.atMs ?? 0;
  const alertMs = own.alerts[0]?.atMs ?? Number.NaN;
  const after = (direction: 'up' | 'down') => view[direction].session.filter(({ atMs }) => atMs > closeMs).length;
  return {
    kind,
    closer,
    up: after('up'),
    down: after('down'),
    alerts: `${view.up.alerts.length} up ${view.down.alerts.length} down`,
    reset: capture.reset,
    alertLateMs: alertMs - (last + slotMs),
  };
}

/** Numbers of frames vary by a slot with the phase of the closing; they are rounded to what a period holds. */
function looksOf(endings: readonly Ending[], closer: Closer, kind: Kind): string {
  const of = endings.filter((ending) => ending.closer === closer && ending.kind === kind);
  const tenths = (frames: number, slotMs: number) => Math.round((10 * frames * slotMs) / policy.periodMs) / 10;
  const shows = of.map(({ up, down, alerts, reset }) => {
    const periods = `${tenths(up, policy.slotMs.up).toFixed(1)} and ${tenths(down, policy.slotMs.down).toFixed(1)} periods`;
    return `${periods}, alerts ${alerts}${reset ? ', reset' : ''}`;
  });
  return [...new Set(shows)].sort().join(' | ');
}
