import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { carriedPerSecond, mostBytesWithin, worstTransferMs, worstWaitMs } from '../../src/formula/capacity.ts';

const slots = { intervalMs: 100, payloadBytes: 900 };
const runs = { periodMs: 5000, leadMs: 500, restMs: 200, longestRun: 2 };

// Against whole tunnels: e2e/test/capacity.test.ts.
describe('what slots carry', () => {
  it('is the payload of a frame for each interval', () => {
    assert.equal(carriedPerSecond(slots), 9000);
  });

  it('waits for an interval, and in runs for rest, lead and start besides', () => {
    assert.equal(worstWaitMs(slots, undefined), 100);
    assert.equal(worstWaitMs(slots, runs), 100 + 200 + 500 + 2);
    assert.equal(worstTransferMs(1, slots, undefined), 100);
    assert.equal(worstTransferMs(900, slots, runs), worstWaitMs(slots, runs));
    assert.equal(worstTransferMs(901, slots, runs), worstWaitMs(slots, runs) + 100);
  });

  it('rests after each of the longest runs', () => {
    const full = 900 * 100;
    assert.equal(worstTransferMs(full, slots, runs), 802 + 99 * 100);
    assert.equal(worstTransferMs(full + 1, slots, runs), 802 + 100 * 100 + 702);
    assert.equal(worstTransferMs(2 * full + 1, slots, runs), 802 + 200 * 100 + 2 * 702);
    assert.equal(worstTransferMs(2 * full + 1, slots, undefined), 100 + 200 * 100);
  });

  it('has a largest message for a time: that one has left by then, and one byte more has not', () => {
    for (const pauses of [undefined, runs]) {
      for (const withinMs of [802, 850, 1000, 5000, 10_702, 10_801, 11_404, 11_504, 60_000]) {
        const most = mostBytesWithin(withinMs, slots, pauses);
        assert.ok(worstTransferMs(most, slots, pauses) <= withinMs, `${most} within ${withinMs}`);
        assert.ok(worstTransferMs(most + 1, slots, pauses) > withinMs, `${most} + 1 within ${withinMs}`);
      }
    }
    assert.equal(mostBytesWithin(801, slots, runs), 0);
  });
});
