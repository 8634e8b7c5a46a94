import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { buildFrame, toHex } from '../scripts/vectors/frame-builder.ts';
import { FrameWriter } from '../src/frame-writer.ts';
import { limits } from '../src/limits.ts';
import { sessionFrame } from './arbitrary-frames.ts';
import { naiveDecode } from './naive-decoder.ts';

function begin(size: number): { writer: FrameWriter; buffer: Uint8Array } {
  const writer = new FrameWriter();
  const buffer = new Uint8Array(size);
  writer.begin(buffer, size);
  return { writer, buffer };
}

test('data costs at most 7 bytes of a frame', () => {
  fc.assert(
    fc.property(fc.integer({ min: 64, max: 16_000 }), (size) => {
      const { writer, buffer } = begin(size);
      assert.equal(writer.stream(1, new Uint8Array(20_000), 0, 20_000, true, false), size - 7);
      assert.equal(writer.room, 0);
      const field = naiveDecode(buffer, 'session', 16_000).frames[0]?.fields[0];
      assert.equal(field?.type === 'STREAM' && field.fin, false, 'FIN waits for the last byte');
    }),
  );
});

test('a field that does not fit writes nothing', () => {
  const { writer, buffer } = begin(64);
  assert.equal(writer.stream(1, new Uint8Array(53).fill(1), 0, 53, false, false), 53);
  const before = toHex(buffer);
  assert.equal(writer.room, 4);
  assert.equal(writer.streamFits(), false);
  assert.equal(writer.open(2, 'm'), false);
  assert.equal(writer.reset(2, 1), false);
  assert.equal(writer.streamCredit(2, 1), false);
  assert.equal(writer.tunnelCredit(1), false);
  assert.equal(writer.ack(2, 1), false);
  assert.equal(writer.control(new Uint8Array(16)), false);
  assert.equal(writer.stream(2, new Uint8Array(1), 0, 1, true, true), 0);
  assert.equal(writer.stream(2, new Uint8Array(0), 0, 0, true, true), 0);
  assert.equal(toHex(buffer), before);
});

test('an OPEN beside the room for control fits by the length of its name: 9 bytes in the smallest frame, all from 118 on', () => {
  for (const [size, longest] of [
    [64, 9],
    [117, 62],
    [118, limits.serviceName],
  ] as const) {
    const { writer } = begin(size);
    assert.equal(writer.open(1, 'n'.repeat(longest)), true);
    assert.equal(writer.room, limits.controlRoom, `${size} bytes`);
  }
});

test('fields that fit exactly are written', () => {
  const room = (bytes: number): FrameWriter => {
    const { writer } = begin(64);
    writer.field(0x8a, new Uint8Array(62 - 3 - bytes));
    assert.equal(writer.room, bytes);
    return writer;
  };
  assert.equal(room(9).open(1, 'mqtt'), true);
  assert.equal(room(7).reset(1, 1), true);
  assert.equal(room(11).streamCredit(1, 1), true);
  assert.equal(room(9).tunnelCredit(1), true);
  assert.equal(room(11).ack(1, 1), true);
  assert.equal(room(19).control(new Uint8Array(16)), true);
  assert.equal(room(6).stream(1, new Uint8Array(9), 3, 9, false, false), 1);
  const bare = room(5);
  assert.equal(bare.streamFits(), true);
  assert.equal(bare.stream(1, new Uint8Array(9), 3, 9, false, false), 0, 'no empty STREAM field');
  assert.equal(bare.room, 5);
  assert.equal(bare.stream(1, new Uint8Array(0), 0, 0, true, false), 0);
  assert.equal(bare.room, 0, 'a bare FIN was written');
});

test('only the named part of the data is taken', () => {
  const { writer, buffer } = begin(64);
  assert.equal(writer.stream(9, Uint8Array.of(1, 2, 3, 4, 5), 1, 4, true, true), 3);
  assert.deepEqual(naiveDecode(buffer, 'session', 64).frames[0]?.fields, [
    { type: 'STREAM', stream: 9, data: '020304', fin: true, active: true },
  ]);
});

test('a frame that is extended keeps its content and takes the new length', () => {
  fc.assert(
    fc.property(sessionFrame, fc.nat(600), ({ size, fields }, more) => {
      const { writer } = begin(size);
      const small = buildFrame(size, fields);
      const written = naiveDecode(small, 'session', 16_000).frames[0]?.fields ?? [];
      for (const field of written) {
        if (field.type === 'CONTROL') writer.control(Buffer.from(field.sealed, 'hex'));
        if (field.type === 'ACK') writer.ack(field.stream, field.offset);
      }
      const expected = written.filter(({ type }) => type === 'CONTROL' || type === 'ACK');
      const larger = new Uint8Array(size + more);
      const { offset } = writer;
      writer.extend(larger, size + more);
      assert.equal(writer.offset, offset);
      assert.equal(writer.room, size + more - offset);
      assert.deepEqual(naiveDecode(larger, 'session', 16_000).frames, [{ size: size + more, fields: expected }]);
    }),
    { numRuns: 200 },
  );
});

test('a frame can be extended inside its own buffer', () => {
  const buffer = new Uint8Array(256);
  const writer = new FrameWriter();
  writer.begin(buffer, 64);
  writer.tunnelCredit(77);
  writer.extend(buffer, 256);
  assert.deepEqual(naiveDecode(buffer, 'session', 256).frames, [
    { size: 256, fields: [{ type: 'TUNNEL_CREDIT', offset: 77 }] },
  ]);
});

test('illegal sizes and offsets are refused as programming errors', () => {
  const writer = new FrameWriter();
  assert.throws(() => writer.begin(new Uint8Array(100), 63), RangeError);
  assert.throws(() => writer.begin(new Uint8Array(100), 101), RangeError);
  assert.throws(() => writer.begin(new Uint8Array(20_000), 16_001), RangeError);
  writer.begin(new Uint8Array(100), 100);
  assert.throws(() => writer.ack(1, 2 ** 48), RangeError);
  assert.throws(() => writer.tunnelCredit(-1), RangeError);
  writer.begin(new Uint8Array(100), 100);
  writer.field(0x8a, new Uint8Array(90));
  assert.throws(() => writer.extend(new Uint8Array(64), 64), RangeError);
});
