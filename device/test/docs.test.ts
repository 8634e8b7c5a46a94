import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';

test('docs/configuration.md and docs/telemetry.md hold every key and log code of the agent', () => {
  const generate = fileURLToPath(new URL('../scripts/generate.ts', import.meta.url));
  const { status, stderr } = spawnSync(process.execPath, ['--conditions=quietwire-source', generate, '--check'], {
    encoding: 'utf8',
  });
  assert.equal(status, 0, stderr);
});
