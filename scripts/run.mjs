// Runs a script or tool of the repository under the pinned Node 24, from any Node ≥ 20, installing first what is missing.
//   node scripts/run.mjs FILE.ts|FILE.mjs ARGS…   a source file, relative to the repository's root
//   node scripts/run.mjs node ARGS…               the pinned Node itself
//   node scripts/run.mjs TOOL ARGS…               a program of node_modules/.bin

import { existsSync, realpathSync } from 'node:fs';
import { delimiter, dirname, join } from 'node:path';
import { installIfNeeded } from './install.mjs';
import { become, root, sourceFlags, sourceNode } from './pinned-node.mjs';

const [target, ...args] = process.argv.slice(2);
try {
  if (target === undefined) throw new Error('usage: node scripts/run.mjs FILE|node|TOOL ARGS…');
  installIfNeeded();
  const node = sourceNode();
  // Whatever the target starts by the name `node` is the pinned one too.
  process.env.PATH = [dirname(node), join(root, 'node_modules', '.bin'), process.env.PATH].join(delimiter);
  become(node, [...sourceFlags, ...targetArguments()]);
} catch (error) {
  process.stderr.write(`error RUN_FAILED: ${error.message}\n`);
  process.exit(4);
}

function targetArguments() {
  if (target === 'node') return args;
  if (/\.(ts|mjs|js)$/.test(target)) {
    const file = join(root, target);
    if (!existsSync(file)) throw new Error(`${target} does not exist`);
    return [file, ...args];
  }
  const tool = join(root, 'node_modules', '.bin', target);
  if (!existsSync(tool)) throw new Error(`no tool ${target} in node_modules/.bin`);
  return [realpathSync(tool), ...args];
}
