// Records that carry nothing for the program: a ClientHello on a standing TLS 1.2 connection, which OpenSSL answers by an alert;
// warnings, empty records, ChangeCipherSpecs; a ClientHello in pieces of one byte.
import type { TlsVersion } from '../../../wire/audit/session-view.ts';
import { contentType } from '../../../wire/capture/wire-record.ts';
import { type Attack, attackerAddress, type Target } from '../attack.ts';
import { armLanes } from '../lanes.ts';
import { PlainConnection } from '../plain-connection.ts';
import { RawTls } from '../tls/raw-tls.ts';
import type { RecordSealer } from '../tls/record-sealer.ts';

const LANES = 4;
const FIRST_BYTES = 600_000;
const NEXT_BYTES = 100_000;
/** The shortest: version, random, no session, one suite, no compression (RFC 5246 section 7.4.1.2). */
const clientHello = Buffer.concat([
  Buffer.of(1, 0, 0, 41, 3, 3),
  Buffer.alloc(32, 7),
  Buffer.of(0, 0, 2, 0xc0, 0x2f, 1, 0),
]);
/** A warning that is no end: user_canceled (RFC 8446 section 6.1). */
const warning = Buffer.of(1, 90);
/** Kinds of records by what they hold. */
const kinds: readonly { readonly type: number; readonly content: Buffer }[] = [
  { type: contentType.alert, content: warning },
  { type: contentType.applicationData, content: Buffer.alloc(0) },
  { type: contentType.changeCipherSpec, content: Buffer.of(1) },
  { type: contentType.handshake, content: Buffer.alloc(0) },
];

function open({ port, ca }: Target, version: TlsVersion): Promise<RawTls> {
  return RawTls.open({ port, ca, source: attackerAddress, version });
}

/** As many records as fit `bytes`. */
function repeat(make: () => Buffer, bytes: number): Buffer {
  const records = [make()];
  const { length } = records[0] as Buffer;
  while ((records.length + 1) * length <= bytes) records.push(make());
  return Buffer.concat(records);
}

function plain(type: number, content: Uint8Array): Buffer {
  return Buffer.concat([Buffer.of(type, 3, 1, content.length >>> 8, content.length & 0xff), content]);
}

/** A ClientHello that claims 64 KiB, a byte in a record. */
const fragments = Buffer.concat(
  [1, 1, 0, 0, 3, 3, ...Buffer.alloc(65_532, 7)].map((byte) => plain(22, Buffer.of(byte))),
);

export const strangerRecordAttacks: readonly Attack[] = [
  {
    name: 'handshakes',
    about: 'a stranger does whole handshakes on 16 connections, one after the other',
    arm: (target, effort) =>
      armLanes(4 * LANES, effort, {
        open: async (lane) => {
          const connection = await open(target, lane % 2 === 0 ? 'TLSv1.3' : 'TLSv1.2');
          connection.destroy();
          return connection;
        },
        next: () => undefined,
      }),
  },
  {
    name: 'client-hellos',
    about: 'a stranger floods ClientHellos on standing TLS 1.2 connections',
    arm: (target, effort) => {
      const sealers = new WeakMap<RawTls, RecordSealer>();
      return armLanes(LANES, effort, {
        open: () => open(target, 'TLSv1.2'),
        next: (connection) => {
          const known = sealers.get(connection);
          const sealer = known ?? connection.takeOver();
          sealers.set(connection, sealer);
          return repeat(() => sealer.seal(contentType.handshake, clientHello), known ? NEXT_BYTES : FIRST_BYTES);
        },
      });
    },
  },
  {
    name: 'records-after',
    about: 'a stranger floods warnings, empty records and ChangeCipherSpecs after the handshake, TLS 1.3 and 1.2',
    arm: (target, effort) => {
      const sealers = new WeakMap<RawTls, RecordSealer>();
      let turn = 0;
      return armLanes(LANES, effort, {
        open: (lane) => open(target, lane % 2 === 0 ? 'TLSv1.3' : 'TLSv1.2'),
        next: (connection) => {
          const sealer = sealers.get(connection) ?? connection.takeOver();
          sealers.set(connection, sealer);
          turn += 1;
          const { type, content } = kinds[turn % kinds.length] as (typeof kinds)[number];
          return repeat(() => sealer.seal(type, content), NEXT_BYTES);
        },
      });
    },
  },
  {
    name: 'records-before',
    about: 'a stranger floods warnings, empty records and ChangeCipherSpecs without a handshake',
    arm: ({ port }, effort) => {
      let turn = 0;
      return armLanes(LANES, effort, {
        open: () => PlainConnection.open(port, attackerAddress),
        next: () => {
          turn += 1;
          const { type, content } = kinds[turn % kinds.length] as (typeof kinds)[number];
          return repeat(() => plain(type, content), FIRST_BYTES);
        },
      });
    },
  },
  {
    name: 'fragments',
    about: 'a stranger sends ClientHellos of 64 KiB a byte in a record',
    arm: ({ port }, effort) =>
      armLanes(2 * LANES, effort, {
        open: () => PlainConnection.open(port, attackerAddress),
        next: () => fragments,
      }),
  },
];
