import assert from 'node:assert/strict';
import { test } from 'node:test';
import { TokenBucket } from '../../src/admission/token-bucket.ts';

test('A bucket gives its burst at once and then the rate, whenever it is asked', () => {
  const bucket = new TokenBucket(10, 3, 0);
  const taken = Array.from({ length: 1000 }, (_, ms) => bucket.take(ms)).filter(Boolean).length;
  assert.equal(taken, 3 + 9);
});

test('A bucket names the moment of its next token, and has it then', () => {
  const bucket = new TokenBucket(3, 1, 0);
  assert.equal(bucket.take(0), true);
  const wait = bucket.waitMs(0);
  assert.equal(bucket.take(wait - 1), false);
  assert.equal(bucket.take(wait), true);
});

test('A bucket saves up no more than its burst, and tells when it is full', () => {
  const bucket = new TokenBucket(1000, 2, 0);
  assert.deepEqual([bucket.take(0), bucket.take(0), bucket.take(0)], [true, true, false]);
  assert.equal(bucket.isFull(1), false);
  assert.equal(bucket.isFull(10_000), true);
  assert.deepEqual([bucket.take(10_000), bucket.take(10_000), bucket.take(10_000)], [true, true, false]);
});
