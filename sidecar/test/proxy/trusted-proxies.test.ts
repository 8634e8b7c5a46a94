import assert from 'node:assert/strict';
import { test } from 'node:test';
import { faultOfCidr, TrustedProxies } from '../../src/proxy/trusted-proxies.ts';

test('A proxy is trusted if its address lies in a range, in either notation of IPv4', () => {
  const trusted = new TrustedProxies(['10.0.0.0/8', '192.0.2.1', 'fd00::/8']);
  for (const address of ['10.200.3.4', '::ffff:10.0.0.1', '192.0.2.1', 'fd12::1'])
    assert.equal(trusted.trusts(address), true);
  for (const address of ['11.0.0.1', '192.0.2.2', '::ffff:192.0.2.2', '2001:db8::1'])
    assert.equal(trusted.trusts(address), false);
});

test('Nobody is trusted without ranges', () => {
  assert.equal(new TrustedProxies([]).trusts('127.0.0.1'), false);
});

test('A range that is none is named', () => {
  for (const good of ['10.0.0.0/8', '::/0', '192.0.2.1']) assert.equal(faultOfCidr(good), undefined);
  for (const bad of ['10.0.0.0/33', '10.0.0/8', 'example.org', '10.0.0.0/8/8', '10.0.0.0/', '::/129']) {
    assert.notEqual(faultOfCidr(bad), undefined, bad);
  }
});
