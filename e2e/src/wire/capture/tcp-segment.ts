// One captured Ethernet frame as a TCP segment over IPv4 (RFC 791, RFC 9293); anything else is undefined.

export interface TcpSegment {
  readonly sourcePort: number;
  readonly targetPort: number;
  readonly sequence: number;
  readonly syn: boolean;
  readonly fin: boolean;
  readonly reset: boolean;
  /** As it stands in the header, before scaling. */
  readonly window: number;
  /** Window scale option of a SYN. */
  readonly windowScale: number | undefined;
  /** As far as it was captured. */
  readonly payload: Buffer;
  /** Bytes of payload in the segment, captured or not. */
  readonly length: number;
}

const ETHERNET_HEADER = 14;
const TCP = 6;

export function parseTcpSegment(frame: Buffer): TcpSegment | undefined {
  if (frame.length < ETHERNET_HEADER + 40 || frame.readUInt16BE(12) !== 0x0800) return undefined;
  const ip = frame.subarray(ETHERNET_HEADER);
  const ipHeader = ((ip[0] ?? 0) & 0x0f) * 4;
  if (ip[9] !== TCP) return undefined;
  const ipLength = ip.readUInt16BE(2);
  const tcp = ip.subarray(ipHeader, ipLength);
  const header = ((tcp[12] ?? 0) >>> 4) * 4;
  const flags = tcp[13] ?? 0;
  const syn = (flags & 0x02) !== 0;
  return {
    sourcePort: tcp.readUInt16BE(0),
    targetPort: tcp.readUInt16BE(2),
    sequence: tcp.readUInt32BE(4),
    syn,
    fin: (flags & 0x01) !== 0,
    reset: (flags & 0x04) !== 0,
    window: tcp.readUInt16BE(14),
    windowScale: syn ? windowScale(tcp.subarray(20, header)) : undefined,
    payload: tcp.subarray(header),
    length: ipLength - ipHeader - header,
  };
}

function windowScale(options: Buffer): number | undefined {
  for (let at = 0; at < options.length; ) {
    const kind = options[at];
    if (kind === 0) return undefined;
    if (kind === 3) return options[at + 2];
    at += kind === 1 ? 1 : Math.max(2, options[at + 1] ?? 2);
  }
  return undefined;
}
