// Inputs of clock.json: the period clock, the demand that virtual activities open, and what lateness does to both
// (SPEC.md sections 8, 9 and 10).
import type { EventList } from './list-event.ts';
import {
  end,
  idleCloud,
  idleDevice,
  list,
  look,
  periodStart,
  readData,
  readDemand,
  usual,
  virtual,
  write,
} from './written-list.ts';

/** The worked run of section 9.8, each end's view. */
const worked: readonly EventList[] = [
  list(
    'the worked run, device',
    '9.8',
    'device',
    [
      [20, 'begin'],
      periodStart(71, 1, 1),
      [100.5, 'open', { stream: 1, service: 'mqtt' }],
      look(5900),
      write(6000.3, 60),
      look(6001),
      look(6002),
      periodStart(6052, 2, 1),
      readDemand(10_052, 5968),
      look(10_052),
      periodStart(10_602, 3, 2),
      periodStart(11_052, 3, 2),
      periodStart(15_602, 4, 3),
      periodStart(16_052, 4, 3),
      periodStart(20_602, 5, 4),
      periodStart(21_052, 5, 4),
      look(26_100),
      end(28_000),
    ],
    usual,
  ),
  list(
    'the worked run, cloud',
    '9.8',
    'cloud',
    [
      [0, 'begin'],
      periodStart(41, 1, 1),
      [141, 'read-open', { stream: 1, service: 'mqtt' }],
      look(5900),
      periodStart(6022, 2, 1),
      readData(6022, 60, 1),
      look(6022),
      virtual(9999.5, 6000),
      look(10_000),
      periodStart(10_622, 3, 2),
      periodStart(11_022, 3, 2),
      periodStart(15_622, 4, 3),
      periodStart(16_022, 4, 3),
      periodStart(20_622, 5, 4),
      periodStart(21_022, 5, 4),
      look(26_100),
      end(28_000),
    ],
    usual,
  ),
];

const starts: readonly EventList[] = [
  list('the first run, at a fraction of a tick', '8.2, 9.7', 'device', [[20.3, 'begin'], look(1500), end(2700)]),
  list('no first run for the cloud', '8.2', 'cloud', [[0.4, 'begin'], end(2500)]),
  list('a follower reads at a fraction of a tick', '9.5', 'cloud', [
    [0, 'begin'],
    periodStart(41.3, 1, 1),
    look(41.3),
    end(500),
  ]),
  list('a write while idle starts a run with the next tick', '8.7, 9.5', 'device', [
    ...idleDevice,
    write(2000.2, 20),
    look(2001),
    end(3300),
  ]),
  list('a write just before a background slot starts its run, and the slot does not come', '8.3, 8.6', 'device', [
    ...idleDevice,
    write(1720.4, 20),
    end(1900),
  ]),
  list('both ends start', '9.5', 'device', [...idleDevice, write(2000.5, 20), periodStart(2010.5, 2, 1), end(3500)]),
  list('both ends start, the cloud’s view', '9.5', 'cloud', [
    ...idleCloud,
    virtual(2000.2, 700),
    periodStart(2012.5, 2, 1),
    end(4000),
  ]),
  list('a virtual activity starts a run and says what remains', '9.3', 'device', [
    ...idleDevice,
    virtual(2000.5, 1900),
    look(2001),
    end(5500),
  ]),
];

const rests: readonly EventList[] = [
  list('demand in a leader’s rest waits for its end', '9.5', 'device', [
    ...idleDevice,
    write(1100.5, 20),
    look(1200),
    end(2500),
  ]),
  list('demand in a follower’s rest waits for its end', '9.5', 'cloud', [
    ...idleCloud,
    virtual(1100.5, 900),
    look(1200),
    end(2800),
  ]),
  list('a rest does not delay a follower', '9.5', 'device', [...idleDevice, periodStart(1050.5, 2, 1), end(2300)]),
  list('stale demand: what ends within the rest starts nothing', '9.5', 'device', [
    ...idleDevice,
    readDemand(1050.5, 100),
    look(1150.5),
    end(2600),
  ]),
  list('demand that ends with the rest starts nothing', '9.2, 9.5', 'device', [
    ...idleDevice,
    readDemand(1021.5, 199),
    end(2600),
  ]),
  list('demand that ends in the tick after the rest starts a run', '9.2, 9.5', 'device', [
    ...idleDevice,
    readDemand(1021.5, 200),
    end(2600),
  ]),
];

/** Period 2 of the device runs from 2,002 to 3,002 and decides at 2,752. */
const announced: readonly EventList[] = [
  list('demand at the decision: announced in the slot after it, no gap', '9.5', 'device', [
    ...idleDevice,
    write(2000.5, 20),
    write(2700.5, 20),
    look(2751),
    look(2752),
    end(4300),
  ]),
  list(
    'a decision in the tick of a slot is told in the next slot',
    '8.6, 9.5',
    'device',
    [...idleDevice, virtual(2050.5, 900), end(4300)],
    { lead: 200 },
  ),
  list('the peer announced before the decision: this end announces nothing', '9.5', 'device', [
    ...idleDevice,
    write(2000.5, 20),
    periodStart(2600.5, 3, 2),
    write(2700.5, 20),
    end(4200),
  ]),
  list('the peer announces after the decision, in the last millisecond', '9.5', 'device', [
    ...idleDevice,
    write(2000.5, 20),
    periodStart(3001.5, 3, 2),
    end(4200),
  ]),
  list('the peer’s announcement is read at the very end: the tick comes first, then it is followed', '9.5', 'device', [
    ...idleDevice,
    write(2000.5, 20),
    periodStart(3002, 3, 2),
    end(4300),
  ]),
  list('the peer’s announcement is read just after the end', '9.5', 'device', [
    ...idleDevice,
    write(2000.5, 20),
    periodStart(3002.5, 3, 2),
    end(4300),
  ]),
  list('demand that comes after the decision goes on in a new run', '9.5', 'device', [
    ...idleDevice,
    write(2000.5, 20),
    write(2800.5, 20),
    look(3100),
    end(4600),
  ]),
  list('a run of three goes on to four without demand', '9.5', 'device', [
    ...idleDevice,
    virtual(2000.5, 1900),
    end(6500),
  ]),
  list('the peer’s position counts when it is larger', '9.5, 9.6', 'device', [
    ...idleDevice,
    write(2000.5, 20),
    periodStart(2300.5, 2, 2),
    periodStart(2600.5, 3, 3),
    look(2700),
    end(5500),
  ]),
  list(
    'a run ends at M, whatever the demand, and the next begins after the rest',
    '9.5',
    'device',
    [...idleDevice, virtual(2000.5, 3600), end(6400)],
    { longest_run: 2 },
  ),
];

const ahead: readonly EventList[] = [
  list('numbers that a stall brings together run in their order', '9.6', 'cloud', [
    ...idleCloud,
    periodStart(2000.5, 2, 1),
    periodStart(2001.5, 3, 2),
    periodStart(2001.5, 4, 3),
    look(2002),
    end(5600),
  ]),
  list('more than eight numbers ahead', '9.6', 'cloud', [
    ...idleCloud,
    ...Array.from({ length: 10 }, (_, n) => periodStart(2000.5 + n, n + 2, n + 1)),
    end(3000),
  ]),
  list('a number that skips one', '9.5', 'cloud', [...idleCloud, periodStart(2000.5, 3, 1), end(3000)]),
  list('a position above its number', '9.5', 'cloud', [...idleCloud, periodStart(2000.5, 2, 3), end(3000)]),
];

const cover: readonly EventList[] = [
  list('a virtual activity in a run is told in the next slot', '9.3', 'cloud', [
    ...idleCloud,
    virtual(325.5, 1200),
    look(326),
    end(3000),
  ]),
  list('one that arrives in the last millisecond before a slot is told in the slot after it', '8.6, 9.3', 'cloud', [
    ...idleCloud,
    virtual(350.5, 1200),
    end(3000),
  ]),
  list('two before one slot: the later end', '9.3', 'cloud', [
    ...idleCloud,
    virtual(310.5, 1500),
    virtual(330.5, 600),
    end(3000),
  ]),
  list('in a rest: told in the first frame of the run that follows', '9.3', 'cloud', [
    ...idleCloud,
    virtual(1200.5, 1000),
    end(3500),
  ]),
  list('behind the last slot of a period: told after the rest', '9.3', 'device', [
    ...idleDevice,
    virtual(975.5, 900),
    end(3300),
  ]),
  list('halves are rounded up', '9.3', 'device', [...idleDevice, virtual(400.5, 700), end(3300)]),
];

const late: readonly EventList[] = [
  list('a skipped first slot: PeriodStart leaves in the next', '2.6, 9.4', 'device', [
    ...idleDevice,
    write(2000.5, 20),
    [2001.5, 'blocked'],
    [2110.5, 'unblocked'],
    look(2210),
    end(3500),
  ]),
  list('a skipped Demand leaves unchanged, and demand counts from there', '2.6, 9.3', 'device', [
    ...idleDevice,
    virtual(2000.5, 620),
    [2001.5, 'blocked'],
    [2250.5, 'unblocked'],
    look(2310),
    end(4500),
  ]),
  list('skipped slots are not made up for', '2.6, 8.4', 'device', [
    ...idleDevice,
    [300.5, 'blocked'],
    [610.5, 'unblocked'],
    end(1200),
  ]),
  list('of several overdue slots one frame leaves, with the deadline of the last', '8.4', 'device', [
    ...idleDevice,
    write(2000.5, 20),
    write(2110.5, 20),
    [2150.5, 'stopped', { until: 2430 }],
    look(2440),
    end(3500),
  ]),
  list('too late to announce: the run ends', '9.5', 'device', [
    ...idleDevice,
    write(2000.5, 20),
    write(2700.5, 20),
    [2740.5, 'stopped', { until: 3050 }],
    look(3060),
    end(4700),
  ]),
  list('late for the decision, not for the end: announced', '9.5', 'device', [
    ...idleDevice,
    write(2000.5, 20),
    write(2700.5, 20),
    [2740.5, 'stopped', { until: 2890 }],
    end(4300),
  ]),
  list('late in the background: one frame, then the slots that would have come', '8.3', 'cloud', [
    ...idleCloud,
    [1700.5, 'stopped', { until: 3500 }],
    end(5100),
  ]),
];

const fractions: readonly EventList[] = [
  list('slots at a distance of 1,000 / 30', '8.4', 'device', [...idleDevice, virtual(2000.5, 700), end(4600)], {
    up: 1000 / 30,
  }),
];

export const clockLists: readonly EventList[] = [
  ...worked,
  ...starts,
  ...rests,
  ...announced,
  ...ahead,
  ...cover,
  ...late,
  ...fractions,
];
