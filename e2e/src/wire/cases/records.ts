// Invariant 1 with 200 connections: after the handshake every record has the size of the schedule, one for the background and
// one for periods, whether it carries payload, acknowledgements or nothing.
import { setTimeout as delay } from 'node:timers/promises';
import { type Case, Faults } from '../../harness/cases.ts';
import type { JsonObject } from '../../harness/child-program.ts';
import { monotonicMs } from '../../harness/command-loop.ts';
import { LengthTable } from '../audit/length-table.ts';
import { auditLink, slotsOf } from '../audit/link-audit.ts';
import type { TlsVersion } from '../audit/session-view.ts';
import { judge } from '../audit/stalls.ts';
import { type Link, type Rig, withRig } from '../rig/rig.ts';
import { fastPolicy, type WirePolicy } from '../rig/wire-policy.ts';

const policy: WirePolicy = { ...fastPolicy, cover: { rate: 0.5, deviceShare: 0.5, counts: [1000] } };
const CONNECTIONS = 200;
const SECONDS = 9;
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
      await withRig({ policies: [policy] }, async (rig) => {
        const links = await connectAll(rig, count, version);
        await carry(rig, links);
        // What these tunnels have shown up to now, all of them by the schedule.
        const untilMs = monotonicMs() - SETTLED_MS;
        const audits = links.map((link) => auditLink(link, policy, { untilMs }));
        for (const [index, audit] of audits.entries()) table.add(loadOf(index), audit, untilMs);
        const found = audits.flatMap((audit) => audit.faults);
        const verdict = judge(found, await rig.stalls(), slotsOf(audits));
        figures[`slots_${version}`] = slotsOf(audits);
        figures[`excused_${version}`] = verdict.excused;
        faults.list.push(...verdict.faults.map((fault) => `${version}: ${fault}`));
        faults.list.push(...rig.capture.faults, ...rig.programFaults);
      });
      context.print(`${version}, ${count} connections\n${table.render()}`);
      faults.list.push(...table.faults(least).map((fault) => `${version}: ${fault}`));
      figures[`records_${version}`] = table.records;
      figures[`least_${version}`] = table.least;
    }
    return faults.outcome(figures);
  },
};

async function connectAll(rig: Rig, count: number, version: TlsVersion): Promise<Link[]> {
  const links: Link[] = [];
  for (let index = 0; index < count; index += 1) {
    links.push(await rig.connect(policy.fleet, `device-${index}`, { version }));
  }
  const having = (load: Load) => links.filter((_, index) => loadOf(index) === load).map(({ device }) => device);
  await rig.open(having('payload'), 'echo');
  await rig.open(having('acknowledgements'), 'manual');
  return links;
}

/** Activities of 3 kB at random times, and quiet bytes between them. */
async function carry(rig: Rig, links: readonly Link[]): Promise<void> {
  const startMs = monotonicMs() + 200;
  const plans: Record<Load, JsonObject[]> = { payload: [], acknowledgements: [], cover: [] };
  links.forEach(({ device }, index) => {
    for (let atMs = startMs; atMs < startMs + SECONDS * 1000; atMs += 1500 + 2000 * Math.random()) {
      const entry = { do: 'write', device, ...(loadOf(index) === 'payload' ? { stream: 'a' } : {}) };
      plans[loadOf(index)].push({ ...entry, bytes: 3000, atMs }, { ...entry, bytes: 2, atMs: atMs + 1200 });
    }
  });
  await rig.plan(plans.payload, plans.acknowledgements);
  await delay(SECONDS * 1000 + 400);
}
