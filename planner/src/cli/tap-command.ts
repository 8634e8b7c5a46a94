// `quietwire tap`: flags, the capture file, the summary and the end by signal. The relay itself is in ../tap.

import type { Command } from 'commander';
import type { PlannerError } from '../errors.ts';
import { readHeader, recordHeader, renderRead, renderRecord } from '../tap/capture-rows.ts';
import { RowFile } from '../tap/system-row-file.ts';
import { type Direction, startTap, type Tap } from '../tap/system-tap.ts';
import type { DelayQuantiles } from '../tap/system-tap-meter.ts';
import { type HostPort, parseHostPort, parseTarget } from './arguments.ts';
import type { CliSession } from './session.ts';

interface TapFlags {
  readonly listen: HostPort;
  readonly to: HostPort;
  readonly output: string;
  readonly records?: boolean;
}

const description =
  'Relay TCP connections and write when, in which direction and how many bytes passed.\n\n' +
  'Put it between an agent and a sidecar to see what an observer of the wire sees; it needs no root. Each read is ' +
  'forwarded at once; nothing is delayed, merged or shaped. It runs until SIGINT or SIGTERM, then completes the file ' +
  'and says on stderr how exact its times are.';

const details = `
The file is CSV with a header:
  t_ns,dir,bytes                            one row per read
  t_ns,dir,bytes,conn,type,length,several   one row per TLS record (--records)

  t_ns     nanoseconds of the monotonic clock at the read that completed the row
  dir      up: from the end that connected; down: towards it
  bytes    bytes on the wire; for a record, length + 5
  conn     number of the connection, from 1
  type     20 cipher change, 21 alert, 22 handshake, 23 data and, in TLS 1.3,
           whatever is encrypted
  several  1 if that read held bytes of another record too: its time is less exact

Example:
  quietwire tap --listen 127.0.0.1:7400 --to 127.0.0.1:7443 -o wire.csv --records`;

export function addTapCommand(program: Command, session: CliSession): void {
  program
    .command('tap')
    .summary('relay TCP connections and record times, directions and sizes')
    .usage('--listen HOST:PORT --to HOST:PORT -o FILE.csv [--records]')
    .description(description)
    .requiredOption('--listen <host:port>', 'address to take connections on; port 0 takes a free one', parseHostPort)
    .requiredOption('--to <host:port>', 'address to relay them to', parseTarget)
    .requiredOption('-o, --output <file.csv>', 'where the rows go; - is stdout')
    .option('--records', 'one row per TLS record instead of per read')
    .addHelpText('after', details)
    .action((flags: TapFlags, command: Command) => {
      if (session.flags.json && flags.output === '-')
        command.error("error: option '--json' cannot be used with '-o -': both print to stdout");
      return runTap(flags, session);
    });
}

async function runTap(flags: TapFlags, session: CliSession): Promise<void> {
  const ending = endingSignal();
  const rows = await RowFile.open(flags.output, ending.fail);
  const counts = new TapCounts();
  let tap: Tap | undefined;
  try {
    rows.add(flags.records ? recordHeader : readHeader);
    tap = await startTap({
      listenHost: flags.listen.host,
      listenPort: flags.listen.port,
      toHost: flags.to.host,
      toPort: flags.to.port,
      measureLoop: true,
      ...counts.listeners(flags.records ? rows : undefined, flags.records ? undefined : rows),
      onOpen: () => {
        counts.connections += 1;
      },
      onClose: (connection, _timeNs, error) => {
        if (error) session.note(`connection ${connection}: ${error.message}`);
      },
      onForeign: (connection, direction) =>
        session.note(`connection ${connection} ${direction}: not TLS, its records are not counted`),
    });
    session.note(`listening on ${renderAddress(tap)}, relaying to ${renderAddress(flags.to)}`);
    await ending.signalled;
  } finally {
    await tap?.close();
    await rows.close();
  }
  report(tap, counts, flags, session);
}

/** What passed, for the summary. */
class TapCounts {
  connections = 0;
  records = 0;
  readonly reads = { up: 0, down: 0 };
  readonly bytes = { up: 0, down: 0 };

  listeners(recordRows: RowFile | undefined, readRows: RowFile | undefined) {
    return {
      onRead: (_connection: number, direction: Direction, timeNs: number, bytes: number) => {
        this.reads[direction] += 1;
        this.bytes[direction] += bytes;
        readRows?.add(renderRead(timeNs, direction, bytes));
      },
      ...(recordRows && {
        onRecord: (...record: Parameters<typeof renderRecord>) => {
          this.records += 1;
          recordRows.add(renderRecord(...record));
        },
      }),
    };
  }
}

/** Resolves at the first SIGINT or SIGTERM (a second one ends the process at once); `fail` makes it reject instead. */
function endingSignal(): { signalled: Promise<void>; fail: (error: PlannerError) => void } {
  const { promise, resolve, reject } = Promise.withResolvers<void>();
  for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => resolve());
  const fail = (error: PlannerError) => {
    const cause = error.cause;
    const readerLeft = cause instanceof Error && 'code' in cause && cause.code === 'EPIPE';
    if (readerLeft) resolve();
    else reject(error);
  };
  promise.catch(() => {}); // it may fail before anyone waits for it
  return { signalled: promise, fail };
}

function report(tap: Tap, counts: TapCounts, flags: TapFlags, session: CliSession): void {
  const { connections, records, reads, bytes } = counts;
  const { queueUs, forwardUs, loopDelayUs } = tap.jitter();
  if (session.flags.json) {
    const counted = flags.records ? { records } : {};
    session.printJson({ file: flags.output, connections, reads, bytes, ...counted, queueUs, forwardUs, loopDelayUs });
  }
  const recordsText = flags.records ? `, ${records} records` : '';
  session.note(
    `${connections} connections, up ${bytes.up} bytes in ${reads.up} reads, down ${bytes.down} bytes in ${reads.down} reads${recordsText}`,
  );
  session.note(`jitter, read behind others of its turn:  ${renderQuantiles(queueUs)}`);
  session.note(`jitter, read to write:                   ${renderQuantiles(forwardUs)}`);
  if (loopDelayUs) session.note(`event loop delay (a 1 ms timer's grain): ${renderQuantiles(loopDelayUs)}`);
}

function renderQuantiles({ p50, p99, max, count }: DelayQuantiles): string {
  return `p50 ${p50} µs, p99 ${p99} µs, max ${max} µs (${count} values)`;
}

function renderAddress({ host, port }: HostPort): string {
  return host.includes(':') ? `[${host}]:${port}` : `${host}:${port}`;
}
