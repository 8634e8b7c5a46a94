import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { stringify } from 'yaml';
import { parsePolicyFiles } from '../src/policy.ts';
import { changedSpec } from './policy-cases.ts';

type Service = Readonly<Record<string, unknown>>;

function faultsOf(first: Service, second: Service): string {
  const files = [first, second].map((service, index) => {
    const name = ['doors', 'gates'][index] ?? '';
    const spec = changedSpec({ fleet: name, services: [{ name: 'mqtt', port: 1883, ...service }] });
    const policy = { apiVersion: 'quietwire.dev/v1alpha1', kind: 'ShapingPolicy', metadata: { name }, spec };
    return { text: stringify(policy), source: `${name}.yaml` };
  });
  try {
    parsePolicyFiles(files);
    return '';
  } catch (error) {
    return (error as Error).message;
  }
}

const named = { proxyProtocol: 'V2' };
const byId = { proxyProtocol: 'V2', identity: 'Device' };

describe('Two policies in force together', () => {
  it('may share a port under names that hold the fleet, or without names', () => {
    assert.equal(faultsOf(named, named), '');
    assert.equal(faultsOf({}, {}), '');
    assert.equal(faultsOf({}, { identity: 'Device' }), '');
  });

  it('may name devices by their id alone on ports of their own', () => {
    assert.equal(faultsOf(byId, { ...byId, port: 1884 }), '');
  });

  it('may not share a port that has a PROXY header for one and none for the other', () => {
    const text = /^gates.yaml:\d+: spec.services\[0\].*: shares port 1883 with mqtt of doors at doors.yaml:1/;
    assert.match(faultsOf(named, {}), text);
    assert.match(faultsOf({}, named), text);
  });

  it('may not share a port on which lock-42 of both, or an id with a slash, would be one name', () => {
    for (const [first, second] of [
      [byId, byId],
      [named, byId],
      [byId, named],
    ] as const)
      assert.match(faultsOf(first, second), /identity: shares port 1883 .*allowed FleetDevice in both/);
  });
});
