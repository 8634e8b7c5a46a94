// Invariant 10: an end whose program, or whose service, reads nothing keeps its schedule and goes on reading from the
// tunnel's socket; memory is bounded by credit, and blocked payload holds no demand.
import { setTimeout as delay } from 'node:timers/promises';
import { type Case, Faults } from '../../harness/cases.ts';
import type { JsonObject } from '../../harness/child-program.ts';
import { monotonicMs } from '../../harness/command-loop.ts';
import { auditGrid } from '../audit/grid.ts';
import { auditLink } from '../audit/link-audit.ts';
import { viewSession } from '../audit/session-view.ts';
import { judge } from '../audit/stalls.ts';
import { largestReceiveQueue } from '../rig/receive-queues.ts';
import { type Link, type Rig, withRig } from '../rig/rig.ts';
import { constantPolicy, fastPolicy } from '../rig/wire-policy.ts';

const SECONDS = 9;
const CHUNK = 60_000;
const CHUNKS = 40;
/** Most that a socket may hold unread: frames of a few slots, come while the process did something else. */
const LARGEST_QUEUE = 16 * 1024;
/** Credit is 64 KiB per stream; queues of streams and sockets on both sides, and the collector's taste, come to it. */
const LARGEST_GROWTH = 24 * 1024 * 1024;
/** After this a stream's credit is used up: 64 KiB in periods of 10 to 20 kB, one run. */
const BLOCKED_AFTER_MS = 6000;

export const backpressureCase: Case = {
  name: 'backpressure',
  about: 'invariant 10: a program or service that reads nothing changes no slot, closes no window, holds no demand',
  waits: true,
  run: async () => {
    const faults = new Faults();
    const figures: Record<string, number> = {};
    await withRig({ policies: [constantPolicy, fastPolicy] }, async (rig) => {
      const constant = await rig.connect(constantPolicy.fleet, 'constant');
      const periodic = await rig.connect(fastPolicy.fleet, 'periodic');
      const names = [constant.device, periodic.device];
      await rig.open(names, 'manual', 'down');
      await rig.open(names, 'mute', 'up');
      await delay(2000);
      const before = await memory(rig);
      const startMs = monotonicMs();
      await block(rig, names, startMs + 50);
      const largest = await watchQueues(rig.cloudPort, SECONDS * 1000);
      const after = await memory(rig);
      const untilMs = monotonicMs();
      figures.largest_queue = largest ?? -1;
      faults.expect(
        (largest ?? 0) <= LARGEST_QUEUE,
        `${largest} bytes lay unread in a socket, allowed ${LARGEST_QUEUE}`,
      );
      figures.growth_mib = (after - before) / 2 ** 20;
      faults.expect(
        after - before <= LARGEST_GROWTH,
        `the device grew by ${Math.round((after - before) / 2 ** 20)} MiB`,
      );
      lookAtGrid(constant, startMs, untilMs, figures, faults);
      await lookAtRuns(rig, periodic, startMs, untilMs, figures, faults);
      faults.list.push(...rig.capture.faults, ...rig.programFaults);
    });
    return faults.outcome(figures);
  },
};

/** Far more than credit allows, in both directions, to readers that do not read. */
async function block(rig: Rig, devices: readonly string[], atMs: number): Promise<void> {
  const [up, down]: [JsonObject[], JsonObject[]] = [[], []];
  for (const device of devices) {
    up.push({ do: 'pause', device, stream: 'down', atMs: atMs - 50 });
    up.push({ do: 'write', device, stream: 'up', bytes: CHUNK * 4, atMs });
    for (let chunk = 0; chunk < CHUNKS; chunk += 1) down.push({ do: 'write', device, bytes: CHUNK, stream: 0, atMs });
  }
  await rig.plan(up, down);
}

async function watchQueues(port: number, lengthMs: number): Promise<number | undefined> {
  let largest: number | undefined;
  const untilMs = monotonicMs() + lengthMs;
  while (monotonicMs() < untilMs) {
    // A frame that is just arriving is no queue: what counts is what stays for two looks.
    const first = await largestReceiveQueue(port);
    await delay(20);
    const second = await largestReceiveQueue(port);
    if (first !== undefined && second !== undefined) largest = Math.max(largest ?? 0, Math.min(first, second));
    await delay(60);
  }
  return largest;
}

async function memory(rig: Rig): Promise<number> {
  return Number((await rig.devices.request({ do: 'status' })).rssBytes);
}

function lookAtGrid(
  link: Link,
  fromMs: number,
  untilMs: number,
  figures: Record<string, number>,
  faults: Faults,
): void {
  const view = viewSession(link.capture, link.version);
  for (const direction of ['up', 'down'] as const) {
    const times = view[direction].session.map(({ atMs }) => atMs).filter((atMs) => atMs >= fromMs && atMs <= untilMs);
    const slotMs = constantPolicy.slotMs[direction];
    const grid = auditGrid(times, slotMs);
    const slots = (untilMs - fromMs) / slotMs;
    figures[`frames_${direction}`] = times.length;
    figures[`skipped_${direction}`] = grid.empty;
    faults.expect(
      times.length >= 0.97 * slots,
      `${direction}: ${times.length} frames in ${Math.round(slots)} slots behind a reader that does not read`,
    );
    faults.expect(Math.abs(grid.driftMs) <= 8, `${direction}: the grid moved by ${grid.driftMs.toFixed(2)} ms`);
  }
}

async function lookAtRuns(
  rig: Rig,
  link: Link,
  fromMs: number,
  untilMs: number,
  figures: Record<string, number>,
  faults: Faults,
): Promise<void> {
  const audit = auditLink(link, fastPolicy, { untilMs });
  const verdict = judge(audit.faults, await rig.stalls(), audit.runs.length + audit.up.backgroundFrames);
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
