// `quietwire-agent run`: configuration, signals and exit status around the running agent.
import { readFile } from 'node:fs/promises';
import { renderConfig } from '@quietwire/shaping';
import { createSystemRuntime, exposedKeyFiles, LineSink, OneShot, systemLineTarget } from '@quietwire/tunnel';
import { Agent } from '../agent/agent.ts';
import { agentConfigSchema } from '../agent/config-schema.ts';
import { type AgentSettings, type FlagValue, loadAgentConfig } from '../agent/load-config.ts';
import { Log } from '../agent/log.ts';
import { readCredentials } from '../agent/read-credentials.ts';
import { DeviceError, failureOf } from '../errors.ts';
import { reportFailure } from './failure.ts';

export interface RunFlags {
  readonly config?: string;
  readonly server?: string;
  readonly ca?: string;
  readonly fleet?: string;
  readonly device?: string;
  readonly key?: string;
  readonly forward?: readonly string[];
  readonly set: readonly string[];
  readonly printConfig?: boolean;
  readonly checkConfig?: boolean;
}

/** Time for the last log lines: a reader that does not read must not keep the process. */
const lastLinesMs = 500;

const stopSignals = { SIGTERM: 15, SIGINT: 2 } as const;
const undeliveredExit = 7;

export async function runCommand(flags: RunFlags): Promise<void> {
  const settings = await readSettings(flags);
  if (flags.printConfig) process.stdout.write(renderConfig(agentConfigSchema, settings.config));
  if (flags.printConfig && !flags.checkConfig) return;
  const credentials = await readCredentials(settings.config);
  if (flags.checkConfig) {
    for (const { path, text } of await exposedKeyFiles([settings.config.device.keyFile]))
      process.stderr.write(`warning: ${path}: ${text}\n`);
    process.stderr.write('the configuration is valid, and so are the device key and the certificate authority\n');
    return;
  }
  process.on('uncaughtException', (error) => {
    reportFailure(error);
    process.exit(70);
  });
  await serve(settings, credentials);
}

async function readSettings(flags: RunFlags): Promise<AgentSettings> {
  const { config: path, set, forward } = flags;
  const given: FlagValue[] = (
    [
      ['--server', 'server', flags.server],
      ['--ca', 'tls.caFile', flags.ca],
      ['--fleet', 'fleet', flags.fleet],
      ['--device', 'device.id', flags.device],
      ['--key', 'device.keyFile', flags.key],
      ['--forward', 'forward', forward === undefined ? undefined : JSON.stringify(forward)],
    ] as const
  ).flatMap(([flag, key, value]) => (value === undefined ? [] : [{ flag, key, value }]));
  return loadAgentConfig({
    text: path === undefined ? undefined : await readConfig(path),
    source: path === '-' ? 'stdin' : path,
    environment: process.env,
    flags: given,
    sets: set,
  });
}

async function readConfig(path: string): Promise<string> {
  try {
    return await readFile(path === '-' ? '/dev/stdin' : path, 'utf8');
  } catch (cause) {
    throw new DeviceError('FILE_UNREADABLE', `--config ${path}: ${(cause as Error).message}`, { cause });
  }
}

async function serve(settings: AgentSettings, credentials: Awaited<ReturnType<typeof readCredentials>>): Promise<void> {
  const { format, level } = settings.config.log;
  const lines = new LineSink(systemLineTarget());
  const log = new Log({
    format,
    level,
    timestamp: () => new Date().toISOString(),
    write: (line) => lines.write(line),
  });
  lines.tellLoss = (count) => log.lostLine(count);
  const runtime = createSystemRuntime();
  const stopped = Promise.withResolvers<void>();
  let signals = 0;
  for (const [signal, number] of Object.entries(stopSignals)) {
    process.on(signal, () => {
      signals += 1;
      if (signals > 1) process.exit(128 + number);
      log.event('STOPPING', `${signal}: the tunnel closes at the end of a period; a second signal ends at once`);
      stopped.resolve();
    });
  }
  const agent = await Agent.start({ settings, credentials, runtime, log });
  for (const { text } of await exposedKeyFiles([settings.config.device.keyFile]))
    log.event('KEY_FILE_EXPOSED', `device.keyFile: ${text}`);
  process.on('SIGHUP', () => void reload(agent, settings, log));
  try {
    await Promise.race([stopped.promise, agent.failed]);
  } catch (error) {
    reportFailure(error);
  }
  const { undelivered } = await agent.stop();
  log.event('STOPPED', 'the tunnel is closed');
  process.exitCode ??= undelivered ? undeliveredExit : 0;
  await Promise.race([
    lines.flushed(),
    new Promise<void>((resolve) => new OneShot(runtime, resolve).startIn(lastLinesMs)),
  ]);
  runtime.close();
  // Local connections that are still open must not keep a stopped agent alive.
  process.exit();
}

async function reload(agent: Agent, { config }: AgentSettings, log: Log): Promise<void> {
  try {
    agent.renew(await readCredentials(config));
    log.event('RELOADED', 'key and certificate authority are in force from the next connection on');
  } catch (error) {
    log.event('RELOAD_REFUSED', failureOf(error).text);
  }
}
