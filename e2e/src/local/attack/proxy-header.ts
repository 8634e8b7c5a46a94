// The PROXY v2 header that a balancer puts before a connection (HAProxy, doc/proxy-protocol.txt, section 2.2).

const signature = Buffer.from('0d0a0d0a000d0a515549540a', 'hex');

/** @param source the IPv4 address that the balancer names as the peer's. */
export function proxyHeader(source: string): Buffer {
  const addresses = [...source.split('.'), 127, 0, 0, 1].map(Number);
  return Buffer.concat([signature, Buffer.of(0x21, 0x11, 0, 12, ...addresses, 0x9c, 0x40, 0x1d, 0x13)]);
}
