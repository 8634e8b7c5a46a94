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

const cover = buildFrame(1000, []);
const data = buildFrame(1000, [{ type: 'STREAM', stream: 1, data: '5a'.repeat(993), fin: false, active: true }]);

function readChunks(chunk: Uint8Array, chunks: number, counter = new Counter()): Counter {
  const reader = new FrameReader(counter, { maxFrame: 16_000 });
  for (let at = 0; at < chunks; at++) reader.push(chunk);
  return counter;
}

const rounds = 41;
const framesPerRound = 4000;
/** Bytes of the smallest object. */
const leastObject = 16;

/**
 * Bytes of heap that `read` takes for each frame, as the median over rounds after a warm-up. Rounds are so short that most
 * lie between two collections: over long ones the collector would take away what should be seen.
 */
function heapPerFrame(read: (frames: number) => void): number {
  read(200_000);
  const growth = Array.from({ length: rounds }, () => {
    const before = process.memoryUsage().heapUsed;
    read(framesPerRound);
    return process.memoryUsage().heapUsed - before;
  });
  const median = growth.sort((one, other) => one - other)[(rounds - 1) / 2] ?? Number.NaN;
  return median / framesPerRound;
}

for (const perChunk of [1, 16]) {
  const chunk = Buffer.concat(Array.from({ length: perChunk }, () => cover));
  test(`reading cover makes no object for a frame, ${perChunk} in a chunk`, (t) => {
    const bytes = heapPerFrame((frames) => readChunks(chunk, frames / perChunk));
    t.diagnostic(`${bytes} bytes of heap for a frame`);
    assert.ok(bytes < leastObject / 4, `${bytes} bytes for a frame`);
  });

  test(`an object for each frame of cover would be seen, ${perChunk} in a chunk`, () => {
    const made: { size: number }[] = [];
    class Hoarder extends Counter {
      override cover(): void {
        this.covers += 1;
        made[0] = { size: this.covers };
      }
    }
    const bytes = heapPerFrame((frames) => readChunks(chunk, frames / perChunk, new Hoarder()));
    assert.ok(bytes >= leastObject, `${bytes} bytes for a frame`);
  });
}

test('reading data makes one view for a frame and nothing else', (t) => {
  let last = data;
  const view = heapPerFrame((views) => {
    for (let at = 0; at < views; at++) last = data.subarray(7, 7 + (at % 2) + 900);
  });
  const bytes = heapPerFrame((frames) => readChunks(data, frames));
  t.diagnostic(`${bytes} bytes of heap for a frame, ${view} for a view`);
  assert.ok(last.length >= 900 && bytes < view + leastObject / 2, `${bytes} bytes for a frame, ${view} for a view`);
});

test('each frame is told once, a half never; the rate is only printed', (t) => {
  for (const [name, frame] of [
    ['cover', cover],
    ['data', data],
  ] as const) {
    const before = performance.now();
    const counter = readChunks(frame, 500_000);
    const seconds = (performance.now() - before) / 1000;
    assert.equal(counter.covers + counter.bytes / 993, 500_000);
    t.diagnostic(`${name}: ${(0.5 / seconds).toFixed(1)} million frames/s`);
  }
  assert.equal(readChunks(cover.subarray(0, 500), 1).covers, 0);
});
