// The cloud's end of a replay: a TCP service that plays the downstream rows of a table to each connection.
// Run as a program it serves --count connections, prints a JSON report for each and ends.

import { createServer, type Socket } from 'node:net';
import { parseReplayArguments, replayUsage } from './replay-arguments.ts';
import { type EndReport, type MarkObserver, playReplayEnd, type ReplayPlan } from './replay-end.ts';

export interface ReplayServer {
  readonly port: number;
  /** Stops listening and ends what still runs. */
  close(): Promise<void>;
}

export interface ReplayServerOptions {
  readonly host: string;
  /** 0 takes a free port. */
  readonly port: number;
  /** What a connection plays; a function is asked at each connection. */
  readonly plan: ReplayPlan | (() => ReplayPlan);
  readonly onReport: (report: EndReport) => void;
  readonly observer?: MarkObserver;
}

/** Listens, and plays the plan to each connection from the moment it is accepted. Rejects if the port is taken. */
export async function startReplayServer(options: ReplayServerOptions): Promise<ReplayServer> {
  const sockets = new Set<Socket>();
  const server = createServer({ allowHalfOpen: true, noDelay: true }, (socket) => {
    sockets.add(socket);
    socket.once('close', () => sockets.delete(socket));
    const plan = typeof options.plan === 'function' ? options.plan() : options.plan;
    void playReplayEnd(socket, 'down', plan, options.observer).then(options.onReport);
  });
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(options.port, options.host, resolve);
  });
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('the replay server has no port');
  return {
    port: address.port,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        for (const socket of sockets) socket.destroy();
      }),
  };
}

if (import.meta.main) {
  try {
    const { host, port, plan, count } = parseReplayArguments(process.argv.slice(2));
    const reports: EndReport[] = [];
    const server = await startReplayServer({
      host,
      port,
      plan,
      onReport: (report) => {
        process.stdout.write(`${JSON.stringify(report)}\n`);
        if (reports.push(report) < count) return;
        process.exitCode = reports.every(({ complete }) => complete) ? 0 : 1;
        void server.close();
      },
    });
    process.stderr.write(`replay server on ${host}:${server.port}\n`);
  } catch (error) {
    const isTaken = error instanceof Error && 'code' in error && error.code === 'EADDRINUSE';
    process.stderr.write(`error ${isTaken ? 'PORT_IN_USE' : 'REPLAY'}: ${(error as Error).message}\n`);
    if (!isTaken) process.stderr.write(replayUsage);
    process.exitCode = isTaken ? 4 : 2;
  }
}
