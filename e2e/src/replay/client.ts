// The device's end of a replay: connects and plays the upstream rows of a table.
// Run as a program it plays --count times, prints a JSON report for each; exit 1 if one was not complete.

import { connect, type Socket } from 'node:net';
import { parseReplayArguments, replayUsage } from './replay-arguments.ts';
import { type EndReport, type MarkObserver, playReplayEnd, type ReplayPlan } from './replay-end.ts';

/** Connects and plays the plan until both directions have ended. Rejects only when there is no connection. */
export async function runReplayClient(
  address: { host: string; port: number },
  plan: ReplayPlan,
  observer?: MarkObserver,
  signal?: AbortSignal,
): Promise<EndReport> {
  const socket = await openSocket(address);
  const abort = () => socket.destroy();
  signal?.addEventListener('abort', abort, { once: true });
  if (signal?.aborted) abort();
  const report = await playReplayEnd(socket, 'up', plan, observer);
  signal?.removeEventListener('abort', abort);
  return report;
}

function openSocket({ host, port }: { host: string; port: number }): Promise<Socket> {
  return new Promise((resolve, reject) => {
    const socket = connect({ host, port, allowHalfOpen: true, noDelay: true });
    socket.once('error', reject);
    socket.once('connect', () => {
      socket.off('error', reject);
      resolve(socket);
    });
  });
}

if (import.meta.main) {
  try {
    const { plan, count, ...address } = parseReplayArguments(process.argv.slice(2));
    for (let played = 0; played < count; played++) {
      const report = await runReplayClient(address, plan);
      process.stdout.write(`${JSON.stringify(report)}\n`);
      if (!report.complete) process.exitCode = 1;
    }
  } catch (error) {
    const isRefused = error instanceof Error && 'code' in error;
    process.stderr.write(`error ${isRefused ? 'UNREACHABLE' : 'REPLAY'}: ${(error as Error).message}\n`);
    if (!isRefused) process.stderr.write(replayUsage);
    process.exitCode = isRefused ? 4 : 2;
  }
}
