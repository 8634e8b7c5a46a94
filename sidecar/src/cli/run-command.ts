// `quietwire-sidecar run`: the configuration, what to do with it, and nothing of the serving.

import { readFile } from 'node:fs/promises';
import { renderConfig } from '@quietwire/shaping';
import { exposedKeyFiles } from '@quietwire/tunnel';
import { loadSidecarConfig } from '../config/load-config.ts';
import { type SidecarConfig, sidecarConfigSchema } from '../config/schema.ts';
import { errorText, SidecarError } from '../errors.ts';
import { keyPaths } from '../keys/key-paths.ts';
import { readState } from '../state.ts';
import { certificateRemarks } from '../tls/certificate-remarks.ts';

export interface RunFlags {
  readonly config: string;
  readonly set: readonly string[];
  readonly printConfig?: boolean;
  readonly checkConfig?: boolean;
}

export async function runCommand(flags: RunFlags, version: string): Promise<void> {
  const config = await readConfig(flags);
  if (flags.printConfig) process.stdout.write(renderConfig(sidecarConfigSchema, config));
  if (flags.checkConfig) {
    const { tls } = await readState(config);
    for (const remark of certificateRemarks(tls.dates, Date.now())) {
      process.stderr.write(`warning: tls.certFile: ${config.tls.certFile}: ${remark}\n`);
    }
    for (const { path, text } of await exposedKeyFiles(await keyPaths(config)))
      process.stderr.write(`warning: ${path}: ${text}
`);
    process.stderr.write(`${flags.config} is valid, and so are its policies, keys and certificate\n`);
  }
  if (flags.printConfig || flags.checkConfig) return;
  // Telemetry takes a while to load; checks need not wait for it.
  const { serve } = await import('./serve.ts');
  await serve(config, version);
}

async function readConfig(flags: RunFlags): Promise<SidecarConfig> {
  const text = await readFile(flags.config === '-' ? '/dev/stdin' : flags.config, 'utf8').catch((cause: unknown) => {
    throw new SidecarError('FILE_UNREADABLE', `--config ${flags.config}: ${errorText(cause)}`, { cause });
  });
  const source = flags.config === '-' ? 'stdin' : flags.config;
  return loadSidecarConfig({ text, source, environment: process.env, sets: flags.set });
}
