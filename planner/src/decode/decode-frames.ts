// Decodes the plain bytes of one direction of a tunnel into reports, frame by frame. The wire is @quietwire/proto's.

import { type ControlOpener, FrameReader, fieldTypes, limits, ProtoError, protoErrors } from '@quietwire/proto';
import { PlannerError } from '../errors.ts';
import { FieldCollector, type FrameReport } from './frame-report.ts';

/**
 * Yields each frame of `bytes`, which begin with a frame: the bootstrap's first or any later one. Throws ProtoError or
 * TRUNCATED at the first fault, naming frame and offset; the frames before it have been yielded.
 */
export function* decodeFrames(bytes: Uint8Array, opener?: ControlOpener): Generator<FrameReport> {
  const collector = new FieldCollector(opener, () => reader.stop());
  const bootstrap = beginsWithBootstrap(bytes);
  const reader = new FrameReader(collector, { maxFrame: limits.frameMax, bootstrap });
  let offset = 0;
  let maxFrame: number = limits.frameMax;
  for (let frame = 0; offset < bytes.length; frame += 1) {
    const rest = bytes.subarray(offset);
    const size = guarded(frame, offset, () => reader.push(rest));
    if (!reader.atBoundary) throw truncated(frame, offset, rest);
    const { fields } = collector;
    collector.fields = [];
    yield { frame, offset, size, fields };
    offset += size;
    const type = fields[0]?.type;
    if (type === 'HELLO') maxFrame = Number(fields[0]?.maxFrame);
    // The device's last bootstrap message is PROOF, the cloud's ACCEPT (SPEC section 5).
    if (type === 'PROOF' || type === 'ACCEPT') reader.enterSession(maxFrame);
  }
}

/** Whether the first frame is one of the bootstrap: 512 bytes with a bootstrap message, perhaps behind fields to skip. */
function beginsWithBootstrap(bytes: Uint8Array): boolean {
  const frame = Buffer.from(bytes.buffer, bytes.byteOffset, Math.min(bytes.length, limits.bootstrapFrame));
  if (frame.length < limits.bootstrapFrame || frame.readUInt16BE(0) !== limits.bootstrapFrame) return false;
  for (let at = 2; at + 3 <= frame.length && frame[at] !== fieldTypes.PADDING; at += 3 + frame.readUInt16BE(at + 1)) {
    const type = frame[at] as number;
    if (type >= fieldTypes.HELLO && type <= fieldTypes.REFUSE) return true;
  }
  return false;
}

function guarded<Result>(frame: number, offset: number, read: () => Result): Result {
  try {
    return read();
  } catch (cause) {
    if (!(cause instanceof ProtoError)) throw cause;
    const detail = cause.message.slice(protoErrors[cause.code].text.length); // `: …`, or nothing
    throw new ProtoError(cause.code, `frame ${frame} at offset ${offset}${detail}`, { cause });
  }
}

function truncated(frame: number, offset: number, rest: Uint8Array): PlannerError {
  const size = rest.length < 2 ? '' : ` of ${Buffer.from(rest.subarray(0, 2)).readUInt16BE(0)}`;
  const bytes = rest.length === 1 ? '1 byte' : `${rest.length} bytes`;
  return new PlannerError('TRUNCATED', `frame ${frame} at offset ${offset} ends after ${bytes}${size}`);
}
