// Every dependency has an exact version and its reason in docs/dependencies.md; the lock file works everywhere.

import assert from 'node:assert/strict';
import { existsSync, globSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, it } from 'node:test';
import { fileURLToPath } from 'node:url';

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
