// Invariant 1 with a single connection: the same as `records`, where nothing else goes on in the processes. Several stages
// side by side, each with one connection, so that slow background slots come to a thousand in time.
import { setTimeout as delay } from 'node:timers/promises';
import { type Case, Faults } from '../../harness/cases.ts';
import type { JsonObject } from '../../harness/child-program.ts';
import { monotonicMs } from '../../harness/command-loop.ts';
import { LengthTable } from '../audit/length-table.ts';
import { auditLink, type LinkAudit } from '../audit/link-audit.ts';
import type { TlsVersion } from '../audit/session-view.ts';
import { withRig } from '../rig/rig.ts';
import { fastPolicy, type WirePolicy } from '../rig/wire-policy.ts';

const policy: WirePolicy = {
  ...fastPolicy,
  backgroundMs: 240,
  cover: { rate: 0.3, deviceShare: 0.5, counts: [1000] },
};
/** One stage for each: data both ways, acknowledgements of data that comes down, nothing. */
const loads = ['payload', 'acknowledgements', 'cover'] as const;
type Load = (typeof loads)[number];
/** Share of the records that the rows of one load must have. */
const LOAD_SHARE = 0.12;
const FRAMES = 1000;
/** Background frames a second of one connection in this mixture of runs and idle time. */
const BACKGROUND_RATE = 2.8;
const ACTIVITY_EVERY_MS = 5000;

export const recordsOneCase: Case = {
  name: 'records-one',
  about: 'invariant 1: one record length per direction and phase, single connections, TLS 1.3 and 1.2',
  waits: true,
  run: async (context) => {
    const faults = new Faults();
    const least = context.number('frames') ?? FRAMES;
    const seconds = Math.max(8, least / (loads.length * BACKGROUND_RATE));
    const figures: Record<string, number> = {};
    const versions = ['TLSv1.3', 'TLSv1.2'] as const;
    await Promise.all(
      versions.map(async (version) => {
        // The sum of all loads, and each by itself.
        const whole = new LengthTable(policy, version, ['all']);
        const table = new LengthTable(policy, version, loads);
        const found = await Promise.all(
          loads.map((load) =>
            runStage(version, load, seconds * 1000, (audit, untilMs) => {
              whole.add('all', audit, untilMs);
              table.add(load, audit, untilMs);
            }),
          ),
        );
        context.print(`${version}, ${loads.length} times one connection\n${whole.render()}\n${table.render()}`);
        const lengths = [...whole.faults(least), ...table.faults(LOAD_SHARE * least)];
        faults.list.push(...found.flat(), ...lengths.map((fault) => `${version}: ${fault}`));
        figures[`records_${version}`] = whole.records;
        figures[`least_${version}`] = whole.least;
      }),
    );
    return faults.outcome(figures);
  },
};

async function runStage(
  version: TlsVersion,
  load: Load,
  lengthMs: number,
  look: (audit: LinkAudit, untilMs: number) => void,
): Promise<readonly string[]> {
  return await withRig({ policies: [policy] }, async (rig) => {
    const device = 'only';
    const link = await rig.connect(policy.fleet, device, { version });
    if (load === 'payload') await rig.open([device], 'echo', 'e');
    if (load === 'acknowledgements') await rig.open([device], 'manual', 'm');
    const startMs = monotonicMs() + 200;
    const plans: Record<Load, JsonObject[]> = { payload: [], acknowledgements: [], cover: [] };
    for (let atMs = startMs; atMs < startMs + lengthMs; atMs += ACTIVITY_EVERY_MS) {
      plans.payload.push({ do: 'write', device, stream: 'e', bytes: 2500, atMs });
      plans.payload.push({ do: 'write', device, stream: 'e', bytes: 2, atMs: atMs + 1500 });
      plans.acknowledgements.push({ do: 'write', device, bytes: 9000, atMs });
    }
    await rig.plan(load === 'payload' ? plans.payload : [], load === 'acknowledgements' ? plans.acknowledgements : []);
    await delay(lengthMs + 400);
    const untilMs = monotonicMs() - 100;
    // Lengths only: six stages that start at once are no place to look at times.
    look(auditLink(link, policy, { untilMs }), untilMs);
    return [...rig.capture.faults, ...rig.programFaults];
  });
}
