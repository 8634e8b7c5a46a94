import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { stringify } from 'yaml';
import { formatFault, formatPath } from '../src/document/fault.ts';
import { ShapingError } from '../src/errors.ts';
import { type PolicyOptions, parsePolicyFile, parsePolicyFiles } from '../src/policy.ts';
import { changedSpec, policyCases } from './policy-cases.ts';

function document(change: Readonly<Record<string, unknown>>, name = 'smart-plug', namespace = 'iot'): string {
  const metadata = { name, namespace };
  return stringify({
    apiVersion: 'quietwire.dev/v1alpha1',
    kind: 'ShapingPolicy',
    metadata,
    spec: changedSpec(change),
  });
}

function errorOf(parse: () => unknown): ShapingError {
  try {
    parse();
  } catch (error) {
    assert.ok(error instanceof ShapingError);
    assert.equal(error.code, 'POLICY_INVALID');
    return error;
  }
  return assert.fail('the policy was accepted');
}

function faultsOf(text: string, options?: PolicyOptions): string[] {
  return errorOf(() => parsePolicyFile(text, 'plug.yaml', options)).faults.map(formatFault);
}

describe('the schema and its rules', () => {
  for (const { name, change, faults } of policyCases) {
    it(`${name}: ${faults.length === 0 ? 'accepted' : `refused at ${faults.join(', ')}`}`, () => {
      let found: string[] = [];
      try {
        parsePolicyFile(document(change), 'plug.yaml');
      } catch (error) {
        assert.ok(error instanceof ShapingError);
        const schemaFaults = error.faults.filter((fault) => fault.message !== 'is not in this version');
        found = schemaFaults.map((fault) => formatPath(fault.path).replace(/^spec\./, ''));
      }
      assert.deepEqual([...new Set(found)].sort(), faults);
    });
  }
});

describe('policy files', () => {
  it('fill in the defaults', () => {
    const { policies } = parsePolicyFile(
      document(Object.fromEntries(policyCases[1] ? Object.entries(policyCases[1].change) : [])),
      'plug.yaml',
    );
    const { spec, name, namespace, origin } = policies[0] ?? assert.fail();
    assert.deepEqual([name, namespace, origin], ['smart-plug', 'iot', 'plug.yaml:1']);
    assert.deepEqual(spec, {
      fleet: 'smart-plug',
      services: [{ name: 'mqtt', port: 1883, proxyProtocol: 'V2', identity: 'FleetDevice' }],
      authentication: { groupKeys: true, maxConnectionAge: '24h' },
      mode: 'STP',
      frameSize: 1024,
      period: '5s',
      upstream: { interval: { constant: '100ms' } },
      downstream: { interval: { constant: '50ms' } },
      background: { interval: { constant: '2s' }, frameSize: 128, passthrough: false },
      cover: { objective: { adversaryConfidence: 0.2 }, model: { poisson: {} }, deviceShare: 0.3 },
      lead: '500ms',
      longestRun: 64,
      activity: { perDay: 24, quietBytes: 4, window: '1s', hold: '3s' },
      learning: { duration: '0s', apply: 'Recommend' },
      unshapedPeers: 'Refuse',
      suspend: false,
    });
    assert.throws(() => Object.assign(spec.cover, { deviceShare: 1 }), TypeError);
  });

  it('tell every fault at once with line, path, value and what is allowed', () => {
    const text = `apiVersion: quietwire.dev/v1alpha1
kind: ShapingPolicy
metadata: { name: smart-plug }
spec:
  fleet: smart-plug
  services:
    - { name: mqtt, port: 1883 }
  frameSize: 12
  period: 5070ms
  downstream:
    interval:
      constant: 10ms
  cover:
    objective: { adversaryConfidence: 0.2, probability: 0.3 }
  learnign: { duration: 1h }
  suspend: true
`;
    const error = errorOf(() => parsePolicyFile(text, 'plug.yaml'));
    assert.deepEqual(error.message.split('\n'), [
      'plug.yaml:8: spec.frameSize: is out of range (got 12, allowed 64…16000)',
      'plug.yaml:9: spec.period: does not hold a whole number of upstream slots (got "5070ms", allowed multiples of upstream.interval.constant)',
      'plug.yaml:12: spec.downstream.interval.constant: is out of range (got "10ms", allowed 20ms…1m)',
      'plug.yaml:14: spec.cover.objective: must be one objective (got {"adversaryConfidence":0.2,"probability":0.3}, allowed exactly one of adversaryConfidence, probability, overhead, knee)',
      'plug.yaml:15: spec.learnign: is unknown (got {"duration":"1h"}, allowed fleet, workloadSelector, authentication, services, mode, frameSize, period, upstream, downstream, shape, shapes, background, cover, lead, longestRun, activity, learning, unshapedPeers, suspend)',
      'plug.yaml:16: spec.suspend: is not in this version (got true, allowed false)',
    ]);
  });

  it('refuse what is no policy', () => {
    assert.deepEqual(faultsOf('kind: ConfigMap\nspec: {}\n'), [
      'plug.yaml:1: kind: is no policy (got "ConfigMap", allowed ShapingPolicy)',
    ]);
    assert.match(faultsOf('')[0] ?? '', /^plug\.yaml: holds no policy/);
    assert.match(faultsOf('# nothing\n---\n')[0] ?? '', /^plug\.yaml: holds no policy/);
    assert.match(
      faultsOf('some text')[0] ?? '',
      /^plug\.yaml:1: has the wrong type \(got "some text", allowed an object\)/,
    );
    assert.match(faultsOf('spec: {')[0] ?? '', /^plug\.yaml:1: is not YAML/);
    assert.deepEqual(
      faultsOf('apiVersion: quietwire.dev/v1\nmetadata: { name: A }\n').map((fault) => fault.split(' (')[0]),
      [
        'plug.yaml:1: kind: is missing',
        'plug.yaml:1: spec: is missing',
        'plug.yaml:1: apiVersion: is not a valid choice',
        'plug.yaml:2: metadata.name: has the wrong form',
      ],
    );
  });

  it('may be what kubectl prints of an object in a cluster', () => {
    const text = `${document({})}status: { conditions: [] }\n`.replace(
      'metadata:',
      'metadata:\n  uid: 1-2\n  generation: 3\n  creationTimestamp: 2026-01-01T00:00:00Z\n  labels: { a: b }',
    );
    assert.equal(parsePolicyFile(text, 'plug.yaml').policies.length, 1);
  });

  it('may hold several policies, for different fleets', () => {
    const text = [document({}), document({ fleet: 'bulb' }, 'bulb')].join('---\n');
    assert.deepEqual(
      parsePolicyFile(text, 'all.yaml').policies.map((policy) => policy.spec.fleet),
      ['smart-plug', 'bulb'],
    );
  });

  it('may not shape one fleet twice, nor define one policy twice, in one file or two', () => {
    const first = document({});
    const second = document({}, 'other');
    assert.deepEqual(faultsOf(`${first}---\n${second}`), [
      'plug.yaml:42: spec.fleet: has a policy already, smart-plug at plug.yaml:1 (got "smart-plug", allowed one policy for each fleet)',
    ]);
    const files = [
      { text: first, source: 'a.yaml' },
      { text: document({ fleet: 'bulb' }), source: 'b.yaml' },
    ];
    const { faults } = errorOf(() => parsePolicyFiles(files));
    assert.deepEqual(faults.map(formatFault), [
      'b.yaml:4: metadata.name: occurs twice, first at a.yaml:1 (got "smart-plug", allowed different names)',
    ]);
  });
});

describe('checks beyond the schema', () => {
  const limits: [string, Record<string, unknown>][] = [
    ['mode', { mode: 'Morphing' }],
    ['cover.model.ghosts', { cover: { model: { ghosts: {} } } }],
    ['shape.trace', { shape: { trace: { samplesRef: { name: 'a' } } } }],
    ['shape.spline', { shape: { spline: { samplesRef: { name: 'a' } } } }],
    ['shapes', { shapes: [{ name: 'a', upstream: { interval: '20ms' }, downstream: { interval: '20ms' } }] }],
    ['upstream.interval.spline', { mode: 'ILP', upstream: { interval: { spline: { samplesRef: { name: 'a' } } } } }],
    ['background.passthrough', { background: { passthrough: true } }],
    ['learning.duration', { learning: { duration: '24h' } }],
    ['authentication.clientCertificate', { authentication: { clientCertificate: {} } }],
    ['unshapedPeers', { unshapedPeers: 'Allow' }],
    ['suspend', { suspend: true }],
  ];
  for (const [path, change] of limits) {
    it(`${path} is not in this version`, () => {
      const faults = faultsOf(document(change));
      assert.equal(faults.length, 1);
      assert.ok(faults[0]?.includes(` spec.${path}: is not in this version (got `), faults[0]);
    });
  }

  it('a confidence at or below p cannot be reached, and p is named', () => {
    const [fault] = faultsOf(
      document({ activity: { perDay: 2000 }, cover: { objective: { adversaryConfidence: 0.1 } } }),
    );
    assert.match(
      fault ?? '',
      /^plug\.yaml:\d+: spec\.cover\.objective\.adversaryConfidence: cannot be reached: .* p = 0\.109 \(got 0\.1, allowed more than p = 0\.109; p itself in mode ILP\)$/,
    );
  });

  it('an overhead below that without cover cannot be reached, and the least is named', () => {
    const [fault] = faultsOf(document({ cover: { objective: { adversaryConfidence: null, overhead: 2 } } }));
    assert.match(
      fault ?? '',
      /objective\.overhead: cannot be reached: without any cover it is more \(got 2, allowed at least \d+(\.\d+)?\)$/,
    );
  });

  it('objectives do not matter in mode ILP', () => {
    assert.equal(parsePolicyFile(document({ mode: 'ILP', activity: { perDay: 50_000 } }), 'f').policies.length, 1);
  });

  it('a hold beyond the longest run is refused in mode STP, one as long as it is not', () => {
    const hold = (text: string, mode = 'STP'): string => document({ mode, longestRun: 2, activity: { hold: text } });
    assert.match(
      faultsOf(hold('9501ms')).join('; '),
      /^plug\.yaml:\d+: spec\.activity\.hold: outlasts the longest run \(got "9501ms", allowed at most longestRun × period − lead, 9500ms\)$/,
    );
    for (const text of [hold('9500ms'), hold('9501ms', 'ILP')]) parsePolicyFile(text, 'f');
  });

  it('parameters that cannot be sent are refused with the reason', () => {
    const seen: number[] = [];
    const misfit = (parameters: { periodMs: number }): string => {
      seen.push(parameters.periodMs);
      return 'they need 700 bytes, there is room for 400';
    };
    const [fault] = faultsOf(document({}), { misfit });
    assert.match(fault ?? '', /^plug\.yaml:\d+: spec: cannot be sent to a device: they need 700 bytes/);
    assert.deepEqual(seen, [5000]);
  });
});
