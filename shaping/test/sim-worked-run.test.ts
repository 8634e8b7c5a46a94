// The worked run of SPEC.md section 9.8, line by line, by the two ends of the product.
import assert from 'node:assert/strict';
import { it } from 'node:test';
import { ListedCover } from '../sim/activities.ts';
import { Delay } from '../sim/delay.ts';
import { simulatedParameters } from '../sim/parameters.ts';
import { PAYLOAD } from '../sim/pipe.ts';
import { ScheduleLog } from '../sim/schedule-log.ts';
import type { PayloadCarrier, SimulatedEnd } from '../sim/simulated-end.ts';
import { type OutsideEvents, Simulation } from '../sim/simulation.ts';
import { seededRandom } from '../src/index.ts';

/** One write of 60 bytes at the device. */
class OneWrite implements OutsideEvents, PayloadCarrier {
  nextMs = 6000.3;
  #queued = false;

  act({ device }: Simulation): void {
    this.#queued = true;
    device.shaper.activity(this.nextMs);
    device.shaper.setPayloadQueued(true, this.nextMs);
    device.prepare(this.nextMs);
    this.nextMs = Number.POSITIVE_INFINITY;
  }

  leave(end: SimulatedEnd, tickMs: number): void {
    if (!this.#queued || end.role !== 'device') return;
    this.#queued = false;
    end.outgoing.carry(PAYLOAD, 60, 0);
    end.shaper.activity(tickMs);
    end.shaper.setPayloadQueued(false, tickMs);
  }

  arrive(end: SimulatedEnd, _bytes: number, _tag: number, nowMs: number): void {
    end.shaper.activity(nowMs);
  }
}

it('a real and a virtual activity give the periods, positions and background slots of the worked run', () => {
  const write = new OneWrite();
  const log = new ScheduleLog();
  const delay = (): Delay => new Delay({ baseMs: 20, jitterMs: 0 }, seededRandom(1));
  const simulation = new Simulation({
    parameters: simulatedParameters(),
    covers: {
      device: new ListedCover([], 'device'),
      cloud: new ListedCover([{ atMs: 9999.5, role: 'cloud', demandMs: 6000, real: false }], 'cloud'),
    },
    delays: { device: delay(), cloud: delay() },
    observer: log,
    payload: write,
    outside: write,
    startMs: { device: 20, cloud: 0 },
  });
  const demand = (): number[] => [simulation.device, simulation.cloud].map(({ shaper }) => shaper.clock.demandUntilMs);
  const rests = (): number[] => [simulation.device, simulation.cloud].map(({ shaper }) => shaper.clock.restUntilMs);

  simulation.runUntil(5900);
  assert.deepEqual(rests(), [5221, 5751]);
  assert.deepEqual([simulation.device.shaper.nextSlotMs, simulation.cloud.shaper.nextSlotMs], [6921, 7001]);
  simulation.runUntil(6001);
  assert.equal(demand()[0], 9000.3);
  simulation.runUntil(6022);
  assert.deepEqual(demand(), [9002, 9022]);
  simulation.runUntil(10_000);
  assert.equal(demand()[1], 15_999.5);
  simulation.runUntil(10_052);
  // Remaining times are rounded to ms: 5,967.5 rides as 5,968.
  assert.deepEqual(demand(), [10_052 + 5968, 15_999.5]);
  simulation.runUntil(28_000);
  assert.deepEqual(rests(), [26_202, 26_732]);

  const periods = (role: 'device' | 'cloud') =>
    log[role].periods.map(({ number, startMs, position, led }) => [number, startMs, position, led]);
  assert.deepEqual(periods('device'), [
    [1, 21, 1, true],
    [2, 6002, 1, true],
    [3, 11_002, 2, true],
    [4, 16_002, 3, true],
    [5, 21_002, 4, true],
  ]);
  assert.deepEqual(periods('cloud'), [
    [1, 51, 1, false],
    [2, 6032, 1, false],
    [3, 11_032, 2, false],
    [4, 16_032, 3, false],
    [5, 21_032, 4, false],
  ]);
  assert.deepEqual([log.device.background, log.cloud.background], [[27_902], [27_982]]);
});
