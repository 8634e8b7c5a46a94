import assert from 'node:assert/strict';
import { test } from 'node:test';
import { ManualTime } from '@quietwire/tunnel';
import { DescriptorWatch } from '../src/descriptor-watch.ts';
import { descriptorLimit, isDescriptorLeft } from '../src/system-descriptors.ts';

function watch(limit: number | undefined, left: () => boolean = () => true) {
  const time = new ManualTime();
  const said: string[] = [];
  const watched = new DescriptorWatch({
    runtime: time.runtime('watch'),
    tunnels: 1000,
    limit: () => limit,
    isOneLeft: async () => left(),
    onTooFew: (message) => said.push(`few: ${message}`),
    onNoneLeft: (message) => said.push(`none: ${message}`),
  });
  return { time, said, close: () => watched.close() };
}

test('Too few descriptors for limits.tunnels are told at the start, enough are not', () => {
  assert.deepEqual(watch(2256).said, []);
  assert.deepEqual(watch(Number.POSITIVE_INFINITY).said, []);
  const need = 'few: limits.tunnels of 1000 needs 2256 file descriptors, with one connection to a service each';
  assert.deepEqual(watch(2255).said, [
    `${need}, and this process may have 2255: raise it (ulimit -n, LimitNOFILE) or lower limits.tunnels`,
  ]);
  assert.deepEqual(watch(undefined).said, [`${need}; how many this process may have cannot be known here`]);
});

test('That none is left is told once a minute while it lasts, and anew after it has passed', async () => {
  let left = true;
  const { time, said, close } = watch(4096, () => left);
  const lines: number[] = [];
  for (let look = 1; look <= 15; look += 1) {
    if (look === 2) left = false;
    if (look === 12) left = true;
    if (look === 14) left = false;
    await time.advanceTo(look * 10_001);
    await new Promise((resolve) => setImmediate(resolve));
    lines.push(said.length);
  }
  assert.deepEqual(lines, [0, 1, 1, 1, 1, 1, 1, 2, 2, 2, 2, 2, 2, 3, 3]);
  assert.match(said[0] ?? '', /^none: all 4096 file descriptors are in use: newcomers are closed unanswered/);
  close();
});

test('This process knows its own limit', async () => {
  assert.ok((descriptorLimit() ?? 0) > 100);
  assert.equal(await isDescriptorLeft(), true);
});
