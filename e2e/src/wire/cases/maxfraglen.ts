// Invariant 1 with a device of small buffers: max_fragment_length 1024 (RFC 6066), asked for by OpenSSL's own client. Every
// record keeps within it in both directions, and one frame stays one record.
import { spawnSync } from 'node:child_process';
import { setTimeout as delay } from 'node:timers/promises';
import { type Case, Faults } from '../../harness/cases.ts';
import { monotonicMs } from '../../harness/command-loop.ts';
import { LengthTable } from '../audit/length-table.ts';
import { recordOverhead, viewSession } from '../audit/session-view.ts';
import type { ConnectionCapture } from '../capture/wire-record.ts';
import { withRig } from '../rig/rig.ts';
import { fastPolicy, type WirePolicy } from '../rig/wire-policy.ts';

const MAX_FRAGMENT = 1024;
const fitting: WirePolicy = { ...fastPolicy, fleet: 'fitting', frameSize: MAX_FRAGMENT };
/** The largest number that such a device cannot take: it must be refused. */
const tooLarge: WirePolicy = { ...fastPolicy, fleet: 'too-large', frameSize: MAX_FRAGMENT + 1 };

export const maxfraglenCase: Case = {
  name: 'maxfraglen',
  about: 'invariant 1: records keep within max_fragment_length 1024 of an openssl client, TLS 1.3 and 1.2',
  waits: true,
  blocked: () => (spawnSync('openssl', ['version']).error === undefined ? undefined : 'openssl is not installed'),
  run: async (context) => {
    const faults = new Faults();
    const figures: Record<string, number> = {};
    await withRig({ policies: [fitting, tooLarge] }, async (rig) => {
      for (const version of ['TLSv1.3', 'TLSv1.2'] as const) {
        const device = `small-${version}`;
        const { capture } = await rig.connect(fitting.fleet, device, { version, openssl: MAX_FRAGMENT });
        await rig.open([device], 'echo');
        const startMs = monotonicMs();
        const writes = [0, 3500].map((atMs) => ({
          do: 'write',
          device,
          stream: 'a',
          bytes: 9000,
          atMs: startMs + atMs,
        }));
        await rig.plan(writes);
        await delay(6500);
        const table = new LengthTable(fitting, version);
        table.add('payload', viewSession(capture, version));
        context.print(`${version}\n${table.render()}`);
        faults.list.push(...table.faults(10).map((fault) => `${version}: ${fault}`));
        figures[`records_${version}`] = table.records;
        figures[`longest_${version}`] = longestFragment(capture, recordOverhead[version]);
        faults.expect(
          longestFragment(capture, recordOverhead[version]) <= MAX_FRAGMENT,
          `${version}: a fragment of ${longestFragment(capture, recordOverhead[version])} bytes, allowed ${MAX_FRAGMENT}`,
        );
        const refusal = await rig.connect(tooLarge.fleet, device, { version, openssl: MAX_FRAGMENT }).then(
          () => 'accepted',
          (error: Error) => error.message,
        );
        faults.expect(/FRAME_TOO_LARGE/.test(refusal), `${version}: frames of ${tooLarge.frameSize} bytes: ${refusal}`);
      }
      const received = Number((await rig.devices.request({ do: 'status' })).received);
      figures.received = received;
      faults.expect(received === 2 * 2 * 9000, `${received} bytes were echoed, expected ${2 * 2 * 9000}`);
      faults.list.push(...rig.capture.faults, ...rig.programFaults);
    });
    return faults.outcome(figures);
  },
};

/** Of all records of application data, those of the handshake included. */
function longestFragment(capture: ConnectionCapture, overhead: number): number {
  return Math.max(...[...capture.up, ...capture.down].map(({ length }) => length - overhead));
}
