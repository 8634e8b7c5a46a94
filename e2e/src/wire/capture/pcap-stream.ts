// Packets of a pcap file (classic format, either byte order, µs or ns) that comes in pieces, as tcpdump writes it to a pipe.

/** @param timeNs time since 1970 in ns, as a float: exact to 256 ns. */
export type PacketListener = (timeSeconds: number, timeNs: number, frame: Buffer) => void;

const FILE_HEADER = 24;
const PACKET_HEADER = 16;

export class PcapStream {
  readonly #onPacket: PacketListener;
  #held: Buffer = Buffer.alloc(0);
  #format: { readonly little: boolean; readonly perUnitNs: number } | undefined;

  constructor(onPacket: PacketListener) {
    this.#onPacket = onPacket;
  }

  /** @throws Error if it is no pcap. */
  push(chunk: Buffer): void {
    const bytes = this.#held.length === 0 ? chunk : Buffer.concat([this.#held, chunk]);
    let at = 0;
    if (this.#format === undefined) {
      if (bytes.length < FILE_HEADER) {
        this.#held = bytes;
        return;
      }
      this.#format = formatOf(bytes);
      at = FILE_HEADER;
    }
    const { little, perUnitNs } = this.#format;
    const read = (offset: number) => (little ? bytes.readUInt32LE(offset) : bytes.readUInt32BE(offset));
    while (bytes.length - at >= PACKET_HEADER) {
      const length = read(at + 8);
      if (bytes.length - at < PACKET_HEADER + length) break;
      const frame = bytes.subarray(at + PACKET_HEADER, at + PACKET_HEADER + length);
      this.#onPacket(read(at), read(at + 4) * perUnitNs, frame);
      at += PACKET_HEADER + length;
    }
    this.#held = Buffer.from(bytes.subarray(at));
  }
}

function formatOf(bytes: Buffer): { little: boolean; perUnitNs: number } {
  for (const little of [true, false]) {
    const magic = little ? bytes.readUInt32LE(0) : bytes.readUInt32BE(0);
    if (magic === 0xa1b2c3d4) return { little, perUnitNs: 1000 };
    if (magic === 0xa1b23c4d) return { little, perUnitNs: 1 };
  }
  throw new Error('no pcap file');
}
