// The README's commands by hand: typed as they stand, in a fresh clone.
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';

test('the block by hand installs first and calls our programs themselves, which signals then reach', () => {
  const readme = readFileSync(new URL('../../README.md', import.meta.url), 'utf8');
  const block = /## By hand\s+```sh\n([\s\S]*?)```/.exec(readme)?.[1] ?? '';
  // Without the first two lines a shell would not find them, or npx would look for them in the public registry.
  assert.match(block, /^npm ci\nPATH=\$PWD\/node_modules\/\.bin:\$PATH\b/);
  assert.match(block, /\nquietwire-sidecar run .*&\n/);
  assert.doesNotMatch(readme.replaceAll(/# .*/g, ''), /\bnpx\b/);
});
