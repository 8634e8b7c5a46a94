// Inputs of closing.json and slots.json: the end of a tunnel (SPEC.md section 12) and slots without periods (8.5).
import type { EventList } from './list-event.ts';
import {
  end,
  type Input,
  idleCloud,
  idleDevice,
  list,
  look,
  periodStart,
  readData,
  virtual,
  write,
} from './written-list.ts';

const close = (at: number): Input => [at, 'close'];
const goaway = (at: number): Input => [at, 'read-goaway', { last_stream: 1 }];

export const closingLists: readonly EventList[] = [
  list('a close while idle: GOAWAY in an unconditional run, the end with it', '12.1', 'device', [
    ...idleDevice,
    close(2000.5),
    look(2100),
    end(3500),
  ]),
  list('a close in the rest waits for its end', '12.1', 'cloud', [...idleCloud, close(1100.5), end(3000)]),
  list('a close in a run prolongs it by a period, whatever the demand', '12.1', 'device', [
    ...idleDevice,
    write(2000.5, 20),
    close(2250.5),
    end(4500),
  ]),
  list('a close before the first slot of a period ends with it', '12.1', 'device', [
    ...idleDevice,
    virtual(2000.5, 1900),
    close(2950.5),
    end(5000),
  ]),
  list('a close behind the last slot takes a run of its own', '12.1', 'device', [
    ...idleDevice,
    write(2000.5, 20),
    close(2950.5),
    end(5000),
  ]),
  list('a close just before a slot: GOAWAY leaves in it', '8.6, 12.1', 'cloud', [
    ...idleCloud,
    close(350.5),
    end(2500),
  ]),
  list('a skipped first slot: the end is not later', '12.1', 'device', [
    ...idleDevice,
    close(2000.5),
    [2001.5, 'blocked'],
    [2150.5, 'unblocked'],
    end(3500),
  ]),
  list(
    'queued bytes do not delay the end',
    '12.1',
    'device',
    [...idleDevice, write(2000.5, 9000), close(2250.5), end(4500)],
    { stream_window: 300 },
  ),
  list('after a GOAWAY demand prolongs no run', '12.1', 'cloud', [
    ...idleCloud,
    periodStart(2000.5, 2, 1),
    readData(2000.5, 20, 1),
    goaway(2700.5),
    end(3600),
  ]),
  list('after a GOAWAY demand begins no run', '12.1', 'device', [
    ...idleDevice,
    periodStart(1500.5, 2, 1),
    goaway(1500.5),
    virtual(2450.5, 1000),
    end(4500),
  ]),
  list('the period that a closing peer announced runs', '12.1', 'cloud', [
    ...idleCloud,
    goaway(300.5),
    periodStart(900.5, 2, 2),
    end(2600),
  ]),
];

const ilp = { mode: 'ILP', up: 33.34, down: 70, background: 0, background_size: 0, lead: 0, hold: 0, rest: 0 } as const;

export const slotLists: readonly EventList[] = [
  list(
    'ILP: deadlines are kept exactly, frames leave in whole ticks',
    '8.5',
    'device',
    [[20.3, 'begin'], end(700)],
    ilp,
  ),
  list(
    'ILP: payload rides in slots and changes none',
    '8.5, 8.6',
    'device',
    [[20.3, 'begin'], [30.5, 'open', { stream: 1, service: 'mqtt' }], write(60.2, 600), write(155.2, 20), end(400)],
    ilp,
  ),
  list(
    'ILP: PeriodStart and Demand are ignored',
    '8.5',
    'cloud',
    [[0, 'begin'], periodStart(41, 5, 1), [60.5, 'read-demand', { remaining: 5000 }], end(500)],
    ilp,
  ),
  list(
    'ILP: skipped slots, and several overdue',
    '2.6, 8.4',
    'device',
    [[20.3, 'begin'], [60.5, 'blocked'], [130.5, 'unblocked'], [200.5, 'stopped', { until: 290 }], end(500)],
    ilp,
  ),
  list('ILP: the end of a closing takes a slot’s place', '12.1', 'cloud', [[0, 'begin'], close(200.5), end(2000)], ilp),
];
