// Leaks that are planted under real TLS sockets and must show in a capture: those that only the wire can show, and for each
// invariant one that has a test in memory, too.
import type { Mutant, WireTest } from '../mutant.ts';
import { coverLeaks } from './cover-leaks.ts';
import { payloadLeaks } from './payload-leaks.ts';
import { periodLeaks } from './period-leaks.ts';
import { slotLeaks } from './slot-leaks.ts';

const inMemory = [...slotLeaks, ...periodLeaks, ...coverLeaks, ...payloadLeaks];

function wire(name: string, fault: RegExp, flags: readonly string[] = []): WireTest {
  return { kind: 'wire', name, flags, fault };
}

/** A leak that a test in memory catches, before the case that looks at real sockets. */
function onTheWire(name: string, caughtBy: WireTest): Mutant {
  const leak = inMemory.find((entry) => entry.name === name);
  if (leak === undefined) throw new RangeError(`no leak ${name}`);
  return { ...leak, name: `${name}-on-the-wire`, caughtBy };
}

const lengths = wire('records', /lengths [\d, ]+, allowed one/, ['--connections', '12', '--frames', '20']);
const microseconds: WireTest = {
  ...wire('deadlines', /frames without and with payload differ/, ['--connections', '0']),
  alone: true,
};

export const wireLeaks: readonly Mutant[] = [
  {
    name: 'real-background-frames-one-byte-longer',
    about: 'invariant 1: a background frame that carries something is a byte longer than cover',
    file: 'tunnel/src/outbox.ts',
    edits: [
      {
        // Those of a period have the largest size that the parameters give: receivers refuse what is above it.
        find: 'if (next.size < size) this.#options.pool.extend(next, size);',
        replace: 'if (next.size < size || size < 1000) this.#options.pool.extend(next, size < 1000 ? size + 1 : size);',
      },
    ],
    caughtBy: lengths,
  },
  {
    name: 'bootstrap-of-another-size-for-one-fleet',
    about: 'invariant 1: the answer to the proof of a fleet with a long name comes in records of other sizes',
    file: 'tunnel/src/establish.ts',
    edits: [
      {
        find: 'if (send !== undefined) this.#options.channel.write(send);',
        replace: `const isLong = session !== undefined && session.fleet.length > 20;
    if (send !== undefined) this.#options.channel.write(isLong ? send.subarray(0, 500) : send);
    if (send !== undefined && isLong) this.#options.channel.write(send.subarray(500));`,
      },
    ],
    caughtBy: wire('bootstrap', /\d+ records of 512 bytes, allowed 2/),
  },
  {
    name: 'frame-written-in-two-parts',
    about: 'invariant 2: a frame that carries something leaves as two records in one turn',
    file: 'tunnel/src/tls-channel.ts',
    edits: [
      {
        find: 'this.#socket.write(frame);',
        replace: `const isCover = frame[2] === 0 || (frame[2] ?? 0) >= 0x20;
      if (!isCover) this.#socket.write(frame.subarray(0, 5));
    this.#socket.write(isCover ? frame : frame.subarray(5));`,
      },
    ],
    caughtBy: lengths,
  },
  onTheWire('every-second-cover-slot-stays-empty', wire('full-period', /no frame in slot \d+ of a run/)),
  onTheWire('catching-up-in-ilp', wire('one-write', /\d+ frames in the \d+ slots after a stall/)),
  {
    name: 'real-frames-100-us-later',
    about: 'invariant 3: a frame that carries something is written 100 µs after its slot',
    file: 'tunnel/src/tunnel.ts',
    edits: [
      {
        find: 'const frame = this.#outbox.take(size);',
        replace: `const frame = this.#outbox.take(size);
    const untilMs = this.#runtime.clock.now() + (frame === undefined ? 0 : 0.1);
    while (this.#runtime.clock.now() < untilMs);`,
      },
    ],
    caughtBy: microseconds,
  },
  onTheWire('quiet-bytes-leave-at-once', wire('nothing-outside', /a background frame \d+ ms before its slot/)),
  onTheWire('period-ends-early-on-an-empty-queue', wire('full-period', /a run of \d+ slots, allowed/)),
  onTheWire(
    'period-start-only-for-payload',
    wire('initiator', /has none in the other direction|activities began no run at once/),
  ),
  onTheWire('cover-only-while-idle', wire('flip', /has \d+ periods, expected|is missing/)),
  onTheWire('cover-from-one-end-only', wire('initiator', /only \d+ runs by cover from down/)),
  onTheWire('follower-2-ms-slower-on-cover', {
    ...wire('follower', /lags of the (cloud|device) after cover and after payload differ/),
    alone: true,
  }),
  onTheWire(
    'activity-decided-by-the-next-background-slot',
    wire('background', /\d+ of \d+ activities started no run within/),
  ),
  {
    name: 'reading-paused-while-a-program-does-not-read',
    about: 'invariant 10: a device whose program is slow does not read its socket, and the TCP window shrinks',
    file: 'device/src/dial.ts',
    edits: [
      {
        find: 'tunnel.onClose = attempt.onClose;',
        replace: `tunnel.onClose = attempt.onClose;
    const open = tunnel.open.bind(tunnel);
    tunnel.open = (...which) => {
      const stream = open(...which);
      const watch = setInterval(() => {
        if (socket.destroyed) clearInterval(watch);
        else if (stream.readableLength > 16_384) socket._handle.readStop();
        else socket._handle.readStart();
      }, 5);
      return stream;
    };`,
      },
    ],
    caughtBy: wire('backpressure', /bytes lay unread in a tunnel's socket/),
  },
  onTheWire('first-period-only-for-payload', wire('connect', /\(empty\): the session does not begin with a run/)),
  onTheWire('closing-as-soon-as-the-queue-is-empty', wire('close', /^close: closed by the (device|cloud): idle-empty/)),
  onTheWire('reconnects-without-jitter', wire('reconnect', /waits are not even/)),
];
