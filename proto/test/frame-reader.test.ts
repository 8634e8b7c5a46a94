import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { buildFrame, type VectorField } from '../scripts/vectors/frame-builder.ts';
import { ProtoError } from '../src/errors.ts';
import { FrameReader } from '../src/frame-reader.ts';
import { type AnyField, bootstrapFrame, cover, cuts, damage, damaged, sessionFrame } from './arbitrary-frames.ts';
import { naiveDecode } from './naive-decoder.ts';
import { RecordingVisitor, readInPieces } from './recording-visitor.ts';

const maxFrame = 1500;
const kept = (fields: readonly AnyField[]): VectorField[] =>
  structuredClone(fields.filter((field): field is VectorField => typeof field.type === 'string'));

test('what the writer writes is what the reader and the naive decoder report, however it is cut', () => {
  fc.assert(
    fc.property(fc.array(fc.oneof(sessionFrame, cover), { maxLength: 5 }), cuts, (frames, places) => {
      const input = Buffer.concat(frames.map(({ bytes }) => bytes));
      const expected = { frames: frames.map(({ size, fields }) => ({ size, fields: kept(fields) })), rest: 0 };
      assert.deepEqual(readInPieces(input, { maxFrame }, places), expected);
      assert.deepEqual(naiveDecode(input, 'session', maxFrame), expected);
    }),
    { numRuns: 300 },
  );
});

test('both decoders agree on damaged frames: the same fields, then the same code, or no fault at all', () => {
  let faults = 0;
  fc.assert(
    fc.property(
      fc.array(fc.oneof(sessionFrame, cover), { minLength: 1, maxLength: 4 }),
      damage,
      cuts,
      (frames, changes, places) => {
        const input = damaged(Buffer.concat(frames.map(({ bytes }) => bytes)), changes);
        const fast = readInPieces(input, { maxFrame }, places);
        assert.deepEqual(fast, naiveDecode(input, 'session', maxFrame));
        if (fast.error !== undefined) faults += 1;
      },
    ),
    { numRuns: 1000 },
  );
  assert.ok(faults > 100, `only ${faults} of 1000 damaged inputs were faults`);
});

test('both decoders agree on bootstrap frames, whole and damaged', () => {
  fc.assert(
    fc.property(
      fc.array(bootstrapFrame, { minLength: 1, maxLength: 2 }),
      fc.option(damage),
      cuts,
      (frames, changes, places) => {
        const input = damaged(Buffer.concat(frames.map(({ bytes }) => bytes)), changes ?? []);
        const fast = readInPieces(input, { maxFrame: 512, bootstrap: true }, places);
        assert.deepEqual(fast, naiveDecode(input, 'bootstrap', 512));
        if (changes === null)
          assert.deepEqual(
            fast.frames,
            frames.map(({ fields }) => ({ size: 512, fields: kept(fields) })),
          );
      },
    ),
    { numRuns: 400 },
  );
});

test('both decoders agree on noise behind a legal length', () => {
  fc.assert(
    fc.property(fc.uint8Array({ minLength: 62, maxLength: 62 }), fc.nat(0x24), cuts, (noise, type, places) => {
      const input = Buffer.concat([Uint8Array.of(0, 64), noise]);
      input[2] = type;
      input[3] = 0;
      assert.deepEqual(readInPieces(input, { maxFrame }, places), naiveDecode(input, 'session', maxFrame));
    }),
    { numRuns: 1000 },
  );
});

test('a partial frame holds at most its own length, and an illegal length holds nothing', () => {
  const reader = new FrameReader(new RecordingVisitor(), { maxFrame: 1024 });
  assert.equal(reader.atBoundary, true);
  reader.push(Uint8Array.of(4));
  assert.equal(reader.heldBytes, 0);
  assert.equal(reader.atBoundary, false);
  reader.push(Uint8Array.of(0));
  assert.equal(reader.heldBytes, 1024);
  reader.push(new Uint8Array(1021));
  assert.equal(reader.heldBytes, 1024);
  reader.push(new Uint8Array(1));
  assert.equal(reader.heldBytes, 0);
  assert.equal(reader.atBoundary, true);
  assert.throws(() => reader.push(Uint8Array.of(4, 1)), { code: 'FRAME_LENGTH' });
  assert.equal(reader.heldBytes, 0);
});

test('a reader that has failed fails again with the same error', () => {
  const reader = new FrameReader(new RecordingVisitor(), { maxFrame: 1024 });
  assert.throws(() => reader.push(Uint8Array.of(0, 1)), ProtoError);
  assert.throws(() => reader.push(buildFrame(64, [])), { code: 'FRAME_LENGTH' });
});

test('empty chunks change nothing', () => {
  const visitor = new RecordingVisitor();
  const reader = new FrameReader(visitor, { maxFrame: 1024 });
  const frame = buildFrame(64, [{ type: 'TUNNEL_CREDIT', offset: 5 }]);
  for (const chunk of [frame.subarray(0, 0), frame.subarray(0, 1), frame.subarray(1, 1), frame.subarray(1)])
    reader.push(chunk);
  assert.deepEqual(visitor.frames, [{ size: 64, fields: [{ type: 'TUNNEL_CREDIT', offset: 5 }] }]);
});

test('the session begins with the frame after the bootstrap, in the same chunk too', () => {
  const visitor = new RecordingVisitor();
  const reader = new FrameReader(visitor, { maxFrame: 512, bootstrap: true });
  visitor.bootstrap = () => reader.enterSession(1024);
  reader.push(
    Buffer.concat([buildFrame(512, [{ type: 'PROOF', body: '' }]), buildFrame(128, []), buildFrame(1024, [])]),
  );
  assert.deepEqual(
    visitor.frames.map(({ size }) => size),
    [128, 1024],
  );
  assert.throws(() => reader.push(buildFrame(512, [{ type: 'PROOF', body: '' }])), { code: 'FIELD_NOT_ALLOWED' });
});

test('a visitor can stop the reader and leave the rest of the chunk to another', () => {
  const visitor = new RecordingVisitor();
  const reader = new FrameReader(visitor, { maxFrame: 512, bootstrap: true });
  visitor.bootstrap = () => reader.stop();
  const input = Buffer.concat([buildFrame(512, [{ type: 'PROOF', body: '' }]), buildFrame(64, [])]);
  assert.equal(reader.push(input.subarray(0, 300)), 300);
  assert.equal(reader.push(input.subarray(300)), 212);
  assert.equal(reader.atBoundary, true);
});

test('the largest frame can be changed between frames', () => {
  const visitor = new RecordingVisitor();
  const reader = new FrameReader(visitor, { maxFrame: 64 });
  reader.push(buildFrame(64, []));
  reader.setMaxFrame(65);
  reader.push(buildFrame(65, []));
  assert.throws(() => reader.push(buildFrame(66, [])), { code: 'FRAME_LENGTH' });
});
