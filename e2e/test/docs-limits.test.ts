import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import { limits } from '@quietwire/proto';
import { sidecarConfigSchema } from '@quietwire/sidecar';
import { defaultTunnelLimits } from '@quietwire/tunnel';

const page = readFileSync(new URL('../../docs/limits.md', import.meta.url), 'utf8');

test('docs/limits.md names every limit of the protocol, of a tunnel and of the sidecar', () => {
  const sidecarLimits = Object.keys(sidecarConfigSchema.properties.limits.properties);
  const named = [
    ...Object.keys(limits),
    ...Object.keys(defaultTunnelLimits),
    ...sidecarLimits.map((key) => `limits.${key}`),
  ];
  assert.deepEqual(
    named.filter((name) => !page.includes(`\`${name}\``)),
    [],
  );
});
