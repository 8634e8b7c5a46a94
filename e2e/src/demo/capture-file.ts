// Reads a capture of any device as a replay table: a pcap, the CSV of `quietwire tap`, or a replay table itself.

import { extractTable, type Flow } from '../replay/extract.ts';
import { readTcpSegments, type Segment } from '../replay/pcap.ts';
import { parseTable, type Row } from '../replay/table.ts';

const nsPerMs = 1e6;

/** Parses a capture by its first bytes. Throws an Error that says what is wrong with it. */
export function parseCapture(file: Buffer): Row[] {
  const start = file.subarray(0, 40).toString('latin1');
  if (start.startsWith('t_ms,direction,bytes')) return parseTable(file.toString('utf8'));
  if (start.startsWith('t_ns,dir,bytes')) return parseTapCsv(file.toString('utf8'));
  return extractTable(file, busiestFlow(file));
}

function parseTapCsv(text: string): Row[] {
  const lines = text.trimEnd().split('\n').slice(1);
  const originNs = Number(lines[0]?.split(',')[0]);
  const rows = lines.map((line, index): Row => {
    const [time, direction, bytes] = line.split(',');
    const timeMs = (Number(time) - originNs) / nsPerMs;
    if ((direction !== 'up' && direction !== 'down') || !(timeMs >= 0) || !(Number(bytes) > 0)) {
      throw new Error(`line ${index + 2}: not t_ns,dir,bytes: ${line}`);
    }
    return { timeMs, direction, bytes: Number(bytes) };
  });
  return rows.sort((a, b) => a.timeMs - b.timeMs);
}

/** The connection with most payload; its device's end has the higher port, as clients have. */
function busiestFlow(file: Buffer): Flow {
  const flows = new Map<string, { flow: Required<Flow>; bytes: number }>();
  for (const segment of readTcpSegments(file)) {
    const flow = flowOf(segment);
    const key = Object.values(flow).join(' ');
    const known = flows.get(key) ?? { flow, bytes: 0 };
    known.bytes += segment.payloadBytes;
    flows.set(key, known);
  }
  const [busiest] = [...flows.values()].sort((a, b) => b.bytes - a.bytes);
  if (!busiest) throw new Error('the capture has no TCP connection');
  return busiest.flow;
}

function flowOf({ source, sourcePort, destination, destinationPort }: Segment): Required<Flow> {
  return sourcePort > destinationPort
    ? { device: source, devicePort: sourcePort, server: destination, serverPort: destinationPort }
    : { device: destination, devicePort: destinationPort, server: source, serverPort: sourcePort };
}
