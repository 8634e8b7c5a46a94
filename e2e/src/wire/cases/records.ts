// Invariant 1 with 200 connections, as many of them at a time as the machine keeps: after the handshake every record has the size
// of the schedule, one for the background and one for periods, whether it carries payload, acknowledgements or nothing.
import { setTimeout as delay } from 'node:timers/promises';
import { type Case, Faults } from '../../harness/cases.ts';
import type { JsonObject } from '../../harness/child-program.ts';
import { monotonicMs } from '../../harness/command-loop.ts';
import { LengthTable } from '../audit/length-table.ts';
import { auditLink, type LinkAudit, slotsOf } from '../audit/link-audit.ts';
import type { TlsVersion } from '../audit/session-view.ts';
import { judgeLinks, type Stall } from '../audit/stalls.ts';
import { type Played, playInBatches } from '../rig/machine-load.ts';
import { type Link, type Rig, withRig } from '../rig/rig.ts';
import { fastPolicy, type WirePolicy } from '../rig/wire-policy.ts';

const policy: WirePolicy = { ...fastPolicy, cover: { rate: 0.5, deviceShare: 0.5, counts: [1000] } };
const CONNECTIONS = 200;
const SECONDS = 10;
const FRAMES = 1000;
/** A frame that left so long ago has been seen, ms. */
const SETTLED_MS = 100;

/** What the frames of a device carry: data both ways, acknowledgements of data that comes down, nothing. */
const loads = ['payload', 'acknowledgements', 'cover'] as const;
type Load = (typeof loads)[number];
const loadOf = (index: number): Load => loads[index % loads.length] as Load;

export const recordsCase: Case = {
  name: 'records',
  about: 'invariant 1: one record length per direction and phase, 200 connections, TLS 1.3 and 1.2',
  run: async (context) => {
    const faults = new Faults();
    const count = context.number('connections') ?? CONNECTIONS;
    const least = context.number('frames') ?? FRAMES;
    const figures: Record<string, number> = {};
    for (const version of ['TLSv1.3', 'TLSv1.2'] as const) {
      const table = new LengthTable(policy, version, loads);
      const batches = await playInBatches(count, (first, size) => playBatch(version, first, size));
      const { played } = batches;
      for (const { audits, untilMs } of played) {
        for (const [load, audit] of audits) table.add(load, audit, untilMs);
      }
      const slots = played.reduce((sum, batch) => sum + batch.slots, 0);
      const verdict = judgeLinks(
        played.flatMap(({ audits }) => audits.map(([, audit]) => audit)),
        played.flatMap(({ stalls }) => stalls),
        slots,
      );
      figures[`slots_${version}`] = slots;
      figures[`excused_${version}`] = verdict.excused;
      figures[`at_once_${version}`] = batches.atOnce;
      figures[`retries_${version}`] = batches.retries;
      faults.list.push(...verdict.faults.map((fault) => `${version}: ${fault}`));
      faults.list.push(...played.flatMap((batch) => batch.faults));
      context.print(`${version}, ${count} connections, ${batches.atOnce} at a time\n${table.render()}`);
      faults.list.push(...table.faults(least).map((fault) => `${version}: ${fault}`));
      figures[`records_${version}`] = table.records;
      figures[`least_${version}`] = table.least;
    }
    return faults.outcome(figures);
  },
};

interface Batch extends Played {
  readonly stalls: readonly Stall[];
  readonly slots: number;
  readonly audits: readonly (readonly [Load, LinkAudit])[];
  readonly untilMs: number;
  /** Of the capture and the programs. */
  readonly faults: readonly string[];
}

/** A stage with the connections from number `first` on. */
function playBatch(version: TlsVersion, first: number, count: number): Promise<Batch> {
  return withRig({ policies: [policy] }, async (rig) => {
    const connected = await connectAll(rig, first, count, version);
    await carry(rig, connected);
    // What these tunnels have shown up to now, all of them by the schedule.
    const untilMs = monotonicMs() - SETTLED_MS;
    const audits = connected.map(({ load, link }) => [load, auditLink(link, policy, { untilMs })] as const);
    const links = audits.map(([, audit]) => audit);
    const stalls = await rig.stalls();
    const slots = slotsOf(links);
    return {
      audits,
      untilMs,
      stalls,
      slots,
      verdicts: [judgeLinks(links, stalls, slots)],
      faults: [...rig.capture.faults, ...rig.programFaults],
    };
  });
}

interface LoadedLink {
  readonly load: Load;
  readonly link: Link;
}

async function connectAll(rig: Rig, first: number, count: number, version: TlsVersion): Promise<LoadedLink[]> {
  const links: LoadedLink[] = [];
  for (let index = first; index < first + count; index += 1) {
    links.push({ load: loadOf(index), link: await rig.connect(policy.fleet, `device-${index}`, { version }) });
  }
  const having = (load: Load) => links.filter((entry) => entry.load === load).map(({ link }) => link.device);
  await rig.open(having('payload'), 'echo');
  await rig.open(having('acknowledgements'), 'manual');
  return links;
}

/** Activities of 3 kB at random times, and quiet bytes between them. */
async function carry(rig: Rig, links: readonly LoadedLink[]): Promise<void> {
  const startMs = monotonicMs() + 200;
  const plans: Record<Load, JsonObject[]> = { payload: [], acknowledgements: [], cover: [] };
  for (const { load, link } of links) {
    const { device } = link;
    for (let atMs = startMs; atMs < startMs + SECONDS * 1000; atMs += 1500 + 2000 * Math.random()) {
      const entry = { do: 'write', device, ...(load === 'payload' ? { stream: 'a' } : {}) };
      plans[load].push({ ...entry, bytes: 3000, atMs }, { ...entry, bytes: 2, atMs: atMs + 1200 });
    }
  }
  await rig.plan(plans.payload, plans.acknowledgements);
  await delay(SECONDS * 1000 + 400);
}
