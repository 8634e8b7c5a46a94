// `npm run build [-- PACKAGE…]`: JavaScript and declarations of the packages that leave the repository, into dist/.
// Our unpublished packages are bundled in; what comes from npm stays a dependency, and must be listed as one.

import { spawnSync } from 'node:child_process';
import { copyFileSync, existsSync, readFileSync, rmSync } from 'node:fs';
import { isBuiltin } from 'node:module';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { build, type Metafile } from 'esbuild';
import { bundleDeclarations } from './build-declarations.ts';

interface Manifest {
  dependencies?: Record<string, string>;
}

const root = fileURLToPath(new URL('..', import.meta.url));
const published = ['device', 'sidecar', 'planner'];

const wanted = process.argv.slice(2);
const unknown = wanted.filter((name) => !published.includes(name));
if (unknown.length > 0) fail(2, `no package ${unknown.join(', ')}; there are ${published.join(', ')}`);
for (const name of wanted.length > 0 ? wanted : published) await buildPackage(name);

async function buildPackage(name: string): Promise<void> {
  const folder = join(root, name);
  const dist = join(folder, 'dist');
  rmSync(dist, { recursive: true, force: true });
  const { metafile } = await build({
    absWorkingDir: folder,
    entryPoints: ['src/index.ts', 'src/main.ts', 'src/state-worker.ts'].filter((file) =>
      existsSync(join(folder, file)),
    ),
    outdir: dist,
    bundle: true,
    splitting: true,
    format: 'esm',
    platform: 'node',
    target: 'node22',
    conditions: ['quietwire-source'],
    sourcemap: false,
    legalComments: 'none',
    metafile: true,
    logLevel: 'warning',
    plugins: [
      {
        name: 'npm-packages-stay-outside',
        setup({ onResolve }) {
          onResolve({ filter: /^[^./]/ }, ({ path, kind }) =>
            kind === 'entry-point' || path.startsWith('@quietwire/') ? undefined : { path, external: true },
          );
        },
      },
    ],
  });
  const imported = [...packagesOf(metafile), ...(await declarations(name, dist))];
  const manifest = JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8')) as Manifest;
  const missing = [...new Set(imported)].filter((dependency) => !(dependency in (manifest.dependencies ?? {})));
  if (missing.length > 0) fail(1, `${name}/dist imports ${missing.join(', ')}: add to dependencies of ${name}`);
  copyFileSync(join(root, 'LICENSE'), join(folder, 'LICENSE'));
  const sizes = Object.entries(metafile.outputs).map(([file, { bytes }]) => `${file} ${bytes}`);
  process.stderr.write(`${name}: ${sizes.join(', ')}\n`);
}

/** The npm packages that the bundles import. */
function packagesOf({ outputs }: Metafile): string[] {
  return Object.values(outputs)
    .flatMap(({ imports }) => imports)
    .filter(({ external, path }) => external === true && !isBuiltin(path))
    .map(({ path }) => packageName(path));
}

/** Writes dist/types and returns the npm packages that it names. */
async function declarations(name: string, dist: string): Promise<string[]> {
  if (!existsSync(join(root, name, 'src', 'index.ts'))) return [];
  const tsc = join(root, 'node_modules', '.bin', 'tsc');
  const emitted = join(dist, 'emitted');
  const flags = ['--noEmit', 'false', '--declaration', '--emitDeclarationOnly', '--rootDir', root, '--outDir', emitted];
  const config = join(root, 'tsconfig.declarations.json');
  const { status } = spawnSync(process.execPath, [tsc, '-p', config, ...flags], { cwd: root, stdio: ['ignore', 2, 2] });
  if (status !== 0) fail(1, `the declarations of ${name} were not written`);
  const names = bundleDeclarations({ root, emitted, entry: `${name}/src/index.d.ts`, target: join(dist, 'types') });
  rmSync(emitted, { recursive: true, force: true });
  return names.filter((path) => !isBuiltin(path)).map(packageName);
}

function packageName(path: string): string {
  return path
    .split('/')
    .slice(0, path.startsWith('@') ? 2 : 1)
    .join('/');
}

function fail(status: number, text: string): never {
  process.stderr.write(`error BUILD_FAILED: ${text}\n`);
  process.exit(status);
}
