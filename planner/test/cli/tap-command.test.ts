import assert from 'node:assert/strict';
import { once } from 'node:events';
import { readFile } from 'node:fs/promises';
import { connect, createServer, type Server, type Socket } from 'node:net';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { suite, type TestContext, test } from 'node:test';
import { quietwire, startQuietwire, temporaryDirectory } from './run-quietwire.ts';

const record = (type: number, length: number) => Buffer.from([type, 3, 3, 0, length, ...new Array(length).fill(0)]);

async function listen(t: TestContext, server: Server): Promise<number> {
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  t.after(() => server.close());
  return (server.address() as { port: number }).port;
}

/** A tap in front of an echo, and a connection through it. */
async function startTapped(t: TestContext, args: readonly string[]) {
  const port = await listen(
    t,
    createServer({ noDelay: true }, (socket) => socket.pipe(socket)),
  );
  const { child, exited } = startQuietwire(['tap', '--listen', '127.0.0.1:0', '--to', `127.0.0.1:${port}`, ...args]);
  t.after(() => child.kill('SIGKILL'));
  const [line] = (await once(createInterface(child.stderr), 'line')) as [string];
  const listening = /^listening on 127\.0\.0\.1:(\d+), relaying to 127\.0\.0\.1:(\d+)$/.exec(line);
  assert.ok(listening, line);
  assert.equal(Number(listening[2]), port);
  const socket = connect({ port: Number(listening[1]), host: '127.0.0.1', noDelay: true });
  await once(socket, 'connect');
  return { child, exited, socket };
}

async function exchange(socket: Socket, bytes: Buffer): Promise<void> {
  socket.write(bytes);
  let missing = bytes.length;
  while (missing > 0) missing -= ((await once(socket, 'data'))[0] as Buffer).length;
}

suite('quietwire tap', { concurrency: 2 }, () => {
  test('--records writes one row per record, completes the file at SIGTERM and tells its jitter', async (t) => {
    const file = join(await temporaryDirectory(t), 'wire.csv');
    const { child, exited, socket } = await startTapped(t, ['-o', file, '--records']);
    await exchange(socket, record(22, 9));
    await exchange(socket, Buffer.concat([record(23, 100), record(23, 4)]));
    child.kill('SIGTERM');
    const { status, stdout, stderr } = await exited;
    assert.equal(status, 0, stderr);
    assert.equal(stdout, '');
    assert.match(stderr, /1 connections, up 128 bytes in \d+ reads, down 128 bytes in \d+ reads, 6 records/);
    assert.match(stderr, /jitter, read to write: +p50 [\d.]+ µs, p99 [\d.]+ µs, max [\d.]+ µs \(\d+ values\)/);
    const [header, ...rows] = (await readFile(file, 'utf8')).trimEnd().split('\n');
    assert.equal(header, 't_ns,dir,bytes,conn,type,length,several');
    const cells = rows.map((row) => row.split(','));
    assert.deepEqual(
      cells.filter((row) => row[1] === 'up').map((row) => row.slice(2, 6).join()),
      ['14,1,22,9', '105,1,23,100', '9,1,23,4'],
    );
    assert.deepEqual(
      cells.map((row) => Number(row[0])).toSorted((a, b) => a - b),
      cells.map((row) => Number(row[0])),
    );
    const now = Number(process.hrtime.bigint());
    for (const row of cells)
      assert.ok(now - Number(row[0]) > 0 && now - Number(row[0]) < 60e9, 'not the monotonic clock');
  });

  test('without --records each read is a row, - is stdout and SIGINT ends it', async (t) => {
    const { child, exited, socket } = await startTapped(t, ['-o', '-', '--no-color']);
    await exchange(socket, Buffer.from('no TLS'));
    child.kill('SIGINT');
    const { status, stdout } = await exited;
    assert.equal(status, 0);
    assert.match(stdout, /^t_ns,dir,bytes\n\d+,up,6\n\d+,down,6\n$/);
  });

  test('--json prints the summary as one document', async (t) => {
    const file = join(await temporaryDirectory(t), 'wire.csv');
    const { child, exited, socket } = await startTapped(t, ['-o', file, '--json']);
    await exchange(socket, Buffer.from('12345'));
    socket.destroy();
    child.kill('SIGTERM');
    const { status, stdout } = await exited;
    assert.equal(status, 0);
    const { queueUs, forwardUs, loopDelayUs, ...counts } = JSON.parse(stdout);
    assert.deepEqual(counts, { file, connections: 1, reads: { up: 1, down: 1 }, bytes: { up: 5, down: 5 } });
    for (const { count } of [queueUs, forwardUs]) assert.equal(count, 2);
    assert.equal(typeof loopDelayUs.p99, 'number');
  });

  test('a port in use and a file that cannot be written end with status 4', async (t) => {
    const taken = await listen(t, createServer());
    const file = join(await temporaryDirectory(t), 'wire.csv');
    const port = await quietwire(['tap', '--listen', `127.0.0.1:${taken}`, '--to', '127.0.0.1:9', '-o', file]);
    assert.deepEqual(port, {
      status: 4,
      stdout: '',
      stderr: `error ADDRESS_UNAVAILABLE: 127.0.0.1:${taken} is taken\n`,
    });
    const output = await quietwire(['tap', '--listen', ':0', '--to', '127.0.0.1:9', '-o', '/nowhere/wire.csv']);
    assert.equal(output.status, 4);
    assert.match(output.stderr, /^error FILE_UNWRITABLE: \/nowhere\/wire\.csv: ENOENT/);
  });

  test('a full disk ends it with status 4', { skip: process.platform !== 'linux' && 'needs /dev/full' }, async () => {
    const { status, stderr } = await quietwire(['tap', '--listen', ':0', '--to', '127.0.0.1:9', '-o', '/dev/full']);
    assert.equal(status, 4);
    assert.match(stderr, /error FILE_UNWRITABLE: \/dev\/full: ENOSPC/);
  });
});
