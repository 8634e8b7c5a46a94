// An agent whose log cannot be written, or is not read: it goes on and stops cleanly.
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, openSync } from 'node:fs';
import { mkdtemp, writeFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, type TestContext, test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { key, trusted } from '../cloud.ts';

const main = fileURLToPath(new URL('../../src/main.ts', import.meta.url));
const fullDisk = '/dev/full';

/** Runs an agent against a server that hangs up, until it has tried twice; then asks it to stop. */
async function triesTwiceAndStops(
  context: TestContext,
  stderr: 'pipe' | number,
  act: (child: ReturnType<typeof spawn>) => void,
) {
  const directory = await mkdtemp(join(tmpdir(), 'quietwire-agent-'));
  await writeFile(join(directory, 'ca.pem'), trusted.ca);
  await writeFile(join(directory, 'key'), key, { mode: 0o600 });
  const attempts = Promise.withResolvers<void>();
  let connections = 0;
  const server = createServer((socket) => {
    socket.on('error', () => {});
    socket.destroy();
    connections += 1;
    if (connections === 2) attempts.resolve();
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  context.after(() => server.close());
  const { port } = server.address() as { port: number };
  const taken = createServer().listen(0, '127.0.0.1');
  await once(taken, 'listening');
  const { port: forwardPort } = taken.address() as { port: number };
  taken.close();
  const settings = {
    server: `127.0.0.1:${port}`,
    'tls.caFile': join(directory, 'ca.pem'),
    fleet: 'smart-plug',
    'device.id': 'plug-1',
    'device.keyFile': join(directory, 'key'),
    forward: `["mqtt=127.0.0.1:${forwardPort}"]`,
    'admin.address': '127.0.0.1:0',
    'backoff.min': '10ms',
    'backoff.max': '50ms',
  };
  const sets = Object.entries(settings).flatMap(([name, value]) => ['--set', `${name}=${value}`]);
  const child = spawn(process.execPath, ['--conditions=quietwire-source', main, 'run', ...sets], {
    stdio: ['ignore', 'ignore', stderr],
  });
  context.after(() => child.kill('SIGKILL'));
  const ended = once(child, 'exit');
  act(child);
  await Promise.race([attempts.promise, ended]);
  assert.equal(child.exitCode, null);
  child.kill('SIGTERM');
  assert.deepEqual(await ended, [0, null]);
}

describe("An agent's log that cannot be written", { timeout: 30_000 }, () => {
  const without = existsSync(fullDisk) ? false : 'no /dev/full on this machine';
  test('for want of space is no reason to stop', { skip: without }, (context) =>
    triesTwiceAndStops(context, openSync(fullDisk, 'w'), () => {}),
  );

  test('because its reader is gone is no reason to stop', (context) =>
    triesTwiceAndStops(context, 'pipe', (child) => child.stderr?.destroy()));
});
