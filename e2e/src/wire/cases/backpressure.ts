// Invariant 10: an end whose program, or whose service, reads nothing keeps its schedule and goes on reading from the
// tunnel's socket; memory is bounded by credit, and blocked payload holds no demand.
import { setTimeout as delay } from 'node:timers/promises';
import { type Case, Faults } from '../../harness/cases.ts';
import type { JsonObject } from '../../harness/child-program.ts';
import { monotonicMs } from '../../harness/command-loop.ts';
import { auditGrid } from '../audit/grid.ts';
import { auditLink } from '../audit/link-audit.ts';
import { viewSession } from '../audit/session-view.ts';
import { judge, type Stall } from '../audit/stalls.ts';
import { largestReceiveQueue } from '../rig/receive-queues.ts';
import { type Link, type Rig, withRig } from '../rig/rig.ts';
import { constantPolicy, fastPolicy, type WirePolicy } from '../rig/wire-policy.ts';

/** Frames so large that what the kernel keeps between sidecar and service is full soon. */
const heavyPolicy: WirePolicy = { ...constantPolicy, fleet: 'heavy', frameSize: 16_000 };
const SECONDS = 11;
const CHUNK = 60_000;
const CHUNKS_DOWN = 40;
const CHUNKS_UP = 200;
/** Most that a socket may hold unread: frames of a few slots, come while the process did something else. */
const LARGEST_QUEUE = 48 * 1024;
/** Credit is 64 KiB per stream; queues of streams and sockets on both sides, and the collector's taste, come to it. */
const LARGEST_GROWTH = 24 * 2 ** 20;
/** After this a stream's credit is used up: 64 KiB in periods of 10 to 20 kB, one run. */
const BLOCKED_AFTER_MS = 6000;

export const backpressureCase: Case = {
  name: 'backpressure',
  about: 'invariant 10: a program or service that reads nothing changes no slot, closes no window, holds no demand',
  waits: true,
  run: async () => {
    const faults = new Faults();
    const figures: Record<string, number> = {};
    await withRig({ policies: [heavyPolicy, fastPolicy] }, async (rig) => {
      const heavy = await rig.connect(heavyPolicy.fleet, 'heavy');
      const periodic = await rig.connect(fastPolicy.fleet, 'periodic');
      await rig.open([heavy.device, periodic.device], 'manual', 'down');
      await rig.open([heavy.device], 'mute', 'up');
      await delay(2000);
      const startMs = monotonicMs();
      await block(rig, heavy, periodic, startMs + 50);
      await delay(500);
      const before = await memory(rig);
      const tunnelPorts = [rig.cloudPort, rig.capture.port];
      const largest = await watchQueues(tunnelPorts, SECONDS * 1000 - 1500);
      const mutePort = rig.services.get('mute') ?? 0;
      const unread = await largestReceiveQueue([mutePort]);
      await delay(1000);
      const stillUnread = await largestReceiveQueue([mutePort]);
      const after = await memory(rig);
      const untilMs = monotonicMs();
      figures.largest_queue = largest ?? -1;
      figures.service_queue = stillUnread ?? -1;
      faults.expect((largest ?? 0) <= LARGEST_QUEUE, `${largest} bytes lay unread in a tunnel's socket`);
      faults.expect(
        stillUnread !== 0 && stillUnread === unread,
        `the service's queue is not full: ${unread}, ${stillUnread}`,
      );
      for (const program of ['devices', 'cloud'] as const) {
        const grown = after[program] - before[program];
        figures[`${program}_grown_mib`] = grown / 2 ** 20;
        faults.expect(grown <= LARGEST_GROWTH, `${program} grew by ${Math.round(grown / 2 ** 20)} MiB`);
      }
      const stalls = await rig.stalls();
      lookAtGrid(heavy, stalls, startMs, untilMs, figures, faults);
      lookAtRuns(periodic, stalls, startMs, untilMs, figures, faults);
      faults.list.push(...rig.capture.faults, ...rig.programFaults);
    });
    return faults.outcome(figures);
  },
};

/** Far more than credit allows, to programs and to a service that do not read. */
async function block(rig: Rig, heavy: Link, periodic: Link, atMs: number): Promise<void> {
  const [up, down]: [JsonObject[], JsonObject[]] = [[], []];
  for (const { device } of [heavy, periodic]) {
    up.push({ do: 'pause', device, stream: 'down', atMs: atMs - 50 });
    for (let chunk = 0; chunk < CHUNKS_DOWN; chunk += 1) down.push({ do: 'write', device, bytes: CHUNK, atMs });
  }
  for (let chunk = 0; chunk < CHUNKS_UP; chunk += 1) {
    up.push({ do: 'write', device: heavy.device, stream: 'up', bytes: CHUNK, atMs });
  }
  await rig.plan(up, down);
}

async function watchQueues(ports: readonly number[], lengthMs: number): Promise<number | undefined> {
  let largest: number | undefined;
  const untilMs = monotonicMs() + lengthMs;
  while (monotonicMs() < untilMs) {
    // A frame that is just arriving is no queue: what counts is what stays for two looks.
    const first = await largestReceiveQueue(ports);
    await delay(20);
    const second = await largestReceiveQueue(ports);
    if (first !== undefined && second !== undefined) largest = Math.max(largest ?? 0, Math.min(first, second));
    await delay(60);
  }
  return largest;
}

async function memory(rig: Rig): Promise<Record<'devices' | 'cloud', number>> {
  const [devices, cloud] = await Promise.all(
    [rig.devices, rig.cloud].map((program) => program.request({ do: 'status' })),
  );
  return { devices: Number(devices?.rssBytes), cloud: Number(cloud?.rssBytes) };
}

function lookAtGrid(
  link: Link,
  stalls: readonly Stall[],
  startMs: number,
  untilMs: number,
  figures: Record<string, number>,
  faults: Faults,
): void {
  const view = viewSession(link.capture, link.version);
  for (const direction of ['up', 'down'] as const) {
    const times = view[direction].session.map(({ atMs }) => atMs).filter((atMs) => atMs >= startMs && atMs <= untilMs);
    const slotMs = heavyPolicy.slotMs[direction];
    const grid = auditGrid(times, slotMs);
    const slots = (untilMs - startMs) / slotMs;
    figures[`frames_${direction}`] = times.length;
    figures[`skipped_${direction}`] = grid.empty;
    const text = `${direction}: ${times.length} frames in ${Math.round(slots)} slots behind a reader that does not read`;
    // A direction that the reader holds back stops, or nearly, or loses slots in which nobody stood still.
    faults.expect(times.length >= 0.8 * slots, text);
    const empty = grid.emptyMs.map((fromMs) => ({
      fromMs,
      untilMs: fromMs + slotMs,
      sender: direction,
      text: `${direction}: no frame in the slot ${Math.round(fromMs - startMs)} ms after the reader stopped`,
    }));
    const verdict = judge(empty, stalls, slots);
    figures[`excused_${direction}`] = verdict.excused;
    faults.list.push(...verdict.faults);
    faults.expect(Math.abs(grid.driftMs) <= 8, `${direction}: the grid moved by ${grid.driftMs.toFixed(2)} ms`);
  }
}

function lookAtRuns(
  link: Link,
  stalls: readonly Stall[],
  fromMs: number,
  untilMs: number,
  figures: Record<string, number>,
  faults: Faults,
): void {
  const audit = auditLink(link, fastPolicy, { untilMs });
  const verdict = judge(audit.faults, stalls, audit.slots);
  faults.list.push(...verdict.faults);
  const blocked = audit.runs.filter((run) => run.startMs > fromMs + BLOCKED_AFTER_MS);
  const started = audit.runs.filter((run) => run.startMs > fromMs && run.startMs <= fromMs + BLOCKED_AFTER_MS);
  figures.runs = started.length;
  figures.runs_blocked = blocked.length;
  figures.excused = verdict.excused;
  faults.expect(started.length > 0, 'no run carried what credit allowed');
  const end = Math.max(...started.map(({ startMs, up }) => startMs + up.periods * fastPolicy.periodMs));
  faults.expect(end < untilMs - 1000, `runs went on until the end: blocked payload holds demand`);
  faults.expect(blocked.length === 0, `${blocked.length} runs began while all payload was blocked by credit`);
}
