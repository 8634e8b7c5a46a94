// The e2e case `replay`: the plug's whole session, twenty times faster, and its labelled stretch at its own speed, each through
// a tunnel of its own in STP and in ILP. Every byte must arrive; what that costs and how long it takes is printed.
import { readFileSync } from 'node:fs';
import { setTimeout as delay } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { type Case, type CaseContext, type CaseOutcome, Faults, type Figures } from '../../harness/cases.ts';
import { findFreePorts } from '../../harness/free-port.ts';
import { quantile } from '../../harness/histogram.ts';
import { chunkDelays, summarizeReplay } from '../../replay/delays.ts';
import type { EndReport } from '../../replay/replay-end.ts';
import { cutTable, type Direction, parseLabels, plugLabelsFile, type Row, readTable } from '../../replay/table.ts';
import { recordsBetween, wireCost } from '../replay/wire-cost.ts';
import { renderSamplePolicy } from '../rig/policy.ts';
import { Stack } from '../rig/stack.ts';
import { type Workplace, withWorkplace } from '../rig/workplace.ts';

const replayServer = fileURLToPath(new URL('../../replay/server.ts', import.meta.url));
const replayClient = fileURLToPath(new URL('../../replay/client.ts', import.meta.url));
const modes = ['STP', 'ILP'] as const;
const directions = ['up', 'down'] as const;

/** The plug's heartbeats have 53 bytes; at 4 quiet bytes each would start a period. */
const quietBytes = 64;
/** The whole session without retransmissions. */
const sessionBytes: Record<Direction, number> = { up: 429_812, down: 184_898 };
/** Faster would bring two heartbeats into one window of a second: they would not be quiet any more. */
const sessionSpeed = 20;
const labelled = { fromS: 3984, toS: 4094 };
const periodBytes = 1024 + 22;
/** The plug does ten things or so untouched: by them its four idle stretches are in periods for 0.11 to 0.45 of their time. Cover
 *  comes in one session of four, and a long run of it may fill a stretch: the bound is that of three of them. Heartbeats that
 *  counted would come more often than the hold lasts: all of the time, in each stretch. */
const idleShareLimit = 0.5;
const atMostMs = 420_000;

type Mode = (typeof modes)[number];

interface Play {
  readonly name: string;
  readonly mode: Mode;
  readonly rows: readonly Row[];
  readonly speed: number;
  readonly device: EndReport;
  readonly cloud: EndReport;
  readonly connection: number;
}

export const replayCase: Case = {
  name: 'replay',
  about: 'a real plug’s session through STP and ILP: every byte, SHA-256 per direction, rates, overhead, added delay',
  waits: true,
  run: (context) => withWorkplace('replay', (place) => runReplay(context, place)),
};

async function runReplay(context: CaseContext, place: Workplace): Promise<CaseOutcome> {
  const faults = new Faults();
  const table = readTable();
  const stretch = cutTable(table, labelled.fromS, labelled.toS);
  const ports = await findFreePorts(4);
  const portOf = (mode: Mode, service: string) => ports[modes.indexOf(mode) + (service === 'session' ? 0 : 2)] ?? 0;
  const stack = await Stack.start(place, {
    policies: modes.map((mode) =>
      renderSamplePolicy({
        fleet: fleetOf(mode),
        mode,
        services: ['session', 'stretch'].map((name) => ({ name, port: portOf(mode, name) })),
        spec: { activity: { quietBytes } },
      }),
    ),
  });
  const plans: Promise<Play>[] = [];
  for (const mode of modes) {
    const session = { name: `${mode} session`, service: 'session', rows: table, speed: sessionSpeed, cut: [] };
    const cut = ['--from', String(labelled.fromS), '--to', String(labelled.toS)];
    const slow = { name: `${mode} stretch`, service: 'stretch', rows: stretch, speed: 1, cut };
    for (const { service, ...plan } of [session, slow]) {
      const play = await prepare(stack, { ...plan, mode, service, port: portOf(mode, service) });
      plans.push(play());
    }
  }
  const plays = await Promise.all(plans);
  await delay(500); // the tap's output is up to 0.2 s behind
  const figures: Figures = {};
  for (const play of plays) judge(play, stack, faults, figures, context);
  return faults.outcome(figures);
}

interface Plan {
  readonly name: string;
  readonly mode: Mode;
  readonly service: string;
  readonly port: number;
  readonly rows: readonly Row[];
  readonly speed: number;
  readonly cut: readonly string[];
}

/** Starts the service and an agent; the returned function plays. */
async function prepare(stack: Stack, plan: Plan): Promise<() => Promise<Play>> {
  const { name, mode, service, port, rows, speed } = plan;
  const args = (at: number) => ['--at', `127.0.0.1:${at}`, '--speed', String(speed), ...plan.cut];
  const server = runEnd(stack.place, `${name}, cloud`, replayServer, args(port));
  const last = stack.lastConnection;
  const agent = await stack.startAgent({
    device: `${mode.toLowerCase()}-${service}`,
    fleet: fleetOf(mode),
    services: [service],
  });
  const connection = await stack.newConnection(last);
  return async () => {
    const client = runEnd(stack.place, `${name}, device`, replayClient, args(agent.port(service)));
    const [cloud, device] = await Promise.all([server, client]);
    return { name, mode, rows, speed, device, cloud, connection };
  };
}

async function runEnd(place: Workplace, name: string, file: string, args: readonly string[]): Promise<EndReport> {
  const { output, said, status } = await place.run({ name, file, args }, atMostMs);
  if (output === '') throw new Error(`${name} ended with status ${status} and without a report: ${said}`);
  return JSON.parse(output) as EndReport;
}

function judge(play: Play, stack: Stack, faults: Faults, figures: Figures, context: CaseContext): void {
  const { name, mode, rows, speed, device, cloud, connection } = play;
  const summary = summarizeReplay(device, cloud);
  faults.expect(summary.complete, `${name}: not complete: ${device.error ?? ''} ${cloud.error ?? ''}`);
  const isSession = speed === sessionSpeed;
  const key = name.toLowerCase().replace(' ', '_');
  for (const direction of directions) {
    const { bytes, sha256Equal } = summary.directions[direction];
    faults.expect(sha256Equal, `${name} ${direction}: SHA-256 differs after ${bytes} bytes`);
    const expected = sessionBytes[direction];
    if (!isSession) continue;
    faults.expect(bytes === expected, `${name} ${direction}: ${bytes} bytes came, ${expected} expected`);
    figures[`${key}_${direction}_bytes`] = bytes;
  }
  const startMs = Math.min(device.sent.marks[0]?.timeMs ?? 0, cloud.sent.marks[0]?.timeMs ?? 0);
  const spanMs = ((rows.at(-1)?.timeMs ?? 0) - (rows[0]?.timeMs ?? 0)) / speed;
  const records = recordsBetween(stack.records, connection, startMs, startMs + spanMs);
  const cost = wireCost(rows, records, spanMs / 1000);
  const delays = {
    up: chunkDelays(device.sent.marks, cloud.received.marks),
    down: chunkDelays(cloud.sent.marks, device.received.marks),
  };
  const line = directions.map((direction) => {
    const [p50, p99] = [0.5, 0.99].map((q) => quantile(delays[direction], q).toFixed(0));
    const [raw, shaped] = [cost.raw[direction].toFixed(0), cost.shaped[direction].toFixed(0)];
    return `${direction} raw ${raw} B/s, shaped ${shaped} B/s, added delay p50 ${p50} ms, p99 ${p99} ms`;
  });
  context.print(`replay ${name} (${speed} ×): ${line.join('; ')}; overhead ${cost.overhead.toFixed(1)}`);
  if (!isSession) {
    figures[`${key}_overhead`] = cost.overhead;
    for (const direction of directions) {
      figures[`${key}_${direction}_raw_Bps`] = cost.raw[direction];
      figures[`${key}_${direction}_shaped_Bps`] = cost.shaped[direction];
      figures[`${key}_${direction}_delay_p50_ms`] = quantile(delays[direction], 0.5);
      figures[`${key}_${direction}_delay_p99_ms`] = quantile(delays[direction], 0.99);
    }
  } else if (mode === 'STP') {
    const shares = idleShares(stack, connection, startMs - (rows[0]?.timeMs ?? 0) / speed);
    const share = quantile(shares, 0.75);
    figures[`${key}_idle_share_in_periods`] = share;
    figures[`${key}_idle_share_most`] = Math.max(...shares);
    faults.expect(
      share <= idleShareLimit,
      `${name}: ${share} and more of idle stretches in periods, heartbeats are not quiet`,
    );
  }
}

/** For each idle stretch of the session the share of its time that was in periods, from upstream slots. */
function idleShares(stack: Stack, connection: number, originMs: number): number[] {
  const idle = parseLabels(readFileSync(plugLabelsFile, 'utf8')).filter(({ activity }) => activity.startsWith('idle'));
  const slotMs = 100;
  return idle.map(({ startS, endS }) => {
    const atMs = (seconds: number) => originMs + (seconds * 1000) / sessionSpeed;
    const slots = recordsBetween(stack.records, connection, atMs(startS), atMs(endS)).filter(
      ({ direction, bytes }) => direction === 'up' && bytes === periodBytes,
    );
    return (slots.length * slotMs) / (atMs(endS) - atMs(startS));
  });
}

function fleetOf(mode: Mode): string {
  return `plug-${mode.toLowerCase()}`;
}
