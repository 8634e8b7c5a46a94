// Every dependency has an exact version and its reason in docs/dependencies.md; the lock file works everywhere.

import assert from 'node:assert/strict';
import { existsSync, globSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, it } from 'node:test';
import { fileURLToPath } from 'node:url';
import { distinctPackages, type Lock, runtimePackages } from '../runtime-packages.ts';

const root = fileURLToPath(new URL('../..', import.meta.url));

interface Manifest {
  dependencies?: Record<string, string>;
  devDependencies?: Record<string, string>;
  optionalDependencies?: Record<string, string>;
}

interface Locked extends Manifest {
  version?: string;
  integrity?: string;
  resolved?: string;
  optional?: boolean;
}

const read = (path: string) => readFileSync(join(root, path), 'utf8');
const manifests = ['package.json', ...globSync('*/package.json', { cwd: root, exclude: ['node_modules/**'] })];
const dependencies = manifests.flatMap((path) => {
  const manifest = JSON.parse(read(path)) as Manifest;
  return Object.entries({
    ...manifest.dependencies,
    ...manifest.devDependencies,
    ...manifest.optionalDependencies,
  }).map(([name, version]) => ({ path, name, version }));
});

describe('the dependencies', () => {
  it('have exact versions', () => {
    assert.deepEqual(
      dependencies.filter(({ version }) => !/^\d+\.\d+\.\d+(?:-[\w.]+)?$/.test(version)),
      [],
    );
  });

  it('have the same version in every package', () => {
    const versions = Map.groupBy(dependencies, ({ name }) => name);
    const mixed = [...versions].filter(([, uses]) => new Set(uses.map(({ version }) => version)).size > 1);
    assert.deepEqual(mixed, []);
  });

  it('each have one line in docs/dependencies.md, and no other has', () => {
    const listed = [...read('docs/dependencies.md').matchAll(/^\| `([^`]+)` \|.+\|$/gm)].map((match) => match[1]);
    const names = dependencies.map(({ name }) => name).filter((name) => !name.startsWith('@quietwire/'));
    assert.deepEqual(listed.toSorted(), [...new Set(names)].toSorted());
  });
});

describe('the lock file', () => {
  const { packages } = JSON.parse(read('package-lock.json')) as { packages: Record<string, Locked> };

  it('names no registry', () => {
    const resolved = Object.values(packages).flatMap(({ resolved }) => resolved ?? []);
    assert.deepEqual(
      resolved.filter((path) => !existsSync(join(root, path))),
      [],
    );
  });

  it('names every optional platform package, without which npm ci refuses it', () => {
    const missing = Object.values(packages).flatMap(({ optionalDependencies }) =>
      Object.keys(optionalDependencies ?? {}).filter((name) => !(`node_modules/${name}` in packages)),
    );
    assert.deepEqual(missing, []);
  });

  it('has the digest of every package that is not optional', () => {
    const without = Object.entries(packages).filter(
      ([path, { integrity, optional }]) => path.includes('node_modules/') && !optional && !integrity,
    );
    assert.deepEqual(
      without.filter(([, { resolved }]) => resolved === undefined),
      [],
    );
  });
});

describe('what npm installs with a published package', () => {
  const { packages } = JSON.parse(read('package-lock.json')) as { packages: Lock };
  const published = manifests.filter((path) => {
    const manifest = JSON.parse(read(path)) as { private?: boolean };
    return manifest.private !== true;
  });
  const workspaces = published.map((path) => path.replace('/package.json', ''));

  it('is found through nested folders, peers and cycles', () => {
    const lock: Lock = {
      ours: { dependencies: { a: '1', c: '1' } },
      'node_modules/a': { version: '1.0.0', dependencies: { b: '2' }, peerDependencies: { p: '1', q: '1' } },
      'node_modules/b': { version: '1.0.0' },
      'node_modules/a/node_modules/b': { version: '2.0.0', hasInstallScript: true, dependencies: { a: '1' } },
      'node_modules/c': { version: '1.0.0', dependencies: { b: '1' }, optionalDependencies: { absent: '1' } },
      'node_modules/p': { version: '1.0.0' },
      'node_modules/unused': { version: '1.0.0' },
    };
    const brought = runtimePackages(lock, 'ours');
    assert.deepEqual(
      brought.map(({ direct, others }) => [direct.name, others.map(({ name, version }) => `${name} ${version}`)]),
      [
        ['a', ['b 2.0.0', 'p 1.0.0']],
        ['c', ['b 1.0.0']],
      ],
    );
    const all = distinctPackages(brought);
    assert.equal(all.length, 5);
    assert.deepEqual(
      all.filter(({ hasInstallScript }) => hasInstallScript).map(({ path }) => path),
      ['node_modules/a/node_modules/b'],
    );
  });

  it('has no install script and nothing to compile', () => {
    assert.deepEqual(workspaces.toSorted(), ['device', 'planner', 'sidecar']);
    for (const workspace of workspaces) {
      const all = distinctPackages(runtimePackages(packages, workspace));
      assert.ok(all.length >= 4, workspace);
      for (const { path, hasInstallScript } of all) {
        const { scripts = {} } = JSON.parse(read(join(path, 'package.json'))) as { scripts?: Record<string, string> };
        const atInstall = ['preinstall', 'install', 'postinstall'].filter((name) => name in scripts);
        assert.deepEqual({ path, hasInstallScript, atInstall }, { path, hasInstallScript: false, atInstall: [] });
        assert.ok(!existsSync(join(root, path, 'binding.gyp')), path);
      }
    }
  });

  it('stands in docs/dependencies.md with its count', () => {
    const text = read('docs/dependencies.md');
    for (const workspace of workspaces) {
      const all = distinctPackages(runtimePackages(packages, workspace));
      const section = text.split(`### \`@quietwire/${workspace}\`\n`)[1]?.split(/^##|^<!--/m)[0] ?? '';
      assert.match(section, new RegExp(`^\\n${all.length} packages; none has an install script\\.\\n`));
      const listed = [...section.matchAll(/`([^`]+)` (\d\S*?)(?=,| \|)/g)].map(
        ([, name, version]) => `${name} ${version}`,
      );
      assert.deepEqual(
        [...new Set(listed)].toSorted(),
        all.map(({ name, version }) => `${name} ${version}`).toSorted(),
      );
    }
  });
});
