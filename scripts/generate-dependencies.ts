// Writes the section of docs/dependencies.md that lists, from package-lock.json, what npm installs with each published package.

import { readFileSync } from 'node:fs';
import { generateSections, table } from './doc-sections.ts';
import { distinctPackages, type Lock, type RuntimePackage, runtimePackages } from './runtime-packages.ts';

const { packages } = JSON.parse(readFileSync(new URL('../package-lock.json', import.meta.url), 'utf8')) as {
  packages: Lock;
};

generateSections({
  'docs/dependencies.md': {
    'runtime-packages': () => ['device', 'sidecar', 'planner'].map(packageSection).join('\n\n'),
  },
});

function packageSection(workspace: string): string {
  const brought = runtimePackages(packages, workspace);
  const all = distinctPackages(brought);
  const scripts = all.filter(({ hasInstallScript }) => hasInstallScript);
  const remark = scripts.length === 0 ? 'none has an install script' : `install scripts: ${names(scripts)}`;
  const rows = brought.map(({ direct, others }) => [names([direct]), String(others.length), names(others) || '–']);
  return [
    `### \`@quietwire/${workspace}\``,
    `${all.length} packages; ${remark}.`,
    table(['dependency', 'brings', 'which'], rows),
  ].join('\n\n');
}

function names(packages: readonly RuntimePackage[]): string {
  return packages.map(({ name, version }) => `\`${name}\` ${version}`).join(', ');
}
