// Cuts a captured connection into its parts as any observer can: TLS handshake, bootstrap exchange, session, close alert.
import { type ConnectionCapture, contentType, type Direction, type WireRecord } from '../capture/wire-record.ts';

export type TlsVersion = 'TLSv1.3' | 'TLSv1.2';

const versions: readonly TlsVersion[] = ['TLSv1.3', 'TLSv1.2'];

/** Both versions in turn, for the n-th device of a case. */
export function versionOf(index: number): TlsVersion {
  return versions[index % versions.length] as TlsVersion;
}

/** SPEC.md section 5.1: frames of 512 bytes, two each way. */
export const BOOTSTRAP_FRAME = 512;
export const BOOTSTRAP_RECORDS = 2;

/** What a record of application data is longer than its frame: RFC 8446 section 5.2 (content type and tag), RFC 5288
 *  section 3 (explicit nonce and tag). */
export const recordOverhead: Readonly<Record<TlsVersion, number>> = { 'TLSv1.3': 17, 'TLSv1.2': 24 };

/** Bytes of a close alert's record (RFC 8446 section 6): two of the alert, in 1.3 disguised as application data. */
const alertLength: Readonly<Record<TlsVersion, number>> = { 'TLSv1.3': 2 + 17, 'TLSv1.2': 2 + 24 };
const alertType: Readonly<Record<TlsVersion, number>> = {
  'TLSv1.3': contentType.applicationData,
  'TLSv1.2': contentType.alert,
};

export interface DirectionView {
  /** Records before the first bootstrap frame. */
  readonly handshake: readonly WireRecord[];
  readonly bootstrap: readonly WireRecord[];
  /** Frames of the session: sizes are those of the frames. */
  readonly session: readonly FrameRecord[];
  /** The close alert after it: the last record. What looks like one elsewhere is a record of the session, or strange. */
  readonly alerts: readonly WireRecord[];
  /** Records of the session that are no application data. */
  readonly strange: readonly WireRecord[];
}

export interface FrameRecord {
  readonly atMs: number;
  readonly size: number;
  readonly several: boolean;
}

export interface SessionView {
  readonly up: DirectionView;
  readonly down: DirectionView;
}

/** The TLS version that a connection negotiated: 1.3 hides the client's Finished as application data after a CCS. */
export function viewSession(connection: ConnectionCapture, version: TlsVersion): SessionView {
  return { up: viewDirection(connection, 'up', version), down: viewDirection(connection, 'down', version) };
}

function viewDirection(connection: ConnectionCapture, direction: Direction, version: TlsVersion): DirectionView {
  const records = connection[direction];
  const bootstrapLength = BOOTSTRAP_FRAME + recordOverhead[version];
  const isFrame = ({ type, length }: WireRecord) => type === contentType.applicationData && length === bootstrapLength;
  const first = records.findIndex(isFrame);
  if (first < 0) return { handshake: records, bootstrap: [], session: [], alerts: [], strange: [] };
  const bootstrap: WireRecord[] = [];
  let at = first;
  while (at < records.length && bootstrap.length < BOOTSTRAP_RECORDS) {
    const record = records[at] as WireRecord;
    if (!isFrame(record)) break;
    bootstrap.push(record);
    at += 1;
  }
  const session: FrameRecord[] = [];
  const alerts: WireRecord[] = [];
  const strange: WireRecord[] = [];
  for (const record of records.slice(at)) {
    const { atMs, type, length, several } = record;
    const isAlert = type === alertType[version] && length === alertLength[version];
    if (isAlert && record === records.at(-1)) alerts.push(record);
    else if (type !== contentType.applicationData) strange.push(record);
    else session.push({ atMs, size: length - recordOverhead[version], several });
  }
  return { handshake: records.slice(0, first), bootstrap, session, alerts, strange };
}
