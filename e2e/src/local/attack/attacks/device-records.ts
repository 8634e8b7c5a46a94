// A device with a valid key that sends its frames in a byte a record, larger than its policy says, or faster than its slots.
import { contentType } from '../../../wire/capture/wire-record.ts';
import type { Attack } from '../attack.ts';
import { armLanes } from '../lanes.ts';
import { openProvenDevice } from '../proven-device.ts';
import type { RawTls } from '../tls/raw-tls.ts';
import type { RecordSealer } from '../tls/record-sealer.ts';

const LANES = 4;
const FIRST_BYTES = 1_500_000;
const NEXT_BYTES = 300_000;
const LARGEST_FRAME = 16_000;
/** GREASE (SPEC.md section 17): receivers skip it. */
const SKIPPED_FIELD = 0xba;

/** A frame whose one field is to be skipped: a receiver reads it to its end. */
function frameOf(size: number): Buffer {
  const frame = Buffer.alloc(size, 0x55);
  frame.writeUInt16BE(size);
  frame[2] = SKIPPED_FIELD;
  frame.writeUInt16BE(size - 5, 3);
  return frame;
}

/** Frames of `size` bytes in records of `recordBytes`, as many as fit. */
function sealFrames(sealer: RecordSealer, size: number, recordBytes: number, bytes: number): Buffer {
  const frame = frameOf(size);
  const records: Buffer[] = [];
  for (let made = 0; made < bytes; ) {
    for (let at = 0; at < frame.length; at += recordBytes) {
      const record = sealer.seal(contentType.applicationData, frame.subarray(at, at + recordBytes));
      records.push(record);
      made += record.length;
    }
  }
  return Buffer.concat(records);
}

function flood(name: string, about: string, size: number | undefined, recordBytes: number): Attack {
  return {
    name,
    about,
    arm: (target, effort) => {
      const sealers = new WeakMap<RawTls, RecordSealer>();
      let opened = 0;
      return armLanes(LANES, effort, {
        // Another identity each time: one that comes again and again replaces itself.
        open: () => openProvenDevice(target, opened++),
        next: (connection) => {
          const known = sealers.get(connection);
          const sealer = known ?? connection.takeOver();
          sealers.set(connection, sealer);
          return sealFrames(sealer, size ?? target.frameSize, recordBytes, known ? NEXT_BYTES : FIRST_BYTES);
        },
      });
    },
  };
}

export const deviceRecordAttacks: readonly Attack[] = [
  flood('one-byte-records', 'a device sends its frames a byte in a record', undefined, 1),
  flood('one-byte-large', 'a device sends frames of 16,000 bytes a byte in a record', LARGEST_FRAME, 1),
  flood('large-frames', 'a device sends frames of 16,000 bytes, its policy says 1,024', LARGEST_FRAME, LARGEST_FRAME),
  flood('fast-frames', 'a device sends frames faster than its slots', undefined, LARGEST_FRAME),
];
