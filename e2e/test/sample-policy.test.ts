import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import { parsePolicyFile } from '@quietwire/shaping';
import { renderSamplePolicy, samplePolicyFile } from '../src/local/rig/policy.ts';

test('the sample policy is valid as it stands', () => {
  const { policies } = parsePolicyFile(readFileSync(samplePolicyFile, 'utf8'), samplePolicyFile);
  assert.deepEqual(
    policies.map(({ namespace, name, spec }) => [namespace, name, spec.fleet, spec.mode, spec.services]),
    [
      [
        'iot',
        'smart-plug',
        'smart-plug',
        'STP',
        [{ name: 'mqtt', port: 1883, proxyProtocol: 'V2', identity: 'FleetDevice' }],
      ],
    ],
  );
});

test('a case changes the sample policy without losing the rest of it', () => {
  const text = renderSamplePolicy({
    fleet: 'other',
    mode: 'ILP',
    services: [{ name: 'web', port: 8080 }],
    spec: { activity: { quietBytes: 64 } },
  });
  const [policy] = parsePolicyFile(text, 'changed').policies;
  assert.equal(policy?.name, 'other');
  assert.equal(policy?.spec.fleet, 'other');
  assert.equal(policy?.spec.mode, 'ILP');
  assert.deepEqual([policy?.spec.activity.quietBytes, policy?.spec.activity.perDay], [64, 24]);
});
