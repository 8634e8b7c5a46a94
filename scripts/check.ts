// `npm run check [-- --no-test]`: format, lint, types, generated files up to date, tests. Runs every step, names those
// that failed, and exits 1 if one did.

import { spawnSync } from 'node:child_process';
import { globSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('..', import.meta.url));
const tool = (name: string) => join(root, 'node_modules', '.bin', name);

interface Step {
  name: string;
  commands: string[][];
}

const steps: Step[] = [
  { name: 'format', commands: [[tool('biome'), 'format', '.']] },
  // Imports are sorted by an assist, which only `check` applies.
  { name: 'lint', commands: [[tool('biome'), 'check', '--formatter-enabled=false', '--error-on-warnings', '.']] },
  {
    name: 'types',
    commands: ['tsconfig.json', ...pageProjects()].map((project) => [tool('tsc'), '-p', project]),
  },
  { name: 'generated', commands: [[join(root, 'scripts', 'generate.ts'), '--check']] },
];
if (!process.argv.includes('--no-test')) steps.push({ name: 'test', commands: [[join(root, 'scripts', 'test.ts')]] });

const failed: string[] = [];
for (const { name, commands } of steps) {
  process.stdout.write(`== ${name}\n`);
  const passed = commands.every((command) => run(command));
  process.stdout.write(`${name} ${passed ? 'pass' : 'fail'}\n`);
  if (!passed) failed.push(name);
}
if (failed.length > 0) {
  process.stderr.write(`error CHECK_FAILED: ${failed.join(', ')}\n`);
  process.exit(1);
}

function run(command: string[]): boolean {
  const args = ['--conditions=quietwire-source', ...command];
  return spawnSync(process.execPath, args, { cwd: root, stdio: 'inherit' }).status === 0;
}

// Code for the browser has types of its own (DOM), and is checked only where there is some.
function pageProjects(): string[] {
  const hasCode = globSync('e2e/src/demo/page/**/*.ts', { cwd: root }).length > 0;
  return hasCode ? ['e2e/src/demo/page/tsconfig.json'] : [];
}
