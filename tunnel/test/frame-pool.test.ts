// What the frame pool keeps, of few sizes and of thousands.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { FramePool } from '../src/index.ts';

setFlagsFromString('--expose-gc');
const collect = runInNewContext('gc') as () => void;

/** Bytes of buffers that something still refers to. */
function bufferBytes(): number {
  // The second call waits until the first has freed what it found.
  for (let turn = 0; turn < 2; turn += 1) collect();
  return process.memoryUsage().arrayBuffers;
}

const MOST_KEPT = 8 * 1024 * 1024;
const SMALLEST = 64;
const LARGEST = 16_000;

test('frames of any number of sizes, cover or not, keep no more than 8 MiB', () => {
  const before = bufferBytes();
  const pool = new FramePool();
  let most = 0;
  for (let size = SMALLEST; size <= LARGEST; size += 1) {
    pool.cover(size);
    const frames = [pool.acquire(size), pool.acquire(size)];
    for (const frame of frames) pool.release(frame);
    most = Math.max(most, pool.keptBytes);
  }
  const held = bufferBytes() - before;
  assert.ok(held < 1.5 * MOST_KEPT, `${held} bytes are held`);
  assert.ok(pool.keptBytes > 0);
  assert.ok(most > MOST_KEPT / 2, `${most} bytes: sizes of some MiB are kept`);
  assert.ok(most <= MOST_KEPT, `${most} bytes`);
});

test('constant sizes take no new memory, after thousands of others too', () => {
  const pool = new FramePool();
  const settle = (): Uint8Array[] => {
    for (const size of [128, 1024]) pool.release(pool.acquire(size));
    return [128, 1024].map((size) => pool.cover(size));
  };
  settle();
  for (let size = SMALLEST; size <= LARGEST; size += 1) {
    pool.cover(size);
    pool.release(pool.acquire(size));
  }
  const cover = settle();
  const frames = [128, 1024].map((size) => pool.acquire(size));
  const buffers = frames.map(({ buffer }) => buffer);
  for (const frame of frames) pool.release(frame);
  for (let turn = 0; turn < 1000; turn += 1) {
    const now = [128, 1024].map((size) => pool.acquire(size));
    for (const [index, frame] of now.entries()) {
      assert.equal(frame.buffer, buffers[index]);
      assert.equal(pool.cover(frame.size), cover[index]);
      pool.release(frame);
    }
  }
});

test('a cover frame is never written again, nor handed out for another use, when its size is forgotten', () => {
  const pool = new FramePool();
  const pending = pool.cover(700);
  const copy = pending.slice();
  for (let size = SMALLEST; size <= LARGEST; size += 1) pool.cover(size);
  const later = Array.from({ length: 300 }, () => pool.acquire(700));
  for (const { writer, buffer } of later) {
    assert.notEqual(buffer, pending);
    writer.tunnelCredit(1_000_000);
  }
  assert.deepEqual(pending, copy);
  assert.deepEqual(pool.cover(700), copy);
});

test('a frame comes back empty, however it was used before', () => {
  const pool = new FramePool();
  for (let turn = 0; turn < 3; turn += 1) {
    const frame = pool.acquire(64);
    assert.deepEqual([...frame.buffer], [0, 64, ...new Array<number>(62).fill(0)]);
    frame.writer.tunnelCredit(77);
    pool.extend(frame, 300);
    assert.equal(frame.buffer.length, 300);
    pool.release(frame);
  }
});
