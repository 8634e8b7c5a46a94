import assert from 'node:assert/strict';
import { X509Certificate } from 'node:crypto';
import { once } from 'node:events';
import { readdir, readFile } from 'node:fs/promises';
import { connect } from 'node:net';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { suite, test } from 'node:test';
import { quietwire, startQuietwire, temporaryDirectory } from './run-quietwire.ts';

suite('quietwire conform', { concurrency: 2 }, () => {
  test('without --listen, and with a scenario that there is not, it ends with status 2', async () => {
    const bare = await quietwire(['conform']);
    assert.equal(bare.status, 2);
    assert.match(bare.stderr, /required option '--listen <host:port>' not specified/);
    const unknown = await quietwire(['conform', '--listen', ':0', '--only', 'nonsense']);
    assert.equal(unknown.status, 2);
    assert.match(unknown.stderr, /no scenario 'nonsense'/);
  });

  test('--list names scenarios that --only can name', async () => {
    const { status, stdout } = await quietwire(['conform', '--list']);
    assert.equal(status, 0);
    const names = stdout.split('\n').map((line) => line.split(' ')[0] ?? '');
    assert.equal(names[0], 'good');
    assert.equal(new Set(names).size, names.length);
    for (const name of names) assert.match(name, /^[a-z0-9.-]*$/);
  });

  test('it makes keys, tells how to use them, and is no success without a device', async (t) => {
    const directory = join(await temporaryDirectory(t), 'keys');
    const { child, exited } = startQuietwire(['conform', '--listen', '127.0.0.1:0', '--keys', directory]);
    t.after(() => child.kill('SIGKILL'));
    const said: string[] = [];
    for await (const line of createInterface(child.stderr)) {
      said.push(line);
      if (line === 'waiting for the device') break;
    }
    assert.match(said.join('\n'), /--key \S+device\.key/);
    child.kill('SIGTERM');
    const { status, stdout } = await exited;
    assert.equal(status, 1);
    assert.doesNotMatch(stdout, /^(ok|not ok)/m);
    assert.deepEqual((await readdir(directory)).sort(), [
      'ca.pem',
      'cert.pem',
      'conform.primary',
      'device.key',
      'key.pem',
      'other-cert.pem',
      'other-key.pem',
    ]);
    const read = async (name: string) => new X509Certificate(await readFile(join(directory, name)));
    const [ca, own, other] = await Promise.all([read('ca.pem'), read('cert.pem'), read('other-cert.pem')]);
    assert.ok(own.checkIssued(ca) && other.checkIssued(ca), 'both are of the same authority');
    assert.ok(own.checkHost('localhost') && !other.checkHost('localhost'));
    assert.ok(own.checkIP('127.0.0.1') && !other.checkIP('127.0.0.1'));
  });

  test('a client that is no TLS client, and does not come back, is not ok', async (t) => {
    const directory = join(await temporaryDirectory(t), 'keys');
    const args = ['conform', '--listen', '127.0.0.1:0', '--keys', directory, '--only', 'good', '--backoff-max', '10'];
    const { child, exited } = startQuietwire([...args, '--backoff-min', '10']);
    t.after(() => child.kill('SIGKILL'));
    const [first] = (await once(createInterface(child.stderr), 'line')) as [string];
    const socket = connect({ host: '127.0.0.1', port: Number(/:(\d+)$/.exec(first)?.[1]) });
    socket.on('error', () => {});
    socket.end('GET / HTTP/1.1\r\n\r\n');
    const { status, stdout } = await exited;
    assert.equal(status, 1);
    assert.match(stdout, /^not ok §5\.1 connects again after every end: it did not come back/m);
  });
});
