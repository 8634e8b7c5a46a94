// The command line that the replay's two programs share.

import { isIP } from 'node:net';
import { parseArgs } from 'node:util';
import type { ReplayPlan } from './replay-end.ts';
import { cutTable, plugTableFile, readTable } from './table.ts';

export interface ReplayArguments {
  readonly host: string;
  readonly port: number;
  readonly plan: ReplayPlan;
  /** How many replays to run; the server ends after as many connections. */
  readonly count: number;
}

export const replayUsage = `--at HOST:PORT [--table F.csv] [--from S --to S] [--speed N] [--seed TEXT] [--count N]
  --from, --to   seconds of the capture (whole table)      --speed   times faster than captured (1)
Prints one JSON report a replay: bytes, SHA-256 and times (machine's monotonic clock, ms) of each direction.
`;

/** Parses the command line. Throws an Error that says what is wrong with it. */
export function parseReplayArguments(args: string[]): ReplayArguments {
  const { values } = parseArgs({
    args,
    options: {
      at: { type: 'string' },
      table: { type: 'string', default: plugTableFile },
      from: { type: 'string', default: '0' },
      to: { type: 'string', default: 'Infinity' },
      speed: { type: 'string', default: '1' },
      seed: { type: 'string', default: 'quietwire' },
      count: { type: 'string', default: '1' },
    },
  });
  const match = /^\[?([^\]]+)\]?:(\d+)$/.exec(values.at ?? '');
  const [, host = '', port = ''] = match ?? [];
  if (!host || (!isIP(host) && host !== 'localhost')) throw new Error(`--at: HOST:PORT expected (got ${values.at})`);
  const rows = cutTable(readTable(values.table), number('from', values.from), number('to', values.to));
  if (rows.length === 0) throw new Error('the table has no rows between --from and --to');
  const speed = number('speed', values.speed);
  if (!(speed > 0)) throw new Error(`--speed: a number above 0 expected (got ${values.speed})`);
  return {
    host,
    port: number('at', port),
    plan: { rows, speed, seed: values.seed },
    count: number('count', values.count),
  };
}

function number(name: string, text: string): number {
  const value = Number(text);
  if (text === '' || Number.isNaN(value)) throw new Error(`--${name}: a number expected (got ${text})`);
  return value;
}
