// The README's commands by hand: typed as they stand, in a fresh clone.
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';

test('the block by hand installs before it asks npx for our programs, which would go to the public registry otherwise', () => {
  const readme = readFileSync(new URL('../../README.md', import.meta.url), 'utf8');
  const block = /## By hand\s+```sh\n([\s\S]*?)```/.exec(readme)?.[1] ?? '';
  assert.match(block, /^npm ci\b/);
  assert.match(block, /\nnpx quietwire /);
  const before = readme.slice(0, readme.indexOf('## By hand'));
  assert.doesNotMatch(before, /\bnpx\b/);
});
