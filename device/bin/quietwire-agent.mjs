#!/usr/bin/env node
// Starts `quietwire-agent`: from the sources in the repository, from dist/ in the installed package.

import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

const source = fileURLToPath(new URL('../src/main.ts', import.meta.url));
if (existsSync(source)) {
  const { become, sourceFlags, sourceNode } = await import('../../scripts/pinned-node.mjs');
  become(sourceNode(), [...sourceFlags, source, ...process.argv.slice(2)]);
} else {
  await import('../dist/main.js');
}
