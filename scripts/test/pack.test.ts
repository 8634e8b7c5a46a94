// Packs each published package, unpacks it in another folder beside nothing but its declared dependencies, and uses it
// there: its binary, its exports, its declarations.

import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { after, describe, it } from 'node:test';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('../..', import.meta.url));
const folder = mkdtempSync(join(tmpdir(), 'quietwire-pack-'));
after(() => rmSync(folder, { recursive: true, force: true }));

interface Manifest {
  bin: Record<string, string>;
  dependencies: Record<string, string>;
}

function run(command: string, args: string[], cwd: string): string {
  const env = Object.fromEntries(Object.entries(process.env).filter(([name]) => !/^npm_|^NODE_/i.test(name)));
  const { status, stdout, stderr } = spawnSync(command, args, { cwd, env, encoding: 'utf8' });
  assert.equal(status, 0, `${command} ${args.join(' ')}: ${stderr}${stdout}`);
  return stdout;
}

/** Packs the package and lays it out as npm would install it, the dependencies being those of the repository. */
function install(name: string): { installed: string; manifest: Manifest } {
  const target = join(folder, name);
  mkdirSync(target);
  run('npm', ['pack', '--silent', '-w', `@quietwire/${name}`, '--pack-destination', target], root);
  const tarball = readdirSync(target).find((file) => file.endsWith('.tgz'));
  assert.ok(tarball);
  const installed = join(target, 'node_modules', '@quietwire', name);
  mkdirSync(installed, { recursive: true });
  run('tar', ['-xzf', join(target, tarball), '-C', installed, '--strip-components=1'], target);
  const manifest = JSON.parse(readFileSync(join(installed, 'package.json'), 'utf8')) as Manifest;
  for (const dependency of [...Object.keys(manifest.dependencies), '@types/node']) {
    const link = join(target, 'node_modules', dependency);
    mkdirSync(dirname(link), { recursive: true });
    symlinkSync(join(root, 'node_modules', dependency), link);
  }
  writeFileSync(join(target, 'package.json'), '{ "type": "module" }\n');
  return { installed, manifest };
}

for (const name of ['device', 'sidecar', 'planner'].filter((name) => existsSync(join(root, name, 'src', 'main.ts')))) {
  describe(`the packed @quietwire/${name}`, () => {
    const { installed, manifest } = install(name);
    const consumer = join(folder, name);

    it('starts its binary', () => {
      for (const path of Object.values(manifest.bin)) {
        assert.match(run(process.execPath, [join(installed, path), '--help'], consumer), /Usage: quietwire/);
      }
    });

    if (!existsSync(join(root, name, 'src', 'index.ts'))) return;

    it('can be imported', () => {
      const text = `console.log(typeof (await import('@quietwire/${name}')));`;
      assert.equal(run(process.execPath, ['--input-type=module', '-e', text], consumer), 'object\n');
    });

    it('has declarations that need no unpublished package', () => {
      writeFileSync(join(consumer, 'use.ts'), `export * from '@quietwire/${name}';\n`);
      const tsc = join(root, 'node_modules', '.bin', 'tsc');
      const flags = ['--noEmit', '--strict', '--target', 'es2024', '--module', 'nodenext', '--types', 'node'];
      // Our declarations count as a library's: without skipLibCheck a broken import in them shows.
      run(process.execPath, [tsc, ...flags, '--skipLibCheck', 'false', 'use.ts'], consumer);
    });
  });
}
