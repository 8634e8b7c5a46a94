// Invariant 1 with a single connection: the same as `records`, where nothing else goes on in the processes. Several stages
// side by side, each with one connection, so that slow background slots come to a thousand in time.
import { setTimeout as delay } from 'node:timers/promises';
import { type Case, Faults } from '../../harness/cases.ts';
import type { JsonObject } from '../../harness/child-program.ts';
import { monotonicMs } from '../../harness/command-loop.ts';
import { LengthTable } from '../audit/length-table.ts';
import { type TlsVersion, viewSession } from '../audit/session-view.ts';
import { withRig } from '../rig/rig.ts';
import { fastPolicy, type WirePolicy } from '../rig/wire-policy.ts';

const policy: WirePolicy = {
  ...fastPolicy,
  backgroundMs: 240,
  cover: { rate: 0.15, deviceShare: 0.5, counts: [1000] },
};
const STAGES = 4;
const FRAMES = 1000;
/** Background frames a second of one connection in this mixture of runs and idle time. */
const BACKGROUND_RATE = 2.4;
const ACTIVITY_EVERY_MS = 6000;

export const recordsOneCase: Case = {
  name: 'records-one',
  about: 'invariant 1: one record length per direction and phase, single connections, TLS 1.3 and 1.2',
  waits: true,
  run: async (context) => {
    const faults = new Faults();
    const least = context.number('frames') ?? FRAMES;
    const seconds = Math.max(8, least / (STAGES * BACKGROUND_RATE));
    const figures: Record<string, number> = {};
    const versions = ['TLSv1.3', 'TLSv1.2'] as const;
    const tables = new Map(versions.map((version) => [version, new LengthTable(policy, version)]));
    const stages = versions.flatMap((version) => new Array<TlsVersion>(STAGES).fill(version));
    await Promise.all(
      stages.map(async (version) => {
        faults.list.push(...(await runStage(version, seconds * 1000, tables.get(version) as LengthTable)));
      }),
    );
    for (const [version, table] of tables) {
      context.print(`${version}, ${STAGES} times one connection\n${table.render()}`);
      faults.list.push(...table.faults(least).map((fault) => `${version}: ${fault}`));
      figures[`records_${version}`] = table.records;
      figures[`least_${version}`] = table.least;
    }
    return faults.outcome(figures);
  },
};

async function runStage(version: TlsVersion, lengthMs: number, table: LengthTable): Promise<readonly string[]> {
  return await withRig({ policies: [policy] }, async (rig) => {
    const device = 'only';
    const link = await rig.connect(policy.fleet, device, { version });
    await rig.open([device], 'echo', 'e');
    await rig.open([device], 'manual', 'm');
    const [devicePlan, cloudPlan]: [JsonObject[], JsonObject[]] = [[], []];
    const startMs = monotonicMs() + 200;
    for (let atMs = startMs; atMs < startMs + lengthMs; atMs += ACTIVITY_EVERY_MS) {
      devicePlan.push({ do: 'write', device, stream: 'e', bytes: 2500, atMs });
      devicePlan.push({ do: 'write', device, stream: 'e', bytes: 2, atMs: atMs + 1500 });
      cloudPlan.push({ do: 'write', device, bytes: 9000, atMs: atMs + ACTIVITY_EVERY_MS / 2 });
    }
    await rig.plan(devicePlan, cloudPlan);
    await delay(lengthMs + 400);
    table.add('mixed', viewSession(link.capture, version));
    return [...rig.capture.faults, ...rig.programFaults];
  });
}
