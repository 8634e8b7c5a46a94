// What starts a program must end as the program ends, on a Node that can replace its process and on one that cannot.

import assert from 'node:assert/strict';
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { describe, it } from 'node:test';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('../..', import.meta.url));
const run = join(root, 'scripts', 'run.mjs');
const withoutExecve = ['--import', 'data:text/javascript,process.execve=undefined'];

function start(flags: string[], program: string): ChildProcess {
  const args = [...flags, run, 'node', '-e', program];
  return spawn(process.execPath, args, { stdio: ['ignore', 'pipe', 'inherit'] });
}

async function ended(child: ChildProcess): Promise<number | NodeJS.Signals> {
  const [status, signal] = (await once(child, 'close')) as [number | null, NodeJS.Signals | null];
  return status ?? signal ?? 'SIGKILL';
}

for (const [name, flags] of [
  ['Node ≥ 22.15', []],
  ['Node 20', withoutExecve],
] as const) {
  describe(`a program started from ${name}`, () => {
    it('hands up its exit status', async () => {
      assert.equal(await ended(start([...flags], 'process.exit(7)')), 7);
    });

    it('gets SIGTERM and may end in its own way', async () => {
      const child = start(
        [...flags],
        "process.on('SIGTERM', () => process.exit(3)); setInterval(() => {}, 1e6); console.log('ready')",
      );
      await once(child.stdout as NodeJS.ReadableStream, 'data');
      child.kill('SIGTERM');
      assert.equal(await ended(child), 3);
    });

    it('shows the signal that ended it', async () => {
      const child = start([...flags], "setInterval(() => {}, 1e6); console.log('ready')");
      await once(child.stdout as NodeJS.ReadableStream, 'data');
      child.kill('SIGTERM');
      assert.ok(['SIGTERM', 143].includes(await ended(child)));
    });

    it('runs under Node 24 or later with the sources in reach', async () => {
      const child = start([...flags], 'console.log(process.versions.node, process.execArgv.join())');
      const [line] = (await once(child.stdout as NodeJS.ReadableStream, 'data')) as [Buffer];
      assert.match(String(line), /^(?:2[4-9]|[3-9]\d)\.\S+ --conditions=quietwire-source/);
      assert.equal(await ended(child), 0);
    });
  });
}
