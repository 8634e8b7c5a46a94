// How exact a source's timestamps are, measured: records written at known times by this process, and what the source says.
import { connect, createServer, type Socket } from 'node:net';
import { setTimeout as delay } from 'node:timers/promises';
import { monotonicMs } from '../../harness/command-loop.ts';
import { type Exactness, startCapture } from './observer.ts';
import { contentType } from './wire-record.ts';

export interface SourceJitter {
  readonly source: 'tap' | 'kernel';
  /** Quantiles of the distance of a stamp from the median stamp, both from the time of the write, µs. */
  readonly p50Us: number;
  readonly p99Us: number;
}

const PROBES = 200;
const PROBE_BYTES = 200;
const PROBE_GAP_MS = 5;

export async function measureSourceJitter(exactness: Exactness): Promise<SourceJitter> {
  const server = createServer((socket: Socket) => socket.on('error', () => {}).resume());
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('no address');
  const capture = await startCapture(address.port, exactness);
  const client = connect({ host: '127.0.0.1', port: capture.port, noDelay: true });
  await new Promise((resolve) => client.once('connect', resolve));
  const record = Buffer.alloc(5 + PROBE_BYTES);
  record.set([contentType.applicationData, 3, 3, PROBE_BYTES >>> 8, PROBE_BYTES & 0xff]);
  const writtenMs: number[] = [];
  for (let probe = 0; probe < PROBES; probe += 1) {
    await delay(PROBE_GAP_MS);
    writtenMs.push(monotonicMs());
    client.write(record);
  }
  await delay(100);
  client.destroy();
  await capture.close();
  server.close();
  const stamps = capture.connections[0]?.up ?? [];
  if (stamps.length !== PROBES) throw new Error(`the capture has ${stamps.length} of ${PROBES} probes`);
  const offsetsUs = stamps.map(({ atMs }, index) => (atMs - (writtenMs[index] ?? 0)) * 1000).sort((a, b) => a - b);
  const median = offsetsUs[PROBES / 2] ?? 0;
  const distances = offsetsUs.map((offset) => Math.abs(offset - median)).sort((a, b) => a - b);
  const at = (share: number) => Math.round((distances[Math.floor(share * (PROBES - 1))] ?? 0) * 10) / 10;
  return { source: capture.source, p50Us: at(0.5), p99Us: at(0.99) };
}
