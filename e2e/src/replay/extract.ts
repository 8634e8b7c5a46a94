// Makes the replay table of the smart plug from its capture; run as a program it writes e2e/data/xiaodu-plug.csv:
//   node scripts/run.mjs e2e/src/replay/extract.ts [CAPTURE.pcap [TABLE.csv]]

import { readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { readTcpSegments } from './pcap.ts';
import { SegmentCoverage } from './segment-coverage.ts';
import { type Direction, plugTableFile, type Row, renderTable, totalBytes } from './table.ts';

/** One TCP connection of a capture, as seen from the device. */
export interface Flow {
  readonly device: string;
  readonly server: string;
  readonly serverPort: number;
  /** Where the device has several connections with that server: the one from this port. */
  readonly devicePort?: number;
}

/** The plug's one TLS session with its cloud, 4,086 s long. */
export const plugFlow: Flow = { device: '192.168.1.221', server: '112.34.112.167', serverPort: 443 };

/** Where the captures lie beside a checkout of the repository. */
export const plugCaptureFile: string = join(
  dirname(fileURLToPath(import.meta.url)),
  '../../../../shared/traces/xiaodu_plug.pcap',
);

/**
 * Lists the payload of a connection, a row for each segment, without what was sent before (retransmissions).
 * Throws when the capture misses bytes of the connection.
 */
export function extractTable(capture: Buffer, flow: Flow): Row[] {
  const coverage = { up: new SegmentCoverage(), down: new SegmentCoverage() };
  const rows: Row[] = [];
  for (const segment of readTcpSegments(capture)) {
    const direction = directionOf(segment, flow);
    if (!direction) continue;
    if (segment.syn) coverage[direction].begin(segment.sequence);
    const bytes = coverage[direction].add(segment.sequence, segment.payloadBytes);
    if (bytes > 0) rows.push({ timeMs: segment.timeMs, direction, bytes });
  }
  const missing = coverage.up.missingBytes + coverage.down.missingBytes;
  if (missing > 0) throw new Error(`the capture lacks ${missing} bytes of the connection`);
  // The capturing host may stamp two interfaces' packets slightly out of order.
  return rows.sort((a, b) => a.timeMs - b.timeMs);
}

function directionOf(
  segment: { source: string; sourcePort: number; destination: string; destinationPort: number },
  { device, devicePort, server, serverPort }: Flow,
): Direction | undefined {
  const { source, sourcePort, destination, destinationPort } = segment;
  const isUp = source === device && destination === server && destinationPort === serverPort;
  const isDown = source === server && destination === device && sourcePort === serverPort;
  if (isUp && (devicePort ?? sourcePort) === sourcePort) return 'up';
  if (isDown && (devicePort ?? destinationPort) === destinationPort) return 'down';
  return undefined;
}

if (import.meta.main) {
  const [capture = plugCaptureFile, table = plugTableFile] = process.argv.slice(2);
  const rows = extractTable(readFileSync(capture), plugFlow);
  writeFileSync(table, renderTable(rows));
  process.stdout.write(
    `${rows.length} rows, ${totalBytes(rows, 'up')} bytes up, ${totalBytes(rows, 'down')} bytes down\n`,
  );
}
