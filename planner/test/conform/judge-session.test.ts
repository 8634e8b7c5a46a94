import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import { offGrid } from '../../src/conform/judge-session.ts';

const off = (times: readonly number[]) => offGrid(times, 100).filter((ms) => Math.abs(ms) > 20).length;

suite('slots of a device, as the cloud sees them', () => {
  test('a frame that was held back is one frame off, not two', () => {
    assert.equal(off([7, 107, 207, 380, 407, 507, 607]), 1);
    assert.equal(off([60, 107, 207, 307, 407, 507]), 1);
  });

  test('another distance leaves the grid, and so do slots at random', () => {
    assert.ok(off(Array.from({ length: 12 }, (_, at) => at * 110)) > 6);
    assert.ok(off([0, 60, 190, 330, 400, 540, 610, 650]) > 3);
  });
});
