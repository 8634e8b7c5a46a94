import assert from 'node:assert/strict';
import { mkdtemp, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { ManualTime } from '@quietwire/tunnel';
import { RevocationWatch } from '../../src/keys/revocation-watch.ts';

test('A change of a list is seen within half a minute, an unchanged or missing list changes nothing', async () => {
  const directory = await mkdtemp(join(tmpdir(), 'quietwire-revoked-'));
  const file = join(directory, 'plug.revoked');
  await writeFile(file, 'one\n');
  const time = new ManualTime();
  const seen: string[][] = [];
  const watch = new RevocationWatch({
    runtime: time.runtime('watch'),
    directory,
    fleets: () => ['plug', 'lamp'],
    onChange: (revoked) => seen.push([...revoked].map(([fleet, devices]) => `${fleet}: ${[...devices].join()}`)),
  });
  let look = 0;
  const nextLook = async (): Promise<void> => {
    look += 1;
    await time.advanceTo(look * 30_001);
    // The files are read in real time.
    await new Promise((resolve) => setTimeout(resolve, 50));
  };
  await nextLook();
  await nextLook();
  assert.deepEqual(seen, [['plug: one']]);
  await writeFile(file, 'one\ntwo\n');
  await nextLook();
  assert.deepEqual(seen.at(-1), ['plug: one,two']);
  watch.close();
  await writeFile(file, '');
  await nextLook();
  assert.equal(seen.length, 2);
});
