// `npm run generate [-- --check]`: runs the generators of all workspaces and of the repository; --check changes nothing and fails on drift.

import { spawnSync } from 'node:child_process';
import { globSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('..', import.meta.url));
const failed: string[] = [];
for (const script of globSync(['*/scripts/generate.{mjs,ts}', 'scripts/generate-*.ts'], {
  cwd: root,
  exclude: ['node_modules/**'],
}).sort()) {
  const file = join(root, script);
  const command = ['--conditions=quietwire-source', file, ...process.argv.slice(2)];
  const { status } = spawnSync(process.execPath, command, { cwd: root, stdio: 'inherit' });
  if (status !== 0) failed.push(script);
}
if (failed.length > 0) {
  process.stderr.write(`error GENERATE_FAILED: ${failed.join(', ')}\n`);
  process.exit(1);
}
