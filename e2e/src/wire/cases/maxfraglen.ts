// Invariant 1 with a device of small buffers: max_fragment_length 1024 (RFC 6066), asked for by OpenSSL's own client. Every
// record keeps within it in both directions, and one frame stays one record.
import { spawnSync } from 'node:child_process';
import { setTimeout as delay } from 'node:timers/promises';
import { type Case, Faults } from '../../harness/cases.ts';
import type { JsonObject } from '../../harness/child-program.ts';
import { monotonicMs } from '../../harness/command-loop.ts';
import { LengthTable } from '../audit/length-table.ts';
import { auditLink } from '../audit/link-audit.ts';
import { recordOverhead } from '../audit/session-view.ts';
import type { ConnectionCapture } from '../capture/wire-record.ts';
import { type Link, withRig } from '../rig/rig.ts';
import { fastPolicy, type WirePolicy } from '../rig/wire-policy.ts';

const MAX_FRAGMENT = 1024;
const fitting: WirePolicy = { ...fastPolicy, fleet: 'fitting', frameSize: MAX_FRAGMENT, backgroundMs: 240 };
/** The largest number that such a device cannot take: it must be refused. */
const tooLarge: WirePolicy = { ...fastPolicy, fleet: 'too-large', frameSize: MAX_FRAGMENT + 1 };

const versions = ['TLSv1.3', 'TLSv1.2'] as const;
/** Of each version; in so many rounds they come to a thousand records of each direction and phase. */
const DEVICES = 16;
const ROUNDS = 10;
const ROUND_MS = 2500;
const BYTES = 3000;
const FRAMES = 1000;

export const maxfraglenCase: Case = {
  name: 'maxfraglen',
  about: 'invariant 1: records keep within max_fragment_length 1024 of an openssl client, TLS 1.3 and 1.2',
  waits: true,
  blocked: () => (spawnSync('openssl', ['version']).error === undefined ? undefined : 'openssl is not installed'),
  run: async (context) => {
    const faults = new Faults();
    const figures: Record<string, number> = {};
    const least = context.number('frames') ?? FRAMES;
    const rounds = Math.ceil((ROUNDS * least) / FRAMES);
    await withRig({ policies: [fitting, tooLarge] }, async (rig) => {
      const links: Link[] = [];
      for (const version of versions) {
        for (let index = 0; index < DEVICES; index += 1) {
          links.push(await rig.connect(fitting.fleet, `small-${version}-${index}`, { version, openssl: MAX_FRAGMENT }));
        }
      }
      const devices = links.map(({ device }) => device);
      await rig.open(devices, 'echo');
      await rig.plan(devices.flatMap((device, index) => writes(device, monotonicMs() + 40 * index, rounds)));
      await delay(rounds * ROUND_MS + 40 * links.length + 1500);
      for (const version of versions) {
        const table = new LengthTable(fitting, version, ['payload']);
        const own = links.filter((link) => link.version === version);
        for (const link of own) table.add('payload', auditLink(link, fitting));
        context.print(`${version}, ${own.length} connections\n${table.render()}`);
        faults.list.push(...table.faults(least).map((fault) => `${version}: ${fault}`));
        figures[`records_${version}`] = table.records;
        figures[`least_${version}`] = table.least;
        const longest = Math.max(...own.map(({ capture }) => longestFragment(capture, recordOverhead[version])));
        figures[`longest_${version}`] = longest;
        faults.expect(longest <= MAX_FRAGMENT, `${version}: a fragment of ${longest} bytes, allowed ${MAX_FRAGMENT}`);
        const refusal = await rig.connect(tooLarge.fleet, `large-${version}`, { version, openssl: MAX_FRAGMENT }).then(
          () => 'accepted',
          (error: Error) => error.message,
        );
        faults.expect(/FRAME_TOO_LARGE/.test(refusal), `${version}: frames of ${tooLarge.frameSize} bytes: ${refusal}`);
      }
      const received = Number((await rig.devices.request({ do: 'status' })).received);
      figures.received = received;
      const expected = links.length * rounds * BYTES;
      faults.expect(received === expected, `${received} bytes were echoed, expected ${expected}`);
      faults.list.push(...rig.capture.faults, ...rig.programFaults);
    });
    return faults.outcome(figures);
  },
};

function writes(device: string, startMs: number, rounds: number): JsonObject[] {
  return Array.from({ length: rounds }, (_, round) => {
    return { do: 'write', device, stream: 'a', bytes: BYTES, atMs: startMs + round * ROUND_MS };
  });
}

/** Of all records of application data, those of the handshake included. */
function longestFragment(capture: ConnectionCapture, overhead: number): number {
  return Math.max(...[...capture.up, ...capture.down].map(({ length }) => length - overhead));
}
