import assert from 'node:assert/strict';
import { test } from 'node:test';
import { RenderCache } from '../../src/admin/render-cache.ts';

test('Who asks now and then gets a fresh page, a flood one of the last second, and all at once the same', async () => {
  let nowMs = 0;
  let renders = 0;
  const cache = new RenderCache({ now: () => nowMs }, async () => {
    renders += 1;
    return String(renders);
  });
  const take = async (): Promise<string> => String(await cache.take());
  for (let round = 1; round <= 5; round += 1) assert.equal(await take(), String(round));
  const together = await Promise.all(Array.from({ length: 50 }, take));
  assert.deepEqual([...new Set(together)], ['6']);

  for (nowMs = 0; nowMs < 60_000; nowMs += 10) await take();
  assert.ok(renders >= 60 && renders <= 71, `${renders} renders in a minute of 100 requests a second`);

  nowMs += 60_000;
  const before = renders;
  assert.equal(await take(), String(before + 1));
});

test('A render that fails is tried again', async () => {
  let fails = true;
  const cache = new RenderCache({ now: () => 0 }, () => {
    if (fails) throw new Error('not now');
    return 'page';
  });
  await assert.rejects(cache.take(), /not now/);
  fails = false;
  assert.equal(String(await cache.take()), 'page');
});
