/** Internet addresses as bytes, as the PROXY protocol carries them, and the mapping between the two families. */
import { isIPv4, isIPv6 } from 'node:net';

const mappedPrefix = /^::ffff:(?=\d+\.\d+\.\d+\.\d+$)/i;

/** `::ffff:192.0.2.1` as `192.0.2.1` (a socket that listens for both families reports the former); others as they are. */
export function plainIPv4(address: string): string {
  return address.replace(mappedPrefix, '');
}

/** The IPv6 form of an address of either family. */
export function asIPv6(address: string): string {
  return isIPv4(address) ? `::ffff:${address}` : address;
}

/**
 * An address as 4 or 16 bytes in network order.
 * @throws RangeError when it is neither IPv4 nor IPv6.
 */
export function addressBytes(address: string): Buffer {
  if (isIPv4(address)) return Buffer.from(address.split('.').map(Number));
  const [plain = ''] = address.split('%');
  if (!isIPv6(plain)) throw new RangeError(`not an internet address: ${JSON.stringify(address)}`);
  const [head = '', tail] = withoutDotted(plain).split('::');
  const left = groups(head);
  const right = tail === undefined ? [] : groups(tail);
  const zeros = new Array<number>(8 - left.length - right.length).fill(0);
  return Buffer.from([...left, ...zeros, ...right].flatMap((group) => [group >>> 8, group & 0xff]));
}

/** 4 or 16 bytes as text; 16 bytes of the mapped form come out as IPv4. */
export function addressText(bytes: Uint8Array): string {
  if (bytes.length === 4) return bytes.join('.');
  const mapped = bytes.subarray(0, 10).every((byte) => byte === 0) && bytes[10] === 0xff && bytes[11] === 0xff;
  if (mapped) return bytes.subarray(12).join('.');
  const text: string[] = [];
  for (let at = 0; at < 16; at += 2) text.push((((bytes[at] ?? 0) << 8) | (bytes[at + 1] ?? 0)).toString(16));
  return text.join(':');
}

function groups(text: string): number[] {
  return text === '' ? [] : text.split(':').map((group) => Number.parseInt(group, 16));
}

/** `::ffff:192.0.2.1` with its last 32 bits as two groups. */
function withoutDotted(address: string): string {
  return address.replace(/(\d+)\.(\d+)\.(\d+)\.(\d+)$/, (_, a: string, b: string, c: string, d: string) =>
    [(Number(a) << 8) | Number(b), (Number(c) << 8) | Number(d)].map((group) => group.toString(16)).join(':'),
  );
}
