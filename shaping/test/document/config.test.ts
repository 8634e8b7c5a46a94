import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { type ConfigCheck, type ConfigSources, loadConfig, renderConfig } from '../../src/document/config.ts';
import { formatFault } from '../../src/document/fault.ts';
import { ShapingError } from '../../src/errors.ts';

const schema = {
  type: 'object',
  required: ['tls'],
  properties: {
    listen: {
      type: 'object',
      default: {},
      properties: {
        address: { type: 'string', unit: 'address', default: '0.0.0.0:7443' },
        trusted: { type: 'array', items: { type: 'string' }, default: [] },
      },
    },
    tls: {
      type: 'object',
      required: ['certFile'],
      properties: {
        certFile: { type: 'string', minLength: 1 },
        minVersion: { type: 'string', enum: ['TLSv1.2', 'TLSv1.3'], default: 'TLSv1.2' },
      },
    },
    policy: {
      type: 'object',
      default: {},
      exactlyOne: ['files', 'operator'],
      properties: {
        files: { type: 'array', items: { type: 'string' }, minItems: 1 },
        operator: { type: 'object', properties: { address: { type: 'string' } } },
        stateDir: { type: 'string', default: '/var/lib/quietwire' },
      },
    },
    limits: {
      type: 'object',
      default: {},
      properties: {
        tunnels: { type: 'integer', minimum: 1, maximum: 100_000, default: 10_000 },
        bytes: { type: 'string', unit: 'size', minimum: 1024, default: '256 KiB' },
        timeout: { type: 'string', unit: 'duration', minimum: 100, maximum: 60_000, default: '5s' },
        strict: { type: 'boolean', default: true },
      },
    },
    forward: {
      type: 'array',
      default: [],
      items: {
        type: 'object',
        required: ['service'],
        properties: { service: { type: 'string' }, wait: { type: 'string', unit: 'duration' } },
      },
    },
  },
} as const;

const minimal = 'tls: { certFile: cert.pem }\npolicy: { files: [plug.yaml] }\n';

function faultsOf(sources: Omit<ConfigSources<typeof schema>, 'schema'>): string[] {
  try {
    loadConfig({ schema, ...sources });
  } catch (error) {
    assert.ok(error instanceof ShapingError);
    assert.equal(error.code, 'CONFIG_INVALID');
    return error.faults.map(formatFault);
  }
  return [];
}

describe('loading a configuration', () => {
  it('fills in defaults and converts units', () => {
    const config = loadConfig({ schema, text: minimal });
    assert.deepEqual(config.listen, { address: { host: '0.0.0.0', port: 7443 }, trusted: [] });
    assert.deepEqual(config.limits, { tunnels: 10_000, bytes: 262_144, timeout: 5000, strict: true });
    assert.deepEqual(config.policy, { files: ['plug.yaml'], stateDir: '/var/lib/quietwire' });
    const timeoutMs: number = config.limits.timeout;
    const version: 'TLSv1.2' | 'TLSv1.3' = config.tls.minVersion;
    assert.deepEqual([timeoutMs, version], [5000, 'TLSv1.2']);
  });

  it('gives a value that cannot be changed', () => {
    const config = loadConfig({ schema, text: minimal });
    assert.throws(() => Object.assign(config.limits, { tunnels: 1 }), TypeError);
    assert.throws(() => (config.policy.files as string[]).push('other'), TypeError);
  });

  it('prefers --set over the environment over the file over the default', () => {
    const text = `${minimal}limits: { tunnels: 1, timeout: 1s, bytes: 2 KiB }\n`;
    const environment = { QUIETWIRE_LIMITS_TUNNELS: '2', QUIETWIRE_LIMITS_TIMEOUT: '2s', HOME: '/root' };
    const config = loadConfig({ schema, text, environment, sets: ['limits.tunnels=3'] });
    assert.deepEqual(config.limits, { tunnels: 3, timeout: 2000, bytes: 2048, strict: true });
  });

  it('reads lists, booleans, numbers and units outside the file', () => {
    const environment = {
      QUIETWIRE_LISTEN_TRUSTED: '10.0.0.0/8, 192.168.0.0/16',
      QUIETWIRE_TLS_CERT_FILE: 'a=b.pem',
      QUIETWIRE_POLICY_STATEDIR: '/state',
      QUIETWIRE_LIMITS_STRICT: 'false',
    };
    const sets = ['policy.files=["a, b.yaml"]', 'forward=[{service: mqtt, wait: 2s}]', 'listen.address=:1'];
    const config = loadConfig({ schema, environment, sets });
    assert.deepEqual(config.listen, { trusted: ['10.0.0.0/8', '192.168.0.0/16'], address: { host: '', port: 1 } });
    assert.equal(config.tls.certFile, 'a=b.pem');
    assert.deepEqual(config.policy, { files: ['a, b.yaml'], stateDir: '/state' });
    assert.deepEqual(config.forward, [{ service: 'mqtt', wait: 2000 }]);
    assert.equal(config.limits.strict, false);
  });

  it('lists all faults at once, with line, path, value and what is allowed', () => {
    const text = 'tls:\n  certFile: 7\n  colour: red\nlimits:\n  tunnels: 0\n  timeout: 5\n  bytes: 10 B\n';
    assert.deepEqual(faultsOf({ text, source: 'sidecar.yaml' }), [
      'sidecar.yaml:1: policy: must have one of its choices (got nothing, allowed exactly one of files, operator)',
      'sidecar.yaml:2: tls.certFile: has the wrong type (got 7, allowed a string)',
      'sidecar.yaml:3: tls.colour: is unknown (got "red", allowed certFile, minVersion)',
      'sidecar.yaml:5: limits.tunnels: is out of range (got 0, allowed 1…100000)',
      'sidecar.yaml:6: limits.timeout: has the wrong form (got 5, allowed a duration such as 100ms, 5s or 2m)',
      'sidecar.yaml:7: limits.bytes: is out of range (got "10", allowed at least 1 KiB)',
    ]);
  });

  it('names the variable or flag that a faulty value came from', () => {
    const environment = { QUIETWIRE_LIMITS_TUNNELS: 'many', QUIETWIRE_COLOUR: 'red' };
    const faults = faultsOf({ text: minimal, environment, sets: ['limits.timeout=2h', 'nothing=1', 'limits.tunnels'] });
    assert.equal(faults.length, 5);
    assert.match(
      faults[0] ?? '',
      /^environment QUIETWIRE_LIMITS_TUNNELS: limits\.tunnels: has the wrong type \(got "many", allowed a whole number, 1…100000\)$/,
    );
    assert.match(
      faults[1] ?? '',
      /^--set limits\.timeout: limits\.timeout: is out of range \(got "2h", allowed 100ms…1m\)$/,
    );
    assert.match(
      faults[2] ?? '',
      /^environment QUIETWIRE_COLOUR: names no key of this configuration \(got "red", allowed QUIETWIRE_LISTEN_ADDRESS, /,
    );
    assert.match(faults[3] ?? '', /^--set nothing: nothing: is unknown \(got "1", allowed listen\.address, /);
    assert.match(faults[4] ?? '', /^--set limits\.tunnels: has no value/);
  });

  it('lists faults of checks beyond the schema among its own, but not of keys that have one already', () => {
    const checks: ConfigCheck<typeof schema>[] = [
      { reads: ['limits.tunnels'], faults: () => [{ path: ['limits', 'tunnels'], message: 'is odd', got: 3 }] },
      { reads: ['limits.bytes', 'limits.timeout'], faults: () => [{ path: ['limits', 'bytes'], message: 'never' }] },
      { reads: ['tls.minVersion'], faults: () => [{ path: ['tls', 'minVersion'], message: 'never' }] },
      { reads: [], faults: () => [{ path: ['limits', 'timeout'], message: 'never' }] },
    ];
    const text = 'policy: { files: [a] }\nlimits:\n  timeout: 5\n  tunnels: 3\n';
    assert.deepEqual(faultsOf({ text, source: 'f', checks }), [
      'f:1: tls: is missing (got nothing, allowed an object)',
      'f:3: limits.timeout: has the wrong form (got 5, allowed a duration such as 100ms, 5s or 2m)',
      'f:4: limits.tunnels: is odd (got 3)',
    ]);
    assert.deepEqual(faultsOf({ text: minimal, sets: ['limits.tunnels=3'], checks: checks.slice(0, 1) }), [
      '--set limits.tunnels: limits.tunnels: is odd (got 3)',
    ]);
  });

  it('ignores the variables that Kubernetes makes of Services named quietwire', () => {
    const environment = {
      QUIETWIRE_SERVICE_HOST: '10.96.0.7',
      QUIETWIRE_SERVICE_PORT: '7443',
      QUIETWIRE_SERVICE_PORT_TLS: '7443',
      QUIETWIRE_PORT: 'tcp://10.96.0.7:7443',
      QUIETWIRE_PORT_7443_TCP: 'tcp://10.96.0.7:7443',
      QUIETWIRE_PORT_7443_TCP_ADDR: '10.96.0.7',
    };
    assert.deepEqual(faultsOf({ text: minimal, environment }), []);
  });

  it('refuses what is not one YAML document', () => {
    assert.match(faultsOf({ text: 'tls: [', source: 'f' })[0] ?? '', /^f:1: is not YAML: /);
    assert.match(
      faultsOf({ text: 'tls: {certFile: a}\ntls: {certFile: b}', source: 'f' })[0] ?? '',
      /^f:2: is not YAML: .*unique/,
    );
    assert.match(faultsOf({ text: `${minimal}---\n${minimal}`, source: 'f' })[0] ?? '', /^f: has several documents/);
    assert.match(
      faultsOf({ text: 'just text', source: 'f' })[0] ?? '',
      /^f:1: has the wrong type \(got "just text", allowed an object\)$/,
    );
  });

  it('renders a configuration that loads to the same value', () => {
    const config = loadConfig({ schema, text: `${minimal}forward: [{service: mqtt, wait: 90s}]\n` });
    const text = renderConfig(schema, config);
    assert.match(text, /timeout: 5s/);
    assert.match(text, /bytes: 256 KiB/);
    assert.deepEqual(loadConfig({ schema, text }), config);
  });
});
