import assert from 'node:assert/strict';
import { createHmac, createPrivateKey, createPublicKey, X509Certificate } from 'node:crypto';
import { readdir, readFile, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { suite, test } from 'node:test';
import { parse } from 'yaml';
import { quietwire, temporaryDirectory } from './run-quietwire.ts';

const group = Buffer.from('the group key of a fleet of test');

suite('quietwire keys', { concurrency: 2 }, () => {
  test('new writes three different keys of 32 bytes, for the owner alone, and never over others', async (t) => {
    const directory = join(await temporaryDirectory(t), 'keys');
    const args = ['keys', 'new', '-o', directory, '--fleet', 'plug'];
    const { status, stdout } = await quietwire(args);
    assert.equal(status, 0);
    const paths = ['plug.primary', 'plug.secondary', 'plug.personas'].map((name) => join(directory, name));
    assert.deepEqual(stdout.trim().split('\n'), paths);
    const keys = await Promise.all(paths.map((path) => readFile(path, 'utf8')));
    assert.equal(new Set(keys).size, 3);
    for (const key of keys) assert.equal(Buffer.from(key, 'base64').length, 32);
    for (const path of paths) assert.equal((await stat(path)).mode & 0o777, 0o600);

    const again = await quietwire(args);
    assert.equal(again.status, 4);
    assert.equal(again.stderr, `error FILE_EXISTS: ${paths[0]} exists; nothing was written\n`);
    assert.deepEqual(await Promise.all(paths.map((path) => readFile(path, 'utf8'))), keys);
  });

  test('new leaves nothing behind if a later file of the three is there already', async (t) => {
    const directory = await temporaryDirectory(t);
    await writeFile(join(directory, 'personas'), 'precious');
    const { status } = await quietwire(['keys', 'new', '-o', directory]);
    assert.equal(status, 4);
    assert.deepEqual(await readdir(directory), ['personas']);
    assert.equal(await readFile(join(directory, 'personas'), 'utf8'), 'precious');
  });

  test('new prints keys to stdout for -, as lines or JSON, and no seed makes them repeat', async () => {
    const json = await quietwire(['--json', '--seed', '1', 'keys', 'new', '-o', '-', '--fleet', 'plug']);
    const lines = await quietwire(['--seed', '1', 'keys', 'new', '-o', '-', '--fleet', 'plug']);
    const document = JSON.parse(json.stdout) as Record<string, string>;
    assert.deepEqual(Object.keys(document), ['plug.primary', 'plug.secondary', 'plug.personas']);
    assert.match(lines.stdout, /^plug\.primary [A-Za-z0-9+/]{43}=\nplug\.secondary .*\nplug\.personas .*\n$/);
    assert.ok(!lines.stdout.includes(document['plug.primary'] as string));
  });

  test('derive prints HMAC-SHA256 of the device id under the group key, from a file or stdin', async (t) => {
    const file = join(await temporaryDirectory(t), 'group');
    await writeFile(file, `${group.toString('base64')}\n`);
    const expected = createHmac('sha256', group).update('plug-0017').digest('base64');
    const args = ['keys', 'derive', '--device', 'plug-0017', '--group-key'];
    assert.deepEqual(await quietwire([...args, file]), { status: 0, stdout: `${expected}\n`, stderr: '' });
    const json = await quietwire([...args, '-', '--json'], group.toString('base64'));
    assert.deepEqual(JSON.parse(json.stdout), { device: 'plug-0017', deviceKey: expected });
  });

  test('a key may stand on several lines, as programs break base64', async () => {
    const long = Buffer.alloc(64, 3);
    const text = long.toString('base64');
    const { status, stdout } = await quietwire(
      ['keys', 'derive', '--device', 'd', '--group-key', '-'],
      `${text.slice(0, 64)}\r\n${text.slice(64)}\r\n`,
    );
    assert.deepEqual([status, stdout.trim()], [0, createHmac('sha256', long).update('d').digest('base64')]);
  });

  test('a device key goes to a new file that only its owner may read, never over another', async (t) => {
    const path = join(await temporaryDirectory(t), 'plug-1.key');
    const args = ['keys', 'derive', '--device', 'plug-1', '--group-key', '-', '-o', path];
    const group = Buffer.alloc(32, 3);
    const written = await quietwire(args, group.toString('base64'));
    assert.deepEqual([written.status, written.stdout], [0, `${path}\n`]);
    const key = createHmac('sha256', group).update('plug-1').digest('base64');
    assert.equal(await readFile(path, 'utf8'), `${key}\n`);
    assert.equal((await stat(path)).mode & 0o777, 0o600);
    const again = await quietwire(args, Buffer.alloc(32, 4).toString('base64'));
    assert.notEqual(again.status, 0);
    assert.match(again.stderr, /^error FILE_EXISTS: /);
    assert.equal(await readFile(path, 'utf8'), `${key}\n`);
  });

  test('a key that is none, or is not there, is refused without being printed', async () => {
    const args = ['keys', 'derive', '--device', 'd', '--group-key'];
    const text = await quietwire([...args, '-'], 'correct horse battery staple');
    assert.equal(text.status, 3);
    assert.equal(
      text.stderr,
      'error INVALID_KEY: 1 fault in stdin\n' +
        'stdin: is no key (got 28 characters that are no base64, allowed 16 to 64 bytes in base64)\n',
    );
    const short = await quietwire([...args, '-'], Buffer.alloc(15).toString('base64'));
    assert.equal(short.status, 3);
    assert.match(short.stderr, /got 15 bytes, allowed 16 to 64 bytes in base64/);
    const missing = await quietwire([...args, '/nowhere/key']);
    assert.equal(missing.status, 4);
    assert.match(missing.stderr, /^error FILE_UNREADABLE: \/nowhere\/key: ENOENT/);
  });

  test('secret is a manifest with every entry of each fleet as the sidecar expects it', async (t) => {
    const directory = await temporaryDirectory(t);
    await quietwire(['keys', 'new', '-o', directory, '--fleet', 'plug']);
    await quietwire(['keys', 'new', '-o', directory, '--fleet', 'lamp']);
    await writeFile(join(directory, 'plug.revoked'), 'plug-0001\n');
    const args = ['keys', 'secret', '--name', 'fleet-keys', '--namespace', 'iot', directory, '--fleet', 'plug'];
    const { status, stdout } = await quietwire([...args, '--fleet', 'lamp']);
    assert.equal(status, 0);
    const { data, ...rest } = parse(stdout) as { data: Record<string, string> };
    const metadata = { name: 'fleet-keys', namespace: 'iot' };
    assert.deepEqual(rest, { apiVersion: 'v1', kind: 'Secret', metadata, type: 'Opaque' });
    assert.deepEqual(Object.keys(data).sort(), (await readdir(directory)).sort());
    for (const [name, value] of Object.entries(data)) {
      assert.equal(Buffer.from(value, 'base64').toString(), await readFile(join(directory, name), 'utf8'));
    }
    const json = await quietwire([...args, '--fleet', 'lamp', '--json']);
    assert.deepEqual(JSON.parse(json.stdout), parse(stdout));
    const unknown = await quietwire([...args, '--fleet', 'bulb']);
    assert.equal(unknown.status, 3);
    assert.match(unknown.stderr, /has no primary key of fleet bulb \(got no such file, allowed bulb\.primary\)/);
  });

  test('secret takes keys that have no fleet in their names for one fleet only', async (t) => {
    const directory = await temporaryDirectory(t);
    await quietwire(['keys', 'new', '-o', directory]);
    const args = ['keys', 'secret', '--name', 'n', '--namespace', 'ns', directory, '--fleet', 'plug'];
    const { stdout } = await quietwire(args);
    assert.deepEqual(Object.keys(parse(stdout).data), ['plug.primary', 'plug.secondary', 'plug.personas']);
    assert.equal((await quietwire([...args, '--fleet', 'lamp'])).status, 3);
    await writeFile(join(directory, 'secondary'), 'no key');
    const { status, stderr } = await quietwire(args);
    assert.equal(status, 3);
    assert.match(stderr, /^error INVALID_KEY: .*\n.*secondary: is no key/);
  });

  test('cert makes a server certificate for the hosts and loopback, signed by its authority', async (t) => {
    const directory = join(await temporaryDirectory(t), 'tls');
    const hosts = ['--dev', 'sidecar.test', '--dev', '192.0.2.7'];
    const { status, stdout } = await quietwire(['keys', 'cert', ...hosts, '-o', directory, '--days', '30', '--json']);
    assert.equal(status, 0);
    const names = ['ca.pem', 'cert.pem', 'key.pem'];
    assert.deepEqual(JSON.parse(stdout), { files: names.map((name) => join(directory, name)) });
    const [ca = '', cert = '', key = ''] = await Promise.all(
      names.map((name) => readFile(join(directory, name), 'utf8')),
    );
    const authority = new X509Certificate(ca);
    const server = new X509Certificate(cert);
    assert.ok(authority.ca && !server.ca);
    assert.ok(server.verify(authority.publicKey) && authority.verify(authority.publicKey));
    assert.ok(server.checkIssued(authority));
    assert.ok(server.checkPrivateKey(createPrivateKey(key)));
    assert.equal(createPublicKey(cert).asymmetricKeyDetails?.namedCurve, 'prime256v1');
    for (const host of ['sidecar.test', 'localhost']) assert.equal(server.checkHost(host), host);
    for (const address of ['192.0.2.7', '127.0.0.1', '::1']) assert.equal(server.checkIP(address), address);
    const daysLeft = (server.validToDate.getTime() - Date.now()) / 86_400_000;
    assert.ok(daysLeft > 29 && daysLeft <= 30, `${daysLeft} days`);
    assert.equal((await stat(join(directory, 'key.pem'))).mode & 0o777, 0o600);
  });
});
