// A sidecar whose log cannot be written, or is not read: it serves on, answers probes, and stops cleanly.
import assert from 'node:assert/strict';
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, openSync, readFileSync } from 'node:fs';
import { writeFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { createSystemRuntime, type Runtime } from '@quietwire/tunnel';
import { policyText, prepareDirectory } from '../fixture/local-sidecar.ts';
import { connectDevice } from '../fixture/test-device.ts';
import { plainPeer } from '../fixture/tls-peer.ts';

const main = fileURLToPath(new URL('../../src/main.ts', import.meta.url));
const fullDisk = '/dev/full';
const children = new Set<ChildProcess>();

async function freePort(): Promise<number> {
  const server = createServer();
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as { port: number };
  server.close();
  await once(server, 'close');
  return port;
}

interface Started {
  readonly child: ChildProcess;
  readonly port: number;
  readonly admin: string;
}

/** @param wrap makes the command line, with where stderr goes. */
async function start(stderr: 'pipe' | number, shell?: string): Promise<Started> {
  const { directory, config } = await prepareDirectory({
    policies: [policyText({ services: ['name: plain, port: 9'] })],
  });
  const path = join(directory, 'sidecar.yaml');
  await writeFile(path, config);
  const [port, adminPort] = [await freePort(), await freePort()];
  const sets = [`listen.address=127.0.0.1:${port}`, `admin.address=127.0.0.1:${adminPort}`];
  const args = [
    '--conditions=quietwire-source',
    main,
    'run',
    '--config',
    path,
    ...sets.flatMap((set) => ['--set', set]),
  ];
  const [program, given] =
    shell === undefined ? [process.execPath, args] : ['sh', ['-c', shell, 'sh', process.execPath, ...args]];
  const child = spawn(program, given, { stdio: ['ignore', 'ignore', stderr] });
  children.add(child);
  const admin = `http://127.0.0.1:${adminPort}`;
  for (let tries = 0; tries < 300; tries += 1) {
    const answer = await fetch(`${admin}/readyz`).catch(() => undefined);
    if (answer?.status === 200) return { child, port, admin };
    assert.equal(child.exitCode, null, 'the sidecar ended at its start');
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
  throw new Error('the sidecar is not ready');
}

async function servesAndStops(runtime: Runtime, { child, port, admin }: Started): Promise<void> {
  const tunnel = await connectDevice(runtime, port);
  for (let n = 0; n < 30; n += 1) await plainPeer(port, 'no TLS at all');
  await new Promise((resolve) => setTimeout(resolve, 1500));
  assert.equal(child.exitCode, null);
  assert.equal(tunnel.closed, false, 'the tunnel stands');
  assert.equal((await fetch(`${admin}/livez`)).status, 200);
  const ended = once(child, 'exit');
  child.kill('SIGTERM');
  assert.deepEqual(await ended, [0, null]);
}

describe('A log that cannot be written', { timeout: 60_000, concurrency: 2 }, () => {
  let runtime: Runtime;
  before(() => {
    runtime = createSystemRuntime();
  });
  after(() => {
    for (const child of children) child.kill('SIGKILL');
    runtime.close();
  });

  const without = existsSync(fullDisk) ? false : 'no /dev/full on this machine';
  test('for want of space is no reason to stop', { skip: without }, async () => {
    await servesAndStops(runtime, await start(openSync(fullDisk, 'w')));
  });

  test('because its reader is gone is no reason to stop', async () => {
    const started = await start('pipe');
    started.child.stderr?.destroy();
    await servesAndStops(runtime, started);
  });

  test('because its reader does not read holds nothing up', async () => {
    // The pipe is full before the sidecar starts.
    const started = await start('pipe', 'yes >&2 & sleep 1; exec "$@"');
    started.child.stderr?.pause();
    await servesAndStops(runtime, started);
    started.child.stderr?.destroy();
  });

  test('is told, with the number of its lines, once writing works again', async () => {
    const { directory } = await prepareDirectory({ policies: [] });
    const path = join(directory, 'log');
    // A file of at most one block: writing beyond fails, until it is emptied.
    const started = await start('pipe', `trap '' XFSZ; ulimit -f 1; exec "$@" 2>>${path}`);
    for (let n = 0; n < 30; n += 1) await plainPeer(started.port, 'no TLS at all');
    await writeFile(path, '');
    const ended = once(started.child, 'exit');
    started.child.kill('SIGTERM');
    assert.deepEqual(await ended, [0, null]);
    assert.match(readFileSync(path, 'utf8'), /"code":"LOG_LOST","message":"\d+ log lines could not be written"/);
  });
});
