import assert from 'node:assert/strict';
import { test } from 'node:test';
import { sourceOf } from '../../src/admission/source-of.ts';

test('an IPv4 address counts for itself, in the mapped form too', () => {
  assert.equal(sourceOf('192.0.2.1'), '192.0.2.1');
  assert.equal(sourceOf('::ffff:192.0.2.1'), '192.0.2.1');
  assert.notEqual(sourceOf('192.0.2.1'), sourceOf('192.0.2.2'));
});

test('an IPv6 address counts for its /64', () => {
  assert.equal(sourceOf('2001:db8:1:2:3:4:5:6'), sourceOf('2001:db8:1:2::1'));
  assert.notEqual(sourceOf('2001:db8:1:2::1'), sourceOf('2001:db8:1:3::1'));
  assert.equal(sourceOf('fe80::1%eth0'), sourceOf('fe80::2'));
});

test('what is no address counts for itself', () => {
  assert.equal(sourceOf(''), '');
  assert.equal(sourceOf('a:b'), 'a:b');
});
