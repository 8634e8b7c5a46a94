import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import fc from 'fast-check';
import { decodeProxyHeader } from '../../src/proxy/decode-proxy-header.ts';
import { deviceCommonName, encodeProxyHeader, type ProxyHeader } from '../../src/proxy/encode-proxy-header.ts';
import { parseProxyHeader, parseSsl } from './naive-proxy-parser.ts';

const sample: ProxyHeader = {
  source: { address: '192.0.2.7', port: 40_000 },
  destination: { address: '10.1.2.3', port: 7443 },
  commonName: 'smart-plug/plug-17',
  fleet: 'smart-plug',
  tlsVersion: 'TLSv1.3',
  alpn: 'quietwire/1',
};

describe('the PROXY v2 header for services', () => {
  test('has exactly the bytes of the specification', () => {
    const expected = [
      '0d0a0d0a000d0a515549540a', // signature
      '21 11 004e', // version 2, PROXY; TCP over IPv4; 78 bytes follow
      'c0000207 0a010203 9c40 1d13', // source and destination
      '01 000b 7175696574776972652f31', // ALPN quietwire/1
      '20 0024 07 00000000', // TLS, a certificate on this connection and session; verified
      '21 0007 544c5376312e33', // TLSv1.3
      '22 0012 736d6172742d706c75672f706c75672d3137', // smart-plug/plug-17
      'e0 000a 736d6172742d706c7567', // smart-plug, a custom type
    ];
    assert.equal(encodeProxyHeader(sample).toString('hex'), expected.join('').replaceAll(' ', ''));
  });

  test('says that TLS was used, that a verified certificate was shown, and who it names', () => {
    const parsed = parseProxyHeader(encodeProxyHeader(sample));
    assert.equal(parsed.source, '192.0.2.7 40000');
    assert.equal(parsed.destination, '10.1.2.3 7443');
    const ssl = parseSsl(parsed.tlvs.get(0x20) ?? Buffer.alloc(5));
    assert.equal(ssl.client, 0x07);
    assert.equal(ssl.verify, 0);
    assert.equal(ssl.tlvs.get(0x21)?.toString(), 'TLSv1.3');
    assert.equal(ssl.tlvs.get(0x22)?.toString(), 'smart-plug/plug-17');
    assert.equal(parsed.tlvs.get(0xe0)?.toString(), 'smart-plug');
    assert.equal(parsed.tlvs.get(0x01)?.toString(), 'quietwire/1');
  });

  test('names devices of two fleets differently unless the policy asks for the id alone', () => {
    assert.equal(deviceCommonName('FleetDevice', 'doors', 'lock-42'), 'doors/lock-42');
    assert.notEqual(
      deviceCommonName('FleetDevice', 'doors', 'lock-42'),
      deviceCommonName('FleetDevice', 'gates', 'lock-42'),
    );
    assert.notEqual(deviceCommonName('FleetDevice', 'a', 'b/c'), deviceCommonName('FleetDevice', 'a-b', 'c'));
    assert.equal(deviceCommonName('Device', 'doors', 'lock-42'), 'lock-42');
  });

  test('writes an IPv4 address that a dual-stack socket reports as IPv4', () => {
    const header = {
      ...sample,
      source: { address: '::ffff:192.0.2.7', port: 1 },
      destination: { address: '::ffff:10.0.0.1', port: 2 },
    };
    const parsed = parseProxyHeader(encodeProxyHeader(header));
    assert.equal(parsed.family, 'AF_INET');
    assert.equal(parsed.source, '192.0.2.7 1');
  });

  test('writes both addresses as IPv6 when only one is IPv4', () => {
    const parsed = parseProxyHeader(encodeProxyHeader({ ...sample, destination: { address: '2001:db8::1', port: 2 } }));
    assert.equal(parsed.family, 'AF_INET6');
    assert.equal(parsed.source, '0000:0000:0000:0000:0000:ffff:c000:0207 40000');
    assert.equal(parsed.destination, '2001:0db8:0000:0000:0000:0000:0000:0001 2');
  });

  test('fits 500 bytes for the longest names that the wire allows, and refuses what would not', () => {
    const six = { source: { address: '2001:db8::7', port: 1 }, destination: { address: '2001:db8::1', port: 2 } };
    parseProxyHeader(
      encodeProxyHeader({
        ...sample,
        ...six,
        fleet: 'f'.repeat(63),
        commonName: `${'f'.repeat(63)}/${'x'.repeat(128)}`,
      }),
    );
    assert.throws(() => encodeProxyHeader({ ...sample, ...six, commonName: 'x'.repeat(470) }), RangeError);
  });

  test('comes back from a decoder with the same addresses, for any addresses', () => {
    const four = fc.ipV4();
    const six = fc.ipV6();
    const port = fc.integer({ min: 0, max: 65_535 });
    const either = fc.oneof(fc.tuple(four, four), fc.tuple(six, six), fc.tuple(four, six));
    fc.assert(
      fc.property(either, port, port, fc.string({ maxLength: 40 }), ([source, destination], from, to, commonName) => {
        const header = encodeProxyHeader({
          ...sample,
          source: { address: source, port: from },
          destination: { address: destination, port: to },
          commonName,
        });
        const decoded = decodeProxyHeader(header);
        assert.equal(decoded.state, 'done');
        if (decoded.state !== 'done') return;
        assert.equal(decoded.length, header.length);
        assert.equal(decoded.source?.port, from);
        assert.equal(decoded.destination?.port, to);
        const again = encodeProxyHeader({
          ...sample,
          source: decoded.source ?? sample.source,
          destination: decoded.destination ?? sample.destination,
          commonName,
        });
        const lengths = [again.length, header.length];
        // A mapped pair of IPv6 addresses is written as IPv4.
        if (lengths[0] === lengths[1]) assert.deepEqual(again, header);
      }),
    );
  });
});
