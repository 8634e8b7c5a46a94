// Installs what package-lock.json names when node_modules lacks it. Runs on Node 20 and later, without dependencies.

import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { root } from './pinned-node.mjs';

const stampFile = join(root, 'node_modules', '.quietwire-stamp');

/** Makes node_modules match package-lock.json; does nothing if it does already. Throws if npm fails. */
export function installIfNeeded() {
  const lock = readFileSync(join(root, 'package-lock.json'), 'utf8');
  const stamp = createHash('sha256').update(`${process.platform}-${process.arch}\n${lock}`).digest('hex');
  if (existsSync(stampFile) && readFileSync(stampFile, 'utf8') === stamp) return;
  if (!matchesLock(JSON.parse(lock))) runNpmCi();
  writeFileSync(stampFile, stamp);
}

// npm writes what it installed to node_modules/.package-lock.json: after an `npm install` by hand there is no stamp yet.
function matchesLock(lock) {
  const file = join(root, 'node_modules', '.package-lock.json');
  if (!existsSync(file)) return false;
  const installed = JSON.parse(readFileSync(file, 'utf8')).packages;
  return Object.entries(lock.packages).every(([path, wanted]) => {
    if (path === '' || !path.includes('node_modules/')) return true; // the workspaces themselves
    const found = installed[path];
    if (!found) return (wanted.optional || wanted.peer) === true && !isForThisMachine(wanted);
    return found.version === wanted.version && found.integrity === wanted.integrity;
  });
}

function isForThisMachine({ os, cpu, libc }) {
  if (!os && !cpu && !libc) return true;
  return (
    (os ?? [process.platform]).includes(process.platform) && (cpu ?? [process.arch]).includes(process.arch) && !libc
  );
}

function runNpmCi() {
  process.stderr.write('installing dependencies (npm ci) …\n');
  const flags = ['ci', '--include=dev', '--include=optional', '--no-audit', '--no-fund', '--loglevel=error'];
  const cli = process.env.npm_execpath;
  const [program, args] = cli?.endsWith('.js') ? [process.execPath, [cli, ...flags]] : ['npm', flags];
  const { status, error } = spawnSync(program, args, { cwd: root, stdio: ['ignore', 2, 2] });
  if (status !== 0) throw new Error(`npm ci failed (${error?.message ?? `exit status ${status}`})`);
}
