import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { RecordGate } from '../../src/listener/record-gate.ts';

function record(type: number, length: number): Buffer {
  return Buffer.concat([Buffer.of(type, 3, 3, length >> 8, length & 255), Buffer.alloc(length, 0x5a)]);
}

function gate(): { gate: RecordGate; passed: () => Buffer; pieces: number[] } {
  const chunks: Buffer[] = [];
  const pieces: number[] = [];
  const made = new RecordGate((piece) => {
    chunks.push(Buffer.from(piece));
    pieces.push(piece.length);
  });
  return { gate: made, passed: () => Buffer.concat(chunks), pieces };
}

const frame = record(23, 529);
const keyUpdate = record(23, 22);

describe('The gate of records', () => {
  test('hands on whole handshakes and exchanges, cut anywhere, in pieces below 1 KiB', () => {
    const handshake = Buffer.concat([record(22, 1500), record(20, 1), record(23, 53)]);
    const exchange = Buffer.concat([frame, record(23, 2048)]);
    for (let cut = 1; cut < 1700; cut += 1) {
      const { gate: door, passed, pieces } = gate();
      for (let at = 0; at < handshake.length; at += cut)
        assert.equal(door.push(handshake.subarray(at, at + cut)), undefined);
      door.handshakeDone();
      for (let at = 0; at < exchange.length; at += cut)
        assert.equal(door.push(exchange.subarray(at, at + cut)), undefined);
      assert.ok(passed().equals(Buffer.concat([handshake, exchange])));
      assert.ok(Math.max(...pieces) < 1024);
    }
  });

  test('stops a handshake of too many records, whatever they are, and hands on none beyond', () => {
    for (const type of [20, 21, 22, 23]) {
      const { gate: door, passed } = gate();
      const fault = door.push(Buffer.concat(Array.from({ length: 1000 }, () => record(type, 1))));
      assert.match(fault ?? '', /more than 32 TLS records/);
      assert.equal(passed().length, 32 * 6);
    }
  });

  test('stops a handshake of too many bytes', () => {
    const { gate: door, passed } = gate();
    assert.match(
      door.push(Buffer.concat(Array.from({ length: 4 }, () => record(22, 16_000)))) ?? '',
      /more than 32768 bytes/,
    );
    assert.equal(passed().length, 2 * 16_005);
  });

  test('after the handshake lets two frames through and one small record, the last', () => {
    const { gate: door, passed } = gate();
    door.handshakeDone();
    assert.equal(door.push(Buffer.concat([frame, frame, record(23, 19)])), undefined);
    assert.match(door.push(record(23, 19)) ?? '', /more TLS records/);
    assert.equal(passed().length, 2 * frame.length + 24);
  });

  test('after the handshake stops a third frame, and floods of KeyUpdate and of ClientHello', () => {
    for (const [bytes, fault, passes] of [
      [[frame, frame, frame], /more TLS records/, 2 * frame.length],
      [[keyUpdate, keyUpdate], /more TLS records/, keyUpdate.length],
      [[record(22, 80)], /type 22/, 0],
      [[record(20, 1)], /type 20/, 0],
      [[record(23, 300)], /too small for a frame/, 0],
    ] as const) {
      const { gate: door, passed } = gate();
      door.handshakeDone();
      assert.match(door.push(Buffer.concat(bytes)) ?? '', fault);
      assert.equal(passed().length, passes);
    }
  });

  test('stops what is no record, and records of impossible lengths', () => {
    assert.match(gate().gate.push(Buffer.from('GET / HTTP/1.1')) ?? '', /no TLS record/);
    assert.match(gate().gate.push(Buffer.of(22, 3, 1, 0, 0)) ?? '', /of 0 bytes/);
    assert.match(gate().gate.push(Buffer.of(22, 3, 1, 0xff, 0xff)) ?? '', /of 65535 bytes/);
  });

  test('knows that the handshake ended within a read', () => {
    let door: RecordGate | undefined;
    let records = 0;
    door = new RecordGate(() => {
      records += 1;
      if (records === 2) door?.handshakeDone();
    });
    assert.match(door.push(Buffer.concat([record(22, 900), record(23, 53), record(22, 80)])) ?? '', /type 22/);
    assert.equal(records, 2);
  });
});
