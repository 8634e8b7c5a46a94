// What cover costs its reader. Memory is asserted; speed is the machine's, and only printed.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { buildFrame } from '../scripts/vectors/frame-builder.ts';
import { FrameReader, type FrameVisitor } from '../src/frame-reader.ts';

class Counter implements FrameVisitor {
  covers = 0;
  bytes = 0;
  cover(): void {
    this.covers += 1;
  }
  stream(_id: number, data: Uint8Array): void {
    this.bytes += data.length;
  }
  open(): void {}
  reset(): void {}
  streamCredit(): void {}
  tunnelCredit(): void {}
  ack(): void {}
  control(): void {}
  bootstrap(): void {}
}

function framesPerSecond(chunk: Uint8Array, perChunk: number, chunks: number): { rate: number; counter: Counter } {
  const counter = new Counter();
  const reader = new FrameReader(counter, { maxFrame: 16_000 });
  const before = performance.now();
  for (let round = 0; round < chunks; round++) reader.push(chunk);
  return { rate: (perChunk * chunks) / ((performance.now() - before) / 1000), counter };
}

test('reading cover allocates nothing, one frame in a chunk or many', (t) => {
  for (const perChunk of [1, 16]) {
    const chunk = Buffer.concat(Array.from({ length: perChunk }, () => buildFrame(1000, [])));
    framesPerSecond(chunk, perChunk, 200_000);
    const rounds = Array.from({ length: 9 }, () => {
      const before = process.memoryUsage().heapUsed;
      framesPerSecond(chunk, perChunk, 100_000 / perChunk);
      return process.memoryUsage().heapUsed - before;
    });
    const median = rounds.sort((one, other) => one - other)[4] ?? 0;
    t.diagnostic(`${perChunk} frames in a chunk: ${median} bytes of heap for 100,000 frames`);
    assert.ok(median < 100_000, `${median} bytes for 100,000 frames: ${rounds}`);
  }
});

test('the reader keeps up', (t) => {
  const cover = buildFrame(1000, []);
  const data = buildFrame(1000, [{ type: 'STREAM', stream: 1, data: '5a'.repeat(993), fin: false, active: true }]);
  for (const [name, frame] of [
    ['cover', cover],
    ['data', data],
  ] as const) {
    framesPerSecond(frame, 1, 100_000);
    const { rate, counter } = framesPerSecond(frame, 1, 500_000);
    assert.equal(counter.covers + counter.bytes / 993, 500_000);
    t.diagnostic(`${name}: ${(rate / 1e6).toFixed(1)} million frames/s`);
  }
  const half = framesPerSecond(cover.subarray(0, 500), 1, 1).counter;
  assert.equal(half.covers, 0);
});
