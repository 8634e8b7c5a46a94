// What the agent makes of flags, files and environment, before it opens or connects anything.
import assert from 'node:assert/strict';
import { once } from 'node:events';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { test } from 'node:test';
import { ShapingError } from '@quietwire/shaping';
import { loadAgentConfig } from '../../src/agent/load-config.ts';
import { issuingCa, rootCa } from '../certificate-chain.ts';
import { device, fleet, freePort } from '../cloud.ts';
import { AgentProcess, caFile, file, folder, keyFile, startAgent } from './run-agent.ts';

const yaml = `
server: sidecar.example:7443
tls: { caFile: ${caFile}, serverName: sidecar.test }
fleet: ${fleet}
device: { id: ${device}, keyFile: ${keyFile} }
forward:
  - mqtt=127.0.0.1:1883
`;

/** Ends by itself. */
async function run(args: string[], environment = {}): Promise<{ status: number; stdout: string; stderr: string }> {
  const agent = new AgentProcess(args, environment);
  const status = await agent.ended();
  return { status, stdout: agent.stdout, stderr: agent.stderr };
}

function faultsOf(text: string, options: Partial<Parameters<typeof loadAgentConfig>[0]> = {}): string {
  try {
    loadAgentConfig({ text, source: 'agent.yaml', environment: {}, flags: [], sets: [], ...options });
    return '';
  } catch (error) {
    assert.ok(error instanceof ShapingError);
    return error.message;
  }
}

test('flags, --set, environment and file win in this order, and defaults come last', () => {
  const { config, forwards } = loadAgentConfig({
    text: yaml,
    environment: { QUIETWIRE_FLEET: 'from-environment', QUIETWIRE_DEVICE_ID: 'env', QUIETWIRE_BACKOFF_MIN: '2s' },
    flags: [
      { flag: '--fleet', key: 'fleet', value: 'from-flag' },
      { flag: '--device', key: 'device.id', value: 'flag' },
    ],
    sets: ['fleet=from-set'],
  });
  assert.deepEqual([config.fleet, config.device.id, config.backoff.min], ['from-set', 'flag', 2000]);
  assert.deepEqual([config.backoff.max, config.resume, config.admin.address.port], [300_000, true, 7446]);
  assert.deepEqual(forwards, [{ service: 'mqtt', address: { host: '127.0.0.1', port: 1883 } }]);
  assert.ok(Object.isFrozen(config.device));
});

test('an empty address of a local port is loopback, never all addresses', () => {
  const { forwards } = loadAgentConfig({
    text: yaml,
    environment: {},
    flags: [],
    sets: ['forward=mqtt=:1883,web=[::1]:80'],
  });
  assert.deepEqual(
    forwards.map(({ address }) => address.host),
    ['127.0.0.1', '::1'],
  );
});

test('faults are listed all at once, with path, value and what is allowed', () => {
  const text = faultsOf(`
server: sidecar.example
tls: { serverName: 12 }
fleet: Smart Plug
device: { id: plug-1 }
forward: []
backoff: { min: 100 }
colour: blue
`);
  for (const path of [
    'server',
    'tls.caFile',
    'tls.serverName',
    'fleet',
    'device.keyFile',
    'forward',
    'backoff.min',
    'colour',
  ])
    assert.match(text, new RegExp(`agent.yaml:\\d+: ${path}: .*\\(got .*, allowed .*\\)`), path);
});

test('what the schema cannot see is refused too', () => {
  const cases: [string, RegExp][] = [
    ['server=:7443', /server: is not valid/],
    ['tls.serverName=127.0.0.1', /tls.serverName: is not valid/],
    ['tls.certFile=/x', /tls.certFile: is not in this version/],
    ['backoff.min=10m', /backoff.min: is not valid \(got "600000ms", allowed at most backoff.max/],
    ['forward=mqtt', /forward\[0\]: has the wrong form .*mqtt=127.0.0.1:1883/],
    ['forward=mqtt=127.0.0.1:0', /forward\[0\]: has the wrong form/],
    ['forward=a=127.0.0.1:80,b=:80', /forward\[1\]: uses a port twice/],
  ];
  for (const [set, expected] of cases) assert.match(faultsOf(yaml, { sets: [set] }), expected);
});

test('what the schema cannot see is listed among what it sees', () => {
  const text = faultsOf(
    `
server: :7443
tls: { serverName: 127.0.0.1, certFile: /x }
fleet: Smart Plug
forward: [mqtt, 5, "web=:80", "ssh=:80"]
backoff: { min: 10m, max: 1m }
`,
    { flags: [{ flag: '--device', key: 'device.id', value: 'a b' }] },
  );
  const named = [
    'agent.yaml:2: server',
    'agent.yaml:3: tls.caFile',
    'agent.yaml:3: tls.serverName',
    'agent.yaml:3: tls.certFile',
    'agent.yaml:4: fleet',
    'agent.yaml:5: forward[0]',
    'agent.yaml:5: forward[1]',
    'agent.yaml:5: forward[3]',
    'agent.yaml:6: backoff.min',
    'agent.yaml:2: device.keyFile',
    '--device: device.id',
  ];
  const faults = text.split('\n');
  assert.deepEqual(
    faults.map((fault) => named.find((name) => fault.startsWith(`${name}: `)) ?? fault).toSorted(),
    named.toSorted(),
  );
});

test('a flag with a fault beyond the schema is named among the others', () => {
  const flags = [{ flag: '--forward', key: 'forward', value: '["mqtt=nowhere"]' }];
  const faults = faultsOf('fleet: A B\n', { flags }).split('\n');
  assert.ok(faults.some((fault) => fault.startsWith('--forward: forward[0]: has the wrong form (got "mqtt=nowhere"')));
  assert.equal(faults.length, 6, faults.join('\n'));
});

test('a fault of a flag names the flag', () => {
  assert.match(faultsOf(yaml, { flags: [{ flag: '--fleet', key: 'fleet', value: 'A B' }] }), /^--fleet: fleet: /);
});

test('--help, --version, wrong flags and a missing command', async () => {
  const [help, runHelp, version, wrong, none] = await Promise.all([
    run(['--help']),
    run(['run', '--help']),
    run(['--version']),
    run(['run', '--sever', 'x']),
    run([]),
  ]);
  assert.equal(help.status, 0);
  assert.match(help.stdout, /Usage: quietwire-agent/);
  for (const word of ['--server', '--forward', '--print-config', 'Exit status', 'Example'])
    assert.ok(runHelp.stdout.includes(word), word);
  assert.match(version.stdout, /^\d+\.\d+\.\d+\n$/);
  assert.equal(wrong.status, 2);
  assert.match(wrong.stderr, /^error USAGE: unknown option '--sever'/);
  assert.equal(none.status, 2);
});

test('run without anything lists what is missing and ends with 3; a file that is not there ends with 4', async () => {
  const [nothing, noFile] = await Promise.all([run(['run']), run(['run', '--config', join(folder, 'none.yaml')])]);
  assert.equal(nothing.status, 3);
  assert.match(nothing.stderr, /^error CONFIG_INVALID: 6 faults\n/);
  for (const path of ['server', 'fleet', 'forward', 'tls.caFile', 'device.id', 'device.keyFile'])
    assert.ok(nothing.stderr.includes(`\n${path}: `), path);
  assert.equal(noFile.status, 4);
  assert.match(noFile.stderr, /^error FILE_UNREADABLE: --config .*none.yaml/);
});

test('--print-config prints what loads to the same, --check-config looks at the files too', async () => {
  const path = file('agent.yaml', yaml);
  const printed = await run(['run', '--config', path, '--set', 'log.level=debug', '--print-config']);
  assert.equal(printed.status, 0);
  const again = loadAgentConfig({ text: printed.stdout, environment: {}, flags: [], sets: [] });
  assert.equal(again.config.log.level, 'debug');
  assert.equal(again.config.device.keyFile, keyFile);
  const checked = await run(['run', '--config', path, '--check-config'], { QUIETWIRE_LOG_LEVEL: 'warn' });
  assert.deepEqual([checked.status, checked.stdout], [0, '']);
});

test('missing and malformed files end with 3 and are named all at once', async () => {
  const empty = file('empty.pem', '');
  const short = file('short.key', 'QUJD');
  const broken = file('broken.pem', '-----BEGIN CERTIFICATE-----\nQUJD\n-----END CERTIFICATE-----\n');
  const nowhere = join(folder, 'nowhere.key');
  const flags = { server: 'sidecar.test:7443', forward: ['mqtt=:1'] };
  const [both, malformed] = await Promise.all([
    (async () => {
      const agent = startAgent({ ...flags, ca: empty, key: nowhere });
      return { status: await agent.ended(), stderr: agent.stderr };
    })(),
    (async () => {
      const agent = startAgent({ ...flags, ca: broken, key: short });
      return { status: await agent.ended(), stderr: agent.stderr };
    })(),
  ]);
  assert.equal(both.status, 3);
  assert.match(both.stderr, /^error KEYS_INVALID: 2 faults\n/);
  assert.ok(both.stderr.includes(`tls.caFile ${empty}: holds no certificate`));
  assert.ok(both.stderr.includes(`device.keyFile: cannot be read (got ${nowhere}: no such file`));
  assert.equal(malformed.status, 3);
  assert.match(malformed.stderr, /short.key: is no device key \(got 3 bytes, allowed 32 bytes/);
  assert.match(malformed.stderr, /broken.pem: has a certificate that cannot be read/);
  assert.doesNotMatch(malformed.stderr, /QUJD/);
});

test('files that cannot be read end with 4; a key over two lines is taken, a CA file that is cut off is not', async () => {
  const flags = { server: 'sidecar.test:7443', forward: ['mqtt=:1'] };
  const nowhere = join(folder, 'nowhere');
  const gone = startAgent({ ...flags, ca: nowhere, key: folder });
  assert.equal(await gone.ended(), 4);
  assert.match(gone.stderr, /^error FILE_UNREADABLE: 2 faults\n/);
  assert.match(gone.stderr, /tls\.caFile: cannot be read .*no such file/);
  assert.match(gone.stderr, /device\.keyFile: cannot be read .*EISDIR/);
  const key = Buffer.alloc(32, 7).toString('base64');
  const twoLines = file('two-lines.key', `${key.slice(0, 20)}\r\n${key.slice(20)}\n`);
  const whole = file('whole.pem', issuingCa);
  const cut = file('cut.pem', `${issuingCa}${rootCa.slice(0, 300)}`);
  const check = (ca: string) => {
    const sets = [
      'server=sidecar.test:7443',
      `tls.caFile=${ca}`,
      `device.keyFile=${twoLines}`,
      'device.id=d',
      'fleet=f',
    ];
    return run(['run', '--check-config', '--forward', 'mqtt=:1', ...sets.flatMap((set) => ['--set', set])]);
  };
  assert.equal((await check(whole)).status, 0);
  const bad = await check(cut);
  assert.equal(bad.status, 3);
  assert.match(bad.stderr, /cut\.pem: a block is cut off, .*\(got 1 whole of 2/);
});

test('ports that are taken end with 4, all named, before anything connects', async () => {
  const holder = createServer().listen(0, '127.0.0.1');
  await once(holder, 'listening');
  const { port } = holder.address() as { port: number };
  const server = `127.0.0.1:${await freePort()}`;
  const agent = startAgent({ server, forward: [`mqtt=127.0.0.1:${port}`], sets: [`admin.address=127.0.0.1:${port}`] });
  assert.equal(await agent.ended(), 4);
  assert.match(agent.stderr, /^error ADDRESS_UNAVAILABLE: 2 faults\n/);
  assert.ok(
    agent.stderr.includes(`cannot listen on 127.0.0.1:${port} (forward mqtt=127.0.0.1:${port}): the port is taken`),
  );
  assert.ok(agent.stderr.includes('(admin.address): the port is taken'));
  assert.equal(agent.logged('RETRY').length, 0);
  holder.close();
});
