import assert from 'node:assert/strict';
import { join } from 'node:path';
import { describe, test } from 'node:test';
import { loadSidecarConfig } from '../../src/config/load-config.ts';
import { readState } from '../../src/state.ts';
import { policyText, prepareDirectory } from '../fixture/local-sidecar.ts';

async function faultsOf(policies: readonly string[], sets: readonly string[]): Promise<string> {
  const { directory, config } = await prepareDirectory({ policies });
  const error = await readState(loadSidecarConfig({ text: config, sets })).then(
    () => undefined,
    (reason: Error) => reason,
  );
  const errors: readonly Error[] = error instanceof AggregateError ? error.errors : error === undefined ? [] : [error];
  return errors
    .map(({ message }) => message)
    .join('\n')
    .replaceAll(join(directory, 'policy.yaml'), 'policy.yaml');
}

describe('A service', () => {
  const policy = policyText({ services: ['name: web, port: 8080', 'name: mqtt, port: 1883'] });
  for (const [key, address, refused] of [
    ['admin.address', '0.0.0.0:1883', true],
    ['admin.address', '127.0.0.1:1883', true],
    ['admin.address', '[::]:1883', true],
    ['admin.address', 'localhost:1883', true],
    ['admin.address', '10.0.0.1:1883', false],
    ['listen.address', '0.0.0.0:1883', true],
    ['listen.address', '127.0.0.1:1884', false],
  ] as const) {
    test(`on port 1883 is ${refused ? 'refused' : 'allowed'} when ${key} is ${address}`, async () => {
      const text = await faultsOf([policy], [`${key}=${address}`]);
      if (refused)
        assert.match(text, new RegExp(`services\\[1\\]\\.port: is the sidecar's own port, ${key} \\(got 1883`));
      else assert.equal(text, '');
    });
  }

  test('of two policies on one port may not have a header in one and none in the other', async () => {
    const other = policyText({ name: 'lock', fleet: 'lock', services: ['name: in, port: 1883, proxyProtocol: V2'] });
    assert.match(
      await faultsOf([policy, other], []),
      /services\[0\]\.proxyProtocol: shares port 1883 with mqtt of smart-plug at .*policy.yaml/,
    );
  });
});
