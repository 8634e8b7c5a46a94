// Runs the real command as a process for the tests of this folder.

import { spawn } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import type { TestContext } from 'node:test';
import { fileURLToPath } from 'node:url';

const main = fileURLToPath(new URL('../../src/main.ts', import.meta.url));
const launcher = fileURLToPath(new URL('../../bin/quietwire.mjs', import.meta.url));

export interface Outcome {
  readonly status: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

/** Starts the command; `exited` resolves when it is gone. */
export function startQuietwire(args: readonly string[], viaLauncher = false) {
  const nodeArgs = viaLauncher ? [launcher] : ['--conditions=quietwire-source', main];
  // The cache halves the time of a start: these tests make about fifty.
  const env = { ...process.env, NODE_COMPILE_CACHE: join(tmpdir(), 'quietwire-compile-cache') };
  const child = spawn(process.execPath, [...nodeArgs, ...args], { env, stdio: ['pipe', 'pipe', 'pipe'] });
  const streams = [text(child.stdout), text(child.stderr)];
  const exited = new Promise<Outcome>((resolve) => {
    child.on('close', async (status, signal) => {
      const [stdout = '', stderr = ''] = await Promise.all(streams);
      resolve({ status: status ?? (signal as unknown as null), stdout, stderr });
    });
  });
  return { child, exited };
}

/** Runs the command to its end. @param input what it reads from stdin. */
export function quietwire(args: readonly string[], input: string | Uint8Array = ''): Promise<Outcome> {
  const { child, exited } = startQuietwire(args);
  child.stdin.on('error', () => {}); // it may not read its input
  child.stdin.end(input);
  return exited;
}

/** A directory that is gone after the test. */
export async function temporaryDirectory(t: TestContext): Promise<string> {
  const directory = await mkdtemp(join(tmpdir(), 'quietwire-'));
  t.after(() => rm(directory, { recursive: true, force: true }));
  return directory;
}
