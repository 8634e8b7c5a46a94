// The running sidecar of `quietwire-sidecar run`: log, signals and exit status around it.

import { diag } from '@opentelemetry/api';
import { createSystemRuntime, exposedKeyFiles, LineSink, OneShot, systemLineTarget } from '@quietwire/tunnel';
import type { SidecarConfig } from '../config/schema.ts';
import { sidecarErrors } from '../errors.ts';
import { keyPaths } from '../keys/key-paths.ts';
import { Log } from '../log.ts';
import { startSidecar } from '../sidecar.ts';
import { diagnosticsLevel, processMetricsSdk } from '../telemetry/system-metrics-sdk.ts';
import { telemetryFault } from '../telemetry/telemetry-fault.ts';

/** Time for the last log lines: a reader that does not read must not keep the process. */
const lastLinesMs = 500;

const stopSignals = { SIGTERM: 15, SIGINT: 2 } as const;

/** Serves until a signal or `POST /drain` ends it; then the process ends. */
export async function serve(config: SidecarConfig, version: string): Promise<void> {
  const lines = new LineSink(systemLineTarget());
  const log = new Log({
    format: config.log.format,
    level: config.log.level,
    timestamp: () => new Date().toISOString(),
    nowMs: () => Date.now(),
    write: (line) => lines.write(line),
  });
  lines.tellLoss = (count) => log.lostLine(count);
  const complain = (message: string): void => log.event('TELEMETRY_FAILED', telemetryFault(message));
  const note = (message: string): void => log.event('TELEMETRY_DIAGNOSTIC', telemetryFault(message));
  const logger = { error: complain, warn: complain, info: note, debug: note, verbose: note };
  diag.setLogger(logger);
  // Only now: a level that does not exist is told by a warning.
  diag.setLogger(logger, { logLevel: diagnosticsLevel(), suppressOverrideMessage: true });

  const runtime = createSystemRuntime();
  const ended = Promise.withResolvers<void>();
  const stop = (): void => {
    started
      .then((sidecar) => sidecar.stop())
      .then(
        ({ undelivered }) => {
          if (undelivered > 0) process.exitCode = sidecarErrors.DRAIN_UNDELIVERED.exit;
          ended.resolve();
        },
        (error: unknown) => ended.reject(error),
      );
  };
  // Before the start: who reads in the log that the ports are open may send a signal at once.
  handleSignals(stop, () => {
    // The log has told what is not valid.
    started.then((sidecar) => sidecar.reload()).catch(() => {});
  });
  const started = startSidecar({
    config,
    runtime,
    log,
    wallNow: () => Date.now(),
    version,
    startMetricsSdk: processMetricsSdk,
    onDrain: stop,
  });
  await started;
  for (const { path, text } of await exposedKeyFiles(await keyPaths(config)))
    log.event('KEY_FILE_EXPOSED', `${path}: ${text}`);
  await ended.promise;
  await Promise.race([
    lines.flushed(),
    new Promise<void>((resolve) => new OneShot(runtime, resolve).startIn(lastLinesMs)),
  ]);
  runtime.close();
  // Handles of libraries must not keep a stopped process alive.
  process.exit();
}

/** The first stop signal asks for the clean stop, the second ends the process with 128 + its number. */
function handleSignals(stop: () => void, reload: () => void): void {
  let asked = false;
  for (const [signal, number] of Object.entries(stopSignals)) {
    process.on(signal, () => {
      if (asked) process.exit(128 + number);
      asked = true;
      stop();
    });
  }
  process.on('SIGHUP', reload);
}
