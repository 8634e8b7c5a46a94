/**
 * The PROXY v2 header that tells a service which device a stream belongs to. The rules are those that Mosquitto 2.1 asks
 * for, the strictest parser known: the common name always, `client` 0x07 and `verify` 0, inet addresses only, a body of at
 * most 500 bytes, all in one write before anything else (the write is `forward.ts`'s).
 */
import { isIPv4 } from 'node:net';
import { addressBytes, asIPv6, plainIPv4 } from './address.ts';
import { proxyClientFlags, proxyCommand, proxyFamily, proxySignature, proxyTlv } from './tlv.ts';

/** Bytes after the 16 of the prefix; Mosquitto's buffer holds no more. */
export const largestProxyBody = 500;

export interface ProxyHeader {
  /** The device's address and port, as the listener (or a trusted proxy in front of it) saw them. */
  readonly source: Endpoint;
  /** The address and port that the device reached. */
  readonly destination: Endpoint;
  /** What a broker takes as user name: see `deviceCommonName`. */
  readonly commonName: string;
  /** The fleet, for services that read custom types. */
  readonly fleet: string;
  /** As Node names it: `TLSv1.3`. */
  readonly tlsVersion: string;
  readonly alpn: string;
}

/** Fleet names hold no slash, so that the first one ends the fleet whatever the device's id holds. */
export function deviceCommonName(identity: 'FleetDevice' | 'Device', fleet: string, deviceId: string): string {
  return identity === 'Device' ? deviceId : `${fleet}/${deviceId}`;
}

export interface Endpoint {
  readonly address: string;
  readonly port: number;
}

/**
 * One header, ready to be written (HAProxy, doc/proxy-protocol.txt, section 2.2). IPv4-mapped addresses are written as
 * IPv4; if only one of the two is IPv4, both are written as IPv6.
 * @throws RangeError when the body would exceed 500 bytes (a common name above 350 bytes; the wire allows 63 of the fleet and 128 of the device).
 */
export function encodeProxyHeader(header: ProxyHeader): Buffer {
  const source = plainIPv4(header.source.address);
  const destination = plainIPv4(header.destination.address);
  const inet4 = isIPv4(source) && isIPv4(destination);
  const addresses = Buffer.concat([
    addressBytes(inet4 ? source : asIPv6(source)),
    addressBytes(inet4 ? destination : asIPv6(destination)),
    uint16(header.source.port),
    uint16(header.destination.port),
  ]);
  const body = Buffer.concat([
    addresses,
    tlv(proxyTlv.alpn, Buffer.from(header.alpn, 'ascii')),
    tlv(
      proxyTlv.ssl,
      // The flags, then `verify` as a 32-bit number: 0 means that the certificate was verified.
      Buffer.of(proxyClientFlags, 0, 0, 0, 0),
      tlv(proxyTlv.sslVersion, Buffer.from(header.tlsVersion, 'ascii')),
      tlv(proxyTlv.sslCommonName, Buffer.from(header.commonName, 'utf8')),
    ),
    tlv(proxyTlv.fleet, Buffer.from(header.fleet, 'utf8')),
  ]);
  if (body.length > largestProxyBody) {
    throw new RangeError(
      `PROXY header of ${body.length} bytes (allowed ${largestProxyBody}): the device id is too long`,
    );
  }
  const family = inet4 ? proxyFamily.tcp4 : proxyFamily.tcp6;
  return Buffer.concat([proxySignature, Buffer.of(proxyCommand.proxy, family), uint16(body.length), body]);
}

function tlv(type: number, ...parts: readonly Uint8Array[]): Buffer {
  const value = Buffer.concat(parts);
  return Buffer.concat([Buffer.of(type), uint16(value.length), value]);
}

function uint16(value: number): Buffer {
  return Buffer.of(value >>> 8, value & 0xff);
}
