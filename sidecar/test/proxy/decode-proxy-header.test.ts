import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { decodeProxyHeader } from '../../src/proxy/decode-proxy-header.ts';
import { encodeProxyHeader } from '../../src/proxy/encode-proxy-header.ts';

const header = encodeProxyHeader({
  source: { address: '192.0.2.7', port: 40_000 },
  destination: { address: '10.1.2.3', port: 7443 },
  fleet: 'smart-plug',
  commonName: 'x',
  tlsVersion: 'TLSv1.3',
  alpn: 'quietwire/1',
});

function changed(at: number, ...bytes: number[]): Buffer {
  const copy = Buffer.from(header);
  for (const [index, byte] of bytes.entries()) copy[at + index] = byte;
  return copy;
}

describe('the PROXY v2 header of a balancer', () => {
  test('is read wherever it is cut', () => {
    for (let length = 0; length < header.length; length += 1) {
      assert.equal(decodeProxyHeader(header.subarray(0, length)).state, 'more');
    }
    const decoded = decodeProxyHeader(Buffer.concat([header, Buffer.from('rest')]));
    assert.deepEqual(decoded, {
      state: 'done',
      length: header.length,
      source: { address: '192.0.2.7', port: 40_000 },
      destination: { address: '10.1.2.3', port: 7443 },
    });
  });

  test('of a health check (LOCAL) and of another family names nobody', () => {
    assert.deepEqual(decodeProxyHeader(changed(12, 0x20)), { state: 'done', length: header.length });
    assert.deepEqual(decodeProxyHeader(changed(13, 0x31)), { state: 'done', length: header.length });
  });

  test('is refused at the first byte that is wrong', () => {
    assert.equal(decodeProxyHeader(Buffer.of(0x16)).state, 'bad');
    assert.equal(decodeProxyHeader(changed(11, 0)).state, 'bad');
    assert.equal(decodeProxyHeader(changed(12, 0x11)).state, 'bad');
    assert.equal(decodeProxyHeader(changed(12, 0x22)).state, 'bad');
    assert.equal(decodeProxyHeader(changed(14, 0, 4)).state, 'bad');
  });

  test('is refused before it is buffered when it claims more than a balancer sends', () => {
    assert.equal(decodeProxyHeader(changed(14, 0xff, 0xff).subarray(0, 16)).state, 'bad');
  });
});
