// The command line of `npm start`. Reads no file but the capture.

import { readFileSync } from 'node:fs';
import { parseArgs } from 'node:util';
import { cutTable, type Row, readTable } from '../replay/table.ts';
import { parseCapture } from './capture-file.ts';
import { DemoError } from './demo-errors.ts';
import type { Settings } from './messages.ts';

export const usage = `npm start [-- OPTIONS]     the demo: a real plug's traffic, raw and through a tunnel
  --port N            port of the page on 127.0.0.1 (8600)
  --mode STP|ILP      how traffic is shaped (STP); the page can change it
  --confidence C      the observer's confidence that STP promises, 0…1 (0.2); the page can change it
  --speed N           times faster than captured, 1…20 (4): faster, and the plug's heartbeats would be activities
  --capture F         replay another device: pcap, or CSV with t_ns,dir,bytes or t_ms,direction,bytes
  --from S, --to S    the stretch of the capture to replay, in seconds (the shipped plug: 84 to 3984; else all)
  --help
`;

export interface DemoOptions {
  readonly port: number;
  readonly settings: Settings;
  readonly speed: number;
  readonly rows: readonly Row[];
}

/** The plug after its set-up and before the test series at the capture's end: nine bursts and a switch in 65 minutes. */
const plugStretch = { from: '84', to: '3984' };

/** Parses the command line. Throws DemoError USAGE, CAPTURE_INVALID, CAPTURE_UNREADABLE. */
export function parseDemoOptions(args: string[]): DemoOptions | 'help' {
  const values = parse(args);
  if (values.help) return 'help';
  const mode = values.mode;
  if (mode !== 'STP' && mode !== 'ILP') throw new DemoError('USAGE', `--mode: STP or ILP expected (got ${mode})`);
  const stretch = values.capture === undefined ? plugStretch : { from: '0', to: 'Infinity' };
  const all = values.capture === undefined ? readTable() : readCapture(values.capture);
  const from = number('from', values.from ?? stretch.from, 0, Number.POSITIVE_INFINITY);
  const to = number('to', values.to ?? stretch.to, from, Number.POSITIVE_INFINITY);
  const rows = cutTable(all, from, to);
  if (rows.length === 0) throw new DemoError('USAGE', `the capture has no payload from ${from} to ${to} s`);
  return {
    port: number('port', values.port, 1, 65_535),
    settings: { mode, confidence: number('confidence', values.confidence, 0.01, 1) },
    speed: number('speed', values.speed, 1, 20),
    rows,
  };
}

function readCapture(file: string): Row[] {
  let bytes: Buffer;
  try {
    bytes = readFileSync(file);
  } catch (cause) {
    throw new DemoError('CAPTURE_UNREADABLE', `${file}: ${(cause as Error).message}`, { cause });
  }
  try {
    return parseCapture(bytes);
  } catch (cause) {
    throw new DemoError('CAPTURE_INVALID', `${file}: ${(cause as Error).message}`, { cause });
  }
}

function parse(args: string[]) {
  try {
    return parseArgs({
      args,
      options: {
        port: { type: 'string', default: '8600' },
        mode: { type: 'string', default: 'STP' },
        confidence: { type: 'string', default: '0.2' },
        speed: { type: 'string', default: '4' },
        capture: { type: 'string' },
        from: { type: 'string' },
        to: { type: 'string' },
        help: { type: 'boolean', default: false },
      },
    }).values;
  } catch (error) {
    throw new DemoError('USAGE', (error as Error).message);
  }
}

function number(name: string, text: string, low: number, high: number): number {
  const value = Number(text);
  if (text.trim() !== '' && value >= low && value <= high) return value;
  throw new DemoError('USAGE', `--${name}: a number from ${low} to ${high} expected (got ${text})`);
}
