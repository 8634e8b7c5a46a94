// When frames of a server leave, read from the wire: the kernel stamps each packet of the loopback interface (tcpdump), so
// neither end's scheduling is in the times. Lateness is counted from each connection's own grid of slots.
import { spawn } from 'node:child_process';
import { createReadStream } from 'node:fs';
import { join } from 'node:path';
import { PcapStream } from '../wire/capture/pcap-stream.ts';
import { parseTcpSegment } from '../wire/capture/tcp-segment.ts';

/** What TLS 1.3 adds to a frame: record header, content type, tag (RFC 8446 section 5.2). */
const RECORD_OVERHEAD = 5 + 1 + 16;
/** Headers of Ethernet, IPv4 and TCP with options. */
const CAPTURED_BYTES = 96;

export interface Arrivals {
  /** Lateness against the slots' deadlines, ms: p50, p99, p99.9. */
  readonly lateness: readonly number[];
  /** Connections that frames were seen on, and frames. */
  readonly connections: number;
  readonly frames: number;
  /** Slots between two frames of a connection in which nothing left. */
  readonly skipped: number;
}

/** Captures what the server on `port` sends until `read` is called. */
export async function captureArrivals(
  port: number,
  directory: string,
): Promise<{ read: (frame: { size: number; intervalMs: number }) => Promise<Arrivals> }> {
  const file = join(directory, 'arrivals.pcap');
  const flags = ['-i', 'lo', '-n', '-w', file, '-B', '65536', '-s', String(CAPTURED_BYTES)];
  // On the clients' core: the server's is the one under measurement.
  const tcpdump = spawn('taskset', ['-c', '1', 'tcpdump', ...flags, 'tcp', 'src', 'port', String(port)], {
    stdio: ['ignore', 'ignore', 'pipe'],
  });
  let said = '';
  const ended = new Promise<void>((resolve) => tcpdump.once('close', () => resolve()));
  const listening = Promise.withResolvers<void>();
  tcpdump.stderr.on('data', (text: Buffer) => {
    said += text.toString();
    if (said.includes('listening on')) listening.resolve();
  });
  void ended.then(() => listening.reject(new Error(`tcpdump ended: ${said}`)));
  await listening.promise;
  return {
    read: async ({ size, intervalMs }) => {
      tcpdump.kill('SIGINT');
      await ended;
      const dropped = Number(/(\d+) packets? dropped by kernel/.exec(said)?.[1] ?? 0);
      if (dropped > 0) throw new Error(`the kernel dropped ${dropped} packets of the capture`);
      return latenessOf(await framesOf(file, size + RECORD_OVERHEAD), intervalMs);
    },
  };
}

/** Times of the frames of each connection, ms. */
async function framesOf(file: string, recordBytes: number): Promise<Map<number, number[]>> {
  const byPort = new Map<number, number[]>();
  let firstSeconds: number | undefined;
  const pcap = new PcapStream((seconds, ns, packet) => {
    firstSeconds ??= seconds;
    const segment = parseTcpSegment(packet);
    if (segment === undefined || segment.length === 0 || segment.length % recordBytes !== 0) return;
    let times = byPort.get(segment.targetPort);
    if (times === undefined) {
      times = [];
      byPort.set(segment.targetPort, times);
    }
    const atMs = (seconds - firstSeconds) * 1000 + ns / 1e6;
    for (let n = segment.length / recordBytes; n > 0; n -= 1) times.push(atMs);
  });
  for await (const chunk of createReadStream(file)) pcap.push(chunk as Buffer);
  return byPort;
}

/**
 * Slots lie on whole ms of the server's clock, whose fraction of the capture's clock is the same for all connections: that of
 * the earliest frames. Each connection's first whole ms is the one below its earliest frame.
 */
function latenessOf(byPort: Map<number, number[]>, intervalMs: number): Arrivals {
  const late: number[] = [];
  let frames = 0;
  let skipped = 0;
  const residues = [...byPort.values()].map((times) => {
    const start = times[0] ?? 0;
    const slots = times.map((atMs) => Math.round((atMs - start) / intervalMs));
    frames += times.length;
    skipped += (slots.at(-1) ?? 0) + 1 - times.length;
    return times.map((atMs, index) => atMs - (slots[index] ?? 0) * intervalMs);
  });
  const phase = earliestPhase(residues.map((values) => Math.min(...values)));
  for (const values of residues) {
    const base = Math.floor(Math.min(...values) - phase) + phase;
    for (const residue of values) late.push(residue - base);
  }
  late.sort((a, b) => a - b);
  const quantile = (q: number): number => late[Math.min(late.length - 1, Math.floor(q * late.length))] ?? Number.NaN;
  return { lateness: [0.5, 0.99, 0.999].map(quantile), connections: byPort.size, frames, skipped };
}

/**
 * Where whole ms of the server's clock lie within a ms of the capture's. The earliest frames of the connections lie shortly
 * behind it and never before: the start of the longest empty arc of the circle ends there.
 */
function earliestPhase(earliest: readonly number[]): number {
  const phases = earliest.map((atMs) => atMs - Math.floor(atMs)).sort((a, b) => a - b);
  let widest = -1;
  let phase = 0;
  phases.forEach((value, index) => {
    const before = index === 0 ? (phases.at(-1) ?? 0) - 1 : (phases[index - 1] ?? 0);
    if (value - before > widest) {
      widest = value - before;
      phase = value;
    }
  });
  return phase;
}
