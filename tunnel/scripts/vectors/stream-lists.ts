// Inputs of streams.json: what real activities do to the clock, credit, and the ends of streams (SPEC.md sections 9.3 and 11).
import type { EventList } from './list-event.ts';
import { end, type Input, idleCloud, idleDevice, list, look, periodStart, readData, write } from './written-list.ts';

const streamCredit = (at: number, offset: number): Input => [at, 'read-stream-credit', { stream: 1, offset }];
const tunnelCredit = (at: number, offset: number): Input => [at, 'read-tunnel-credit', { offset }];
const take = (at: number, bytes: number): Input => [at, 'take', { stream: 1, bytes }];

const activities: readonly EventList[] = [
  list('quiet bytes ride in the background and start nothing', '9.3', 'device', [
    ...idleDevice,
    write(1800.5, 4),
    end(3500),
  ]),
  list('quiet bytes that wait for a slot belong to the activity that follows them', '9.3', 'device', [
    ...idleDevice,
    write(1800.5, 3),
    write(1900.5, 3),
    look(1901),
    end(3200),
  ]),
  list('bytes that a slot took still count within the window', '9.3', 'device', [
    ...idleDevice,
    write(1710.5, 3),
    write(1800.5, 3),
    end(3200),
  ]),
  list('bytes as old as the window count no more', '9.3', 'device', [
    ...idleDevice,
    write(1800.5, 3),
    write(2400.5, 3),
    end(3500),
  ]),
  list('bytes of the last millisecond before a slot take the next', '8.6', 'device', [
    ...idleDevice,
    write(2000.5, 20),
    write(2200.5, 20),
    write(2301.5, 20),
    look(2402),
    end(3700),
  ]),
  list('ACTIVE is read: demand opens, whatever the bytes', '9.3', 'cloud', [
    ...idleCloud,
    readData(441, 1, 1),
    look(442),
    end(2600),
  ]),
  list('bytes without ACTIVE open nothing, however many', '9.3', 'cloud', [
    ...idleCloud,
    readData(741, 300, 0),
    end(2600),
  ]),
  list('a write of several frames: demand counts from the slot of the last', '9.3', 'device', [
    ...idleDevice,
    write(2150.5, 1500),
    look(2152),
    look(2600),
    end(4700),
  ]),
];

const credit: readonly EventList[] = [
  list(
    'bytes beyond credit hold no demand',
    '9.3, 11.2',
    'device',
    [...idleDevice, write(2000.5, 1000), look(2500), end(4000)],
    { stream_window: 300 },
  ),
  list(
    'credit in a run opens demand at once',
    '9.3, 11.2',
    'device',
    [...idleDevice, write(2000.5, 700), streamCredit(2720.5, 600), end(5000)],
    { stream_window: 300 },
  ),
  list(
    'credit while idle: the run waits, and background frames carry nothing of it',
    '8.3, 9.3',
    'device',
    [
      ...idleDevice,
      write(2000.5, 700),
      [3600.5, 'draw', { u: 0.5 }],
      streamCredit(3600.5, 10_000),
      look(3700),
      end(5500),
    ],
    { stream_window: 300 },
  ),
  list(
    'without credit nothing opens; quiet bytes in front of an activity open its demand when credit comes for them',
    '9.3',
    'device',
    [
      ...idleDevice,
      write(2000.5, 300),
      write(3300.5, 3),
      write(3400.5, 20),
      [3600.5, 'draw', { u: 0.25 }],
      streamCredit(3600.5, 302),
      end(5500),
    ],
    { stream_window: 300 },
  ),
  list(
    'other demand ends the wait',
    '9.3',
    'device',
    [
      ...idleDevice,
      [150.5, 'open', { stream: 2, service: 'http' }],
      write(2000.5, 500),
      [3600.5, 'draw', { u: 0.9 }],
      streamCredit(3600.5, 10_000),
      write(3750.5, 20, 2),
      end(5500),
    ],
    { stream_window: 300 },
  ),
  list(
    'quiet bytes of another stream ride in the background meanwhile',
    '8.3, 9.3',
    'device',
    [
      ...idleDevice,
      [150.5, 'open', { stream: 2, service: 'http' }],
      write(2000.5, 700),
      [3600.5, 'draw', { u: 0.9 }],
      streamCredit(3600.5, 10_000),
      write(3620.5, 3),
      write(3630.5, 2, 2),
      end(5500),
    ],
    { stream_window: 300 },
  ),
  list(
    'the tunnel’s credit counts for all streams',
    '11.2',
    'device',
    [
      ...idleDevice,
      [150.5, 'open', { stream: 2, service: 'http' }],
      write(2000.5, 200),
      write(2120.5, 200, 2),
      look(2600),
      tunnelCredit(2710.5, 1000),
      end(4600),
    ],
    { tunnel_window: 300 },
  ),
  list(
    'lower credit than before is ignored',
    '4.3, 4.4',
    'device',
    [...idleDevice, streamCredit(1500.5, 100), tunnelCredit(1500.5, 100), write(2000.5, 250), end(3200)],
    { stream_window: 300, tunnel_window: 300 },
  ),
  list(
    'bytes that were taken are acknowledged and credited',
    '11.2, 11.3',
    'cloud',
    [...idleCloud, readData(200.5, 300, 0), take(210.5, 100), take(320.5, 200), end(1200)],
    { stream_window: 1000, tunnel_window: 1000 },
  ),
  list(
    'data beyond the stream’s credit',
    '11.2',
    'cloud',
    [...idleCloud, readData(200.5, 300, 0), readData(250.5, 1, 0), end(1200)],
    { stream_window: 300 },
  ),
  list('data beyond the tunnel’s credit', '11.2', 'cloud', [...idleCloud, readData(200.5, 301, 0), end(1200)], {
    tunnel_window: 300,
  }),
];

const ends: readonly EventList[] = [
  list('FIN leaves with the last bytes', '11.4', 'device', [
    ...idleDevice,
    write(2000.5, 20),
    [2000.7, 'finish', { stream: 1 }],
    end(2300),
  ]),
  list('data after FIN', '11.4', 'cloud', [...idleCloud, readData(200.5, 3, 0, 1), readData(250.5, 1, 0), end(1200)]),
  list(
    'bytes and credit of a stream that nobody knows are ignored',
    '11.2, 11.4',
    'cloud',
    [
      ...idleCloud,
      readData(200.5, 100, 0, 0, 9),
      [210.5, 'read-stream-credit', { stream: 9, offset: 99 }],
      [220.5, 'read-ack', { stream: 9, offset: 99 }],
      [230.5, 'read-reset', { stream: 9, code: 1 }],
      end(500),
    ],
    { tunnel_window: 300 },
  ),
  list('an acknowledgement beyond what was sent', '4.5', 'device', [
    ...idleDevice,
    [300.5, 'read-ack', { stream: 1, offset: 1 }],
    end(900),
  ]),
  list('the cloud opens a stream', '11.1', 'device', [
    ...idleDevice,
    [300.5, 'read-open', { stream: 2, service: 'mqtt' }],
    end(900),
  ]),
  list('a stream is opened twice', '11.1', 'cloud', [
    ...idleCloud,
    [300.5, 'read-open', { stream: 1, service: 'mqtt' }],
    end(900),
  ]),
  list('identifiers may come in any order', '11.1', 'cloud', [
    ...idleCloud,
    [300.5, 'read-open', { stream: 65_535, service: 'mqtt' }],
    [301.5, 'read-open', { stream: 7, service: 'mqtt' }],
    end(600),
  ]),
  list(
    'a stream beyond max_streams is reset',
    '11.1',
    'cloud',
    [
      ...idleCloud,
      [300.5, 'read-open', { stream: 2, service: 'mqtt' }],
      [301.5, 'read-open', { stream: 3, service: 'mqtt' }],
      periodStart(400.5, 1, 1),
      end(600),
    ],
    { max_streams: 2 },
  ),
];

export const streamLists: readonly EventList[] = [...activities, ...credit, ...ends];
