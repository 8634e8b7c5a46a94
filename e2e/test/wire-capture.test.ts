// What the wire cases read: pcap in pieces, TCP segments, and connections cut into handshake, bootstrap and session.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { viewSession } from '../src/wire/audit/session-view.ts';
import { PcapStream } from '../src/wire/capture/pcap-stream.ts';
import { parseTcpSegment } from '../src/wire/capture/tcp-segment.ts';
import { contentType, newConnection, type WireRecord } from '../src/wire/capture/wire-record.ts';

/** An Ethernet frame with a TCP segment from port 1000 to port 2000. */
function frame(payload: string, flags: number, options: readonly number[] = []): Buffer {
  const tcp = Buffer.alloc(20 + options.length);
  tcp.writeUInt16BE(1000, 0);
  tcp.writeUInt16BE(2000, 2);
  tcp.writeUInt32BE(0xffff_fff0, 4);
  tcp[12] = ((20 + options.length) / 4) << 4;
  tcp[13] = flags;
  tcp.writeUInt16BE(512, 14);
  tcp.set(options, 20);
  const ip = Buffer.alloc(20);
  ip[0] = 0x45;
  ip[9] = 6;
  ip.writeUInt16BE(20 + tcp.length + payload.length, 2);
  const ethernet = Buffer.alloc(14);
  ethernet.writeUInt16BE(0x0800, 12);
  // Short frames are padded by the card: what follows the IP packet is not payload.
  return Buffer.concat([ethernet, ip, tcp, Buffer.from(payload), Buffer.alloc(6)]);
}

function pcap(frames: readonly Buffer[], magic: number): Buffer {
  const header = Buffer.alloc(24);
  header.writeUInt32LE(magic, 0);
  const packets = frames.flatMap((data, index) => {
    const head = Buffer.alloc(16);
    head.writeUInt32LE(100 + index, 0);
    head.writeUInt32LE(250_000, 4);
    head.writeUInt32LE(data.length, 8);
    head.writeUInt32LE(data.length, 12);
    return [head, data];
  });
  return Buffer.concat([header, ...packets]);
}

test('packets of a pcap come out whole however the file is cut', () => {
  const file = pcap([frame('one', 0x18), frame('three', 0x18)], 0xa1b23c4d);
  for (const step of [1, 7, 40, file.length]) {
    const seen: [number, number, string][] = [];
    const stream = new PcapStream((seconds, ns, data) => {
      seen.push([seconds, ns, parseTcpSegment(data)?.payload.toString() ?? '']);
    });
    for (let at = 0; at < file.length; at += step) stream.push(file.subarray(at, at + step));
    assert.deepEqual(seen, [
      [100, 250_000, 'one'],
      [101, 250_000, 'three'],
    ]);
  }
});

test('microseconds of the older format become nanoseconds, and another file is refused', () => {
  const times: number[] = [];
  new PcapStream((_, ns) => times.push(ns)).push(pcap([frame('x', 0x10)], 0xa1b2c3d4));
  assert.deepEqual(times, [250_000_000]);
  assert.throws(() => new PcapStream(() => {}).push(Buffer.alloc(24)), /no pcap/);
});

test('a segment tells ports, flags, window and its scale', () => {
  const syn = parseTcpSegment(frame('', 0x02, [2, 4, 5, 180, 1, 3, 3, 10]));
  assert.deepEqual(
    [syn?.sourcePort, syn?.targetPort, syn?.syn, syn?.window, syn?.windowScale],
    [1000, 2000, true, 512, 10],
  );
  assert.equal(parseTcpSegment(frame('', 0x04))?.reset, true);
  assert.equal(parseTcpSegment(Buffer.alloc(60)), undefined);
});

test('a connection is cut where the bootstrap exchange begins and where it ends', () => {
  const record = (atMs: number, type: number, length: number): WireRecord => ({ atMs, type, length, several: false });
  const data = (atMs: number, length: number) => record(atMs, contentType.applicationData, length);
  const connection = newConnection(0);
  connection.up.push(record(1, contentType.handshake, 517), record(2, contentType.changeCipherSpec, 1), data(3, 53));
  connection.up.push(data(4, 529), data(5, 529), data(6, 1041), data(7, 145), data(8, 19));
  const { up, down } = viewSession(connection, 'TLSv1.3');
  assert.deepEqual([up.handshake.length, up.bootstrap.length, up.alerts.length, up.strange.length], [3, 2, 1, 0]);
  assert.deepEqual(
    up.session.map(({ size }) => size),
    [1024, 128],
  );
  assert.equal(down.bootstrap.length, 0);
});
