// `npm test [-- WORD… --test-…]`: runs all tests of all workspaces, or those whose path contains one of the words.
// Flags are handed to node's test runner. The runner's own summary is the last thing printed.

import { spawnSync } from 'node:child_process';
import { globSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('..', import.meta.url));
const flags = process.argv.slice(2).filter((argument) => argument.startsWith('-'));
const words = process.argv.slice(2).filter((argument) => !argument.startsWith('-'));

const files = globSync('{*,scripts}/test/**/*.test.ts', { cwd: root, exclude: ['node_modules/**'] })
  .filter((file) => words.length === 0 || words.some((word) => file.includes(word)))
  .sort();
if (files.length === 0) {
  process.stderr.write(`error NO_TESTS: no test file matches ${words.join(', ') || '*/test/**/*.test.ts'}\n`);
  process.exit(2);
}

const { status } = spawnSync(
  process.execPath,
  [
    '--conditions=quietwire-source',
    '--test',
    `--test-concurrency=${Math.max(1, Math.min(4, availableParallelism()))}`,
    '--test-timeout=120000',
    '--test-reporter=spec',
    ...flags,
    ...files,
  ],
  { cwd: root, stdio: 'inherit' },
);
process.exit(status ?? 1);
