import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { renderConfig } from '@quietwire/shaping';
import { laterKeys, loadSidecarConfig } from '../../src/config/load-config.ts';
import { sidecarConfigSchema } from '../../src/config/schema.ts';

const least = 'tls: { certFile: tls.crt, keyFile: tls.key }\npolicy: { files: [policy.yaml] }\n';

function faultsOf(text: string, sets: readonly string[] = [], environment: Record<string, string> = {}): string[] {
  try {
    loadSidecarConfig({ text, source: 'sidecar.yaml', sets, environment });
  } catch (error) {
    assert.equal((error as { code?: string }).code, 'CONFIG_INVALID');
    return (error as Error).message.split('\n');
  }
  return [];
}

describe('The configuration of the sidecar', () => {
  test('has the defaults of the contract', () => {
    const config = loadSidecarConfig({ text: least });
    assert.deepEqual(config.listen, { address: { host: '0.0.0.0', port: 7443 }, proxyProtocol: { trusted: [] } });
    assert.equal(config.tls.minVersion, 'TLSv1.2');
    assert.deepEqual(config.admin.address, { host: '0.0.0.0', port: 7445 });
    assert.equal(config.policy.stateDir, '/var/lib/quietwire');
    assert.equal(config.keysDir, '/etc/quietwire/keys');
    assert.deepEqual(config.limits, {
      tunnels: 10_000,
      acceptPerSecond: 200,
      handshakes: 64,
      handshakeTimeout: 5000,
      streamsPerTunnel: 16,
      opensPerSecond: 10,
      bytesPerTunnel: 256 * 1024,
      bytesTotal: 256 * 1024 * 1024,
    });
    assert.deepEqual(config.drain, { deadline: 25_000, spread: 14_000 });
    assert.deepEqual(config.resume, { grace: 30_000, maxTunnels: 1000 });
    assert.deepEqual(config.telemetry, { otlp: { interval: 60_000 }, activityInterval: 3_600_000, minFleet: 20 });
    assert.deepEqual(config.log, { format: 'json', level: 'info' });
  });

  test('takes values from the file, the environment and --set, the later ones winning', () => {
    const config = loadSidecarConfig({
      text: `${least}limits: { tunnels: 1, handshakes: 1, acceptPerSecond: 1 }\n`,
      environment: { QUIETWIRE_LIMITS_HANDSHAKES: '2', QUIETWIRE_LIMITS_ACCEPT_PER_SECOND: '2', PATH: '/bin' },
      sets: ['limits.acceptPerSecond=3'],
    });
    assert.deepEqual([config.limits.tunnels, config.limits.handshakes, config.limits.acceptPerSecond], [1, 2, 3]);
  });

  test('is printed, and refused, without the credentials of the collector', () => {
    const endpoint = 'https://user:hunter2@collector/x?key=hunter2';
    const config = loadSidecarConfig({ text: least, sets: [`telemetry.otlp.endpoint=${endpoint}`] });
    assert.equal(config.telemetry.otlp.endpoint, endpoint);
    const printed = renderConfig(sidecarConfigSchema, config);
    assert.match(printed, /endpoint: https:\/\/\*\*\*@collector\/x\?\*\*\*/);
    assert.doesNotMatch(printed, /hunter2/);
    for (const wrong of ['user:hunter2@collector', 'ftp://user:hunter2@collector', 'https://user:hunter2@[collector']) {
      const faults = [
        ...faultsOf(`${least}telemetry: { otlp: { endpoint: "${wrong}" } }\n`),
        ...faultsOf(least, [`telemetry.otlp.endpoint=${wrong}`]),
        ...faultsOf(least, [`telemetry.otlp.endpont=${wrong}`]),
        ...faultsOf(least, [], { QUIETWIRE_TELEMETRY_OTLP_ENDPOINT: wrong }),
        ...faultsOf(least, [], { QUIETWIRE_TELEMETRY_OTLP_ENDPONT: wrong }),
        ...faultsOf(`${least}telemetry: { otlp: "${wrong}" }\n`),
      ];
      assert.equal(faults.length, 6, faults.join('\n'));
      for (const fault of faults) assert.doesNotMatch(fault, /hunter2/);
    }
  });

  test('is refused with all its faults at once', () => {
    const text =
      'listen: { address: nowhere }\ntls: { certFile: tls.crt, minVersion: SSLv3 }\nlimits: { handshakeTimeout: 5 }\nlisten2: 1\n';
    const faults = faultsOf(text, ['policy.files=p.yaml', 'drain.deadline=2 fortnights']);
    const named = [
      'listen.address',
      'tls.keyFile',
      'tls.minVersion',
      'limits.handshakeTimeout',
      'listen2',
      'drain.deadline',
    ];
    for (const name of named)
      assert.ok(
        faults.some((fault) => fault.includes(`${name}: `)),
        `${name} in\n${faults.join('\n')}`,
      );
    assert.equal(faults.length, named.length, faults.join('\n'));
    for (const fault of faults) assert.match(fault, /\(got .*, allowed .*\)$/);
  });

  test('lists what is beyond its schema among the faults of the schema', () => {
    const text =
      'listen: { proxyProtocol: { trusted: [balancer, 5] } }\ntls: { keyFile: k }\npolicy: { spread: 30s }\n' +
      'telemetry: { otlp: { endpoint: "http://collector:431888" } }\n';
    const faults = faultsOf(text, ['limits.tunnels=none', 'resume.grace=1m']);
    const named = [
      'sidecar.yaml:1: listen.proxyProtocol.trusted[0]',
      'sidecar.yaml:1: listen.proxyProtocol.trusted[1]',
      'sidecar.yaml:2: tls.certFile',
      'sidecar.yaml:3: policy',
      'sidecar.yaml:3: policy.spread',
      'sidecar.yaml:4: telemetry.otlp.endpoint',
      '--set limits.tunnels: limits.tunnels',
      '--set resume.grace: resume.grace',
    ];
    assert.deepEqual(
      faults.map((fault) => named.find((name) => fault.startsWith(`${name}: `)) ?? fault).toSorted(),
      named.toSorted(),
    );
  });

  test('says nothing of later keys inside what is no object', () => {
    const faults = faultsOf('tls: { certFile: a, keyFile: b }\npolicy: 5\nresume: none\n');
    assert.deepEqual(
      faults.map((fault) => fault.split(': ')[1]),
      ['policy', 'resume'],
    );
  });

  test('refuses an endpoint of OTLP that is no URL', () => {
    for (const endpoint of ['http://collector:431888', 'http://[::1', 'https://a b', 'collector:4318']) {
      const faults = faultsOf(least, [`telemetry.otlp.endpoint=${endpoint}`]);
      assert.equal(faults.length, 1, endpoint);
      assert.match(
        faults[0] ?? '',
        /^--set telemetry\.otlp\.endpoint: telemetry\.otlp\.endpoint: .*\(got ".*", allowed /,
      );
    }
    const good = loadSidecarConfig({ text: least, sets: ['telemetry.otlp.endpoint=http://collector:4318'] });
    assert.equal(good.telemetry.otlp.endpoint, 'http://collector:4318');
  });

  test('names either policy files or an operator', () => {
    assert.match(faultsOf('tls: { certFile: a, keyFile: b }\n')[0] ?? '', /policy/);
    assert.match(faultsOf('tls: { certFile: a, keyFile: b }\npolicy: {}\n')[0] ?? '', /exactly one of files, operator/);
  });

  test('refuses keys that this version cannot honour, each by name', () => {
    const values: Record<(typeof laterKeys)[number], string> = {
      'tls.clientCaFile': 'ca.crt',
      'policy.operator': '{ address: "operator:7444" }',
      'policy.stateDir': '/tmp/state',
      'policy.spread': '30s',
      'drain.spread': '1s',
      'resume.grace': '1m',
      'resume.maxTunnels': '5',
      'telemetry.activityInterval': '2h',
      'telemetry.minFleet': '50',
    };
    for (const key of laterKeys) {
      const policy =
        key === 'policy.operator' ? 'policy: { operator: { address: "operator:7444" } }\n' : 'policy: { files: [p] }\n';
      const sets = key === 'policy.operator' ? [] : [`${key}=${values[key]}`];
      const faults = faultsOf(`tls: { certFile: a, keyFile: b }\n${policy}`, sets);
      assert.equal(faults.length, 1, faults.join('\n'));
      assert.match(
        faults[0] ?? '',
        new RegExp(`${key.replaceAll('.', '\\.')}: is not in this version \\(got .*, allowed `),
      );
    }
  });

  test('refuses ranges of proxies that are none', () => {
    const faults = faultsOf(`${least}listen: { proxyProtocol: { trusted: [10.0.0.0/8, 10.0.0.0/99, balancer] } }\n`);
    assert.equal(faults.length, 2);
    assert.match(faults[0] ?? '', /listen\.proxyProtocol\.trusted\[1\]: .*\(got "10\.0\.0\.0\/99", allowed /);
  });
});
