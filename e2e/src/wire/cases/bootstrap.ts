// Invariant 1, until the fleet is known: two records of 512 bytes each way for every fleet, policy and outcome, and
// nothing else before the first run.

import { randomBytes } from 'node:crypto';
import { setTimeout as delay } from 'node:timers/promises';
import { type Case, Faults } from '../../harness/cases.ts';
import { BOOTSTRAP_RECORDS, type DirectionView, type TlsVersion, viewSession } from '../audit/session-view.ts';
import type { Direction } from '../capture/wire-record.ts';
import { type Rig, withRig } from '../rig/rig.ts';
import { constantPolicy, fastPolicy, type WirePolicy } from '../rig/wire-policy.ts';

const cover = { rate: 0.5, deviceShare: 0.3, counts: [600, 250, 100, 40] };
/** Fleets whose names, modes and parameters take different numbers of bytes. */
const policies: readonly WirePolicy[] = [
  { ...fastPolicy, fleet: 'a' },
  { ...constantPolicy, fleet: 'b'.repeat(63), frameSize: 1400 },
  { ...fastPolicy, fleet: 'smart-plug', cover, longestRun: 1024, frameSize: 600, quietBytes: 65_535 },
  { ...fastPolicy, fleet: 'large', periodMs: 2000, leadMs: 400, holdMs: 1500, backgroundMs: 900, frameSize: 16_000 },
];

export const bootstrapCase: Case = {
  name: 'bootstrap',
  about: 'invariant 1: two 512-byte records each way for all fleets, policies and refusals',
  waits: true,
  run: async () => {
    const faults = new Faults();
    let connections = 0;
    const handshakes = new Map<string, Set<number>>();
    await withRig({ policies }, async (rig) => {
      for (const version of ['TLSv1.3', 'TLSv1.2'] as const) {
        for (const { fleet, mode } of policies) {
          const { capture } = await rig.connect(fleet, `device-${version}-${fleet.length}`, { version });
          connections += 1;
          await delay(150);
          const view = viewSession(capture, version);
          for (const direction of ['up', 'down'] as const) {
            expectExchange(faults, `${version} ${fleet} ${direction}`, view[direction]);
            noteHandshake(handshakes, version, direction, view[direction]);
          }
          const first = view.up.session[0]?.size;
          const wanted = policies.find((policy) => policy.fleet === fleet)?.frameSize;
          faults.expect(
            mode === 'ILP' || first === wanted,
            `${version} ${fleet}: the session begins with ${first} bytes up`,
          );
        }
        for (const [name, fleet, key] of refusals(rig)) {
          connections += 1;
          faults.list.push(...(await refused(rig, version, name, fleet, key)));
        }
      }
    });
    for (const [where, lengths] of handshakes) {
      // Signatures of ECDSA P-256 take 70 to 72 bytes, with leading zeros fewer.
      const spread = Math.max(...lengths) - Math.min(...lengths);
      faults.expect(spread <= 6, `the TLS handshake of ${where} takes ${[...lengths].join(', ')} bytes`);
    }
    return faults.outcome({ connections, fleets: policies.length });
  },
};

function expectExchange(faults: Faults, where: string, { bootstrap, strange }: DirectionView): void {
  faults.expect(
    bootstrap.length === BOOTSTRAP_RECORDS,
    `${where}: ${bootstrap.length} records of 512 bytes, allowed 2`,
  );
  faults.expect(strange.length === 0, `${where}: ${strange.length} records of another type`);
}

function noteHandshake(
  sums: Map<string, Set<number>>,
  version: TlsVersion,
  direction: Direction,
  view: DirectionView,
): void {
  const where = `${version} ${direction}`;
  const bytes = view.handshake.reduce((sum, { length }) => sum + length, 0);
  sums.set(where, (sums.get(where) ?? new Set()).add(bytes));
}

/** Peers that must be refused alike: a wrong key, and a fleet that does not exist. */
function refusals(rig: Rig): [name: string, fleet: string, key: string][] {
  const wrong = randomBytes(32).toString('base64');
  return [
    ['a wrong key', 'a', wrong],
    ['an unknown fleet', 'no-such-fleet', rig.groupKeys.get('a') ?? wrong],
  ];
}

async function refused(rig: Rig, version: TlsVersion, name: string, fleet: string, key: string): Promise<string[]> {
  const faults = new Faults();
  const before = rig.capture.connections.length;
  const options = { version, groupKey: key };
  const outcome = await rig.connect(fleet, `device-${version}`, options).then(
    () => 'accepted',
    (error: Error) => error.message,
  );
  faults.expect(/REFUSED|AUTHENTICATION/.test(outcome), `${name} (${version}): ${outcome}`);
  const capture = await rig.connection(before);
  await delay(150);
  const view = viewSession(capture, version);
  for (const direction of ['up', 'down'] as const) {
    const { bootstrap, session } = view[direction];
    const where = `${name} (${version}), ${direction}`;
    faults.expect(
      bootstrap.length === BOOTSTRAP_RECORDS,
      `${where}: ${bootstrap.length} records of 512 bytes, allowed 2`,
    );
    faults.expect(session.length === 0, `${where}: ${session.length} records after the refusal`);
  }
  faults.expect(capture.closedMs !== undefined, `${name} (${version}): the connection stays open`);
  return faults.list;
}
