/**
 * Reads the PROXY v2 header that a load balancer in front of the sidecar sends: incremental, capped, takes nothing but the
 * addresses. Who may send one is `trusted-proxies.ts`'s question.
 */
import { addressText } from './address.ts';
import type { Endpoint } from './encode-proxy-header.ts';
import { proxyAddressBytes, proxyCommand, proxyFamily, proxyPrefixBytes, proxySignature } from './tlv.ts';

/** Load balancers send some 100 bytes; what claims more is refused before it is buffered. */
export const largestIncomingProxyBody = 1024;

export type DecodedProxyHeader =
  | { readonly state: 'more' }
  | { readonly state: 'bad'; readonly reason: string }
  | {
      readonly state: 'done';
      /** Bytes of the header: what follows belongs to TLS. */
      readonly length: number;
      /** Absent for LOCAL (a health check of the balancer) and for families other than TCP. */
      readonly source?: Endpoint;
      readonly destination?: Endpoint;
    };

/** Looks at what has arrived so far (HAProxy, doc/proxy-protocol.txt, section 2.2). */
export function decodeProxyHeader(bytes: Uint8Array): DecodedProxyHeader {
  const known = Math.min(bytes.length, proxySignature.length);
  for (let at = 0; at < known; at += 1) {
    if (bytes[at] !== proxySignature[at]) return { state: 'bad', reason: 'no PROXY v2 signature' };
  }
  if (bytes.length < proxyPrefixBytes) return { state: 'more' };
  const command = bytes[12];
  const family = bytes[13];
  const bodyLength = ((bytes[14] ?? 0) << 8) | (bytes[15] ?? 0);
  if (command !== proxyCommand.proxy && command !== proxyCommand.local) {
    return { state: 'bad', reason: 'PROXY version or command unknown' };
  }
  if (bodyLength > largestIncomingProxyBody) return { state: 'bad', reason: 'PROXY header too long' };
  const length = proxyPrefixBytes + bodyLength;
  if (bytes.length < length) return { state: 'more' };
  if (command === proxyCommand.local) return { state: 'done', length };
  if (family === proxyFamily.tcp4) return endpoints(bytes, length, bodyLength, proxyAddressBytes.tcp4);
  if (family === proxyFamily.tcp6) return endpoints(bytes, length, bodyLength, proxyAddressBytes.tcp6);
  return { state: 'done', length };
}

function endpoints(bytes: Uint8Array, length: number, bodyLength: number, needed: number): DecodedProxyHeader {
  if (bodyLength < needed) return { state: 'bad', reason: 'PROXY header too short for its addresses' };
  const size = (needed - 4) / 2;
  const source = bytes.subarray(proxyPrefixBytes, proxyPrefixBytes + size);
  const destination = bytes.subarray(proxyPrefixBytes + size, proxyPrefixBytes + 2 * size);
  const port = (at: number): number => ((bytes[at] ?? 0) << 8) | (bytes[at + 1] ?? 0);
  const ports = proxyPrefixBytes + 2 * size;
  return {
    state: 'done',
    length,
    source: { address: addressText(source), port: port(ports) },
    destination: { address: addressText(destination), port: port(ports + 2) },
  };
}
