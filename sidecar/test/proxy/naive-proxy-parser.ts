/**
 * A parser of PROXY v2 headers written from HAProxy's proxy-protocol.txt alone, slow and plain, to judge the encoder by. It
 * is as strict as Mosquitto 2.1, the strictest broker.
 */

export interface ParsedProxyHeader {
  readonly family: 'AF_INET' | 'AF_INET6';
  readonly source: string;
  readonly destination: string;
  readonly tlvs: ReadonlyMap<number, Buffer>;
  /** Bytes of the header; what follows is the stream. */
  readonly length: number;
}

export interface ParsedSsl {
  readonly client: number;
  readonly verify: number;
  readonly tlvs: ReadonlyMap<number, Buffer>;
}

export function parseProxyHeader(bytes: Buffer): ParsedProxyHeader {
  expect(bytes.subarray(0, 12).toString('latin1') === '\r\n\r\n\0\r\nQUIT\n', 'signature');
  expect(bytes.readUInt8(12) >> 4 === 2, 'version 2');
  expect((bytes.readUInt8(12) & 0xf) === 1, 'command PROXY');
  const family = { 17: 'AF_INET', 33: 'AF_INET6' }[bytes.readUInt8(13)] as 'AF_INET' | 'AF_INET6' | undefined;
  if (family === undefined) throw new Error('family and protocol');
  const length = bytes.readUInt16BE(14);
  expect(length <= 500, 'body of at most 500 bytes');
  const body = bytes.subarray(16, 16 + length);
  expect(body.length === length, 'whole body');
  const size = family === 'AF_INET' ? 4 : 16;
  const address = (at: number): string => {
    const part = body.subarray(at, at + size);
    return size === 4 ? [...part].join('.') : (part.toString('hex').match(/.{4}/g) ?? []).join(':');
  };
  return {
    family,
    source: `${address(0)} ${body.readUInt16BE(2 * size)}`,
    destination: `${address(size)} ${body.readUInt16BE(2 * size + 2)}`,
    tlvs: parseTlvs(body.subarray(2 * size + 4)),
    length: 16 + length,
  };
}

export function parseSsl(value: Buffer): ParsedSsl {
  return { client: value.readUInt8(0), verify: value.readUInt32BE(1), tlvs: parseTlvs(value.subarray(5)) };
}

function parseTlvs(bytes: Buffer): Map<number, Buffer> {
  const tlvs = new Map<number, Buffer>();
  for (let at = 0; at < bytes.length; ) {
    const length = bytes.readUInt16BE(at + 1);
    expect(at + 3 + length <= bytes.length, 'TLV inside the body');
    expect(!tlvs.has(bytes.readUInt8(at)), 'each TLV once');
    tlvs.set(bytes.readUInt8(at), bytes.subarray(at + 3, at + 3 + length));
    at += 3 + length;
  }
  return tlvs;
}

function expect(condition: boolean, what: string): void {
  if (!condition) throw new Error(`not a PROXY v2 header: ${what}`);
}
