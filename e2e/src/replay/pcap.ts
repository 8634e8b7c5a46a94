// Reads the TCP segments over IPv4 out of a classic pcap file with Ethernet frames.
// Knows nothing of connections: putting segments together is segment-coverage.ts.

/** One TCP segment of a capture. Times are in ms since the capture's first packet. */
export interface Segment {
  readonly timeMs: number;
  readonly source: string;
  readonly sourcePort: number;
  readonly destination: string;
  readonly destinationPort: number;
  readonly sequence: number;
  readonly syn: boolean;
  readonly payloadBytes: number;
}

const globalHeaderBytes = 24;
const recordHeaderBytes = 16;
const ethernetHeaderBytes = 14;
const linkTypeEthernet = 1;
const etherTypeIpv4 = 0x0800;
const protocolTcp = 6;

/** Lists the TCP segments of a pcap file (microsecond or nanosecond stamps, either byte order). Throws on another format. */
export function* readTcpSegments(file: Buffer): Generator<Segment> {
  const { little, ticksPerMs } = readFormat(file);
  const u32 = (at: number) => (little ? file.readUInt32LE(at) : file.readUInt32BE(at));
  if (u32(20) !== linkTypeEthernet) throw new Error(`the capture's link type is ${u32(20)}, not Ethernet`);
  if (file.length < globalHeaderBytes + recordHeaderBytes) return;
  const firstS = u32(globalHeaderBytes);
  const firstTicks = u32(globalHeaderBytes + 4);
  for (let at = globalHeaderBytes; at + recordHeaderBytes <= file.length; ) {
    const timeMs = (u32(at) - firstS) * 1000 + (u32(at + 4) - firstTicks) / ticksPerMs;
    const captured = u32(at + 8);
    const packet = file.subarray(at + recordHeaderBytes, at + recordHeaderBytes + captured);
    if (packet.length < captured) throw new Error(`the capture ends inside the packet at byte ${at}`);
    const segment = readSegment(packet, timeMs);
    if (segment) yield segment;
    at += recordHeaderBytes + captured;
  }
}

function readFormat(file: Buffer): { little: boolean; ticksPerMs: number } {
  if (file.length < globalHeaderBytes) throw new Error('the file is shorter than a pcap header');
  const magic = file.readUInt32LE(0);
  if (magic === 0xa1b2c3d4) return { little: true, ticksPerMs: 1000 };
  if (magic === 0xd4c3b2a1) return { little: false, ticksPerMs: 1000 };
  if (magic === 0xa1b23c4d) return { little: true, ticksPerMs: 1_000_000 };
  if (magic === 0x4d3cb2a1) return { little: false, ticksPerMs: 1_000_000 };
  throw new Error('not a classic pcap file');
}

function readSegment(packet: Buffer, timeMs: number): Segment | undefined {
  const ip = ethernetHeaderBytes;
  if (packet.length < ip + 20 || packet.readUInt16BE(12) !== etherTypeIpv4) return undefined;
  const ipHeaderBytes = (packet.readUInt8(ip) & 0x0f) * 4;
  if (packet.readUInt8(ip + 9) !== protocolTcp) return undefined;
  const tcp = ip + ipHeaderBytes;
  if (packet.length < tcp + 20) return undefined;
  const tcpHeaderBytes = (packet.readUInt8(tcp + 12) >> 4) * 4;
  return {
    timeMs,
    source: address(packet, ip + 12),
    destination: address(packet, ip + 16),
    sourcePort: packet.readUInt16BE(tcp),
    destinationPort: packet.readUInt16BE(tcp + 2),
    sequence: packet.readUInt32BE(tcp + 4),
    syn: (packet.readUInt8(tcp + 13) & 0x02) !== 0,
    // From the IP header: short Ethernet frames are padded.
    payloadBytes: packet.readUInt16BE(ip + 2) - ipHeaderBytes - tcpHeaderBytes,
  };
}

function address(packet: Buffer, at: number): string {
  return `${packet[at]}.${packet[at + 1]}.${packet[at + 2]}.${packet[at + 3]}`;
}
