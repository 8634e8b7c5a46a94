// Leaks in what counts as an activity, and in back-pressure (invariants 9 and 10).
import { type Mutant, named } from '../mutant.ts';

const schedule = 'tunnel/test/schedule.test.ts';
const slowReader = named(
  schedule,
  'payload that credit does not let leave holds no demand: a slow reader lengthens no run',
);
const touchActive = 'if (active) this.#shaper.activity(this.#runtime.clock.now());\n    this.#touched';

export const payloadLeaks: readonly Mutant[] = [
  {
    name: 'activity-decided-by-the-next-background-slot',
    about: 'invariant 9: payload that comes just before a background slot rides in it and starts nothing',
    file: 'tunnel/src/tunnel.ts',
    edits: [
      {
        find: touchActive,
        replace: `const isNear = !this.#shaper.running && this.#shaper.nextSlotMs - this.#runtime.clock.now() < 100;
    if (active && !isNear) this.#shaper.activity(this.#runtime.clock.now());
    this.#touched`,
      },
      {
        find: 'this.#shaper.setPayloadQueued(this.#outbox.holdsActivity || this.#streams.activeSendable, nowMs, nowMs + waitMs);',
        replace: `const isNear = !this.#shaper.running && this.#shaper.nextSlotMs - nowMs < 100;
    const queued = !isNear && (this.#outbox.holdsActivity || this.#streams.activeSendable);
    this.#shaper.setPayloadQueued(queued, nowMs, nowMs + waitMs);`,
      },
      {
        find: 'if (frame.active) this.#shaper.activity(this.#shaper.slotMs);',
        replace: 'if (frame.active && this.#shaper.running) this.#shaper.activity(this.#shaper.slotMs);',
      },
      {
        // Background frames take it as those of periods do.
        find: '// The first run after connecting does not depend on anything (invariant 11); the device starts it.',
        replace: `for (const name of ['nextInPeriod', 'inPeriod'])
      Object.defineProperty(this.#shaper, name, { get: () => true });`,
      },
    ],
    caughtBy: named(schedule, 'what is an activity does not depend on how near the next background slot is'),
  },
  {
    name: 'activity-decided-by-what-slots-left-over',
    about: 'invariant 9: bytes that a slot has drained do not count any more',
    file: 'tunnel/src/send-half.ts',
    edits: [
      {
        find: 'if (!this.#detector.add(chunk.length, nowMs)) return false;',
        replace: 'if (this.#queued <= 4) return this.#detector.add(0, nowMs);',
      },
    ],
    caughtBy: named(
      schedule,
      'bytes count together within the window and not beyond it, whatever slots lie between them',
    ),
  },
  {
    name: 'receiver-judges-by-what-a-slot-joined',
    about: 'invariant 9: quiet bytes that met in one frame make the receiver act',
    file: 'tunnel/src/inbound.ts',
    edits: [
      {
        find: 'if (active) this.#options.shaper.activity(this.readMs);',
        replace: `this.#joined = (this.readMs === this.#joinedMs ? this.#joined : 0) + data.length;
    this.#joinedMs = this.readMs;
    if (this.#joined > this.#options.parameters.quietBytes) this.#options.shaper.activity(this.readMs);`,
      },
      {
        find: 'readonly #backgroundSize: number;',
        replace: 'readonly #backgroundSize;\n  #joined = 0;\n  #joinedMs = 0;',
      },
    ],
    caughtBy: named(schedule, 'quiet bytes that one slot joins do not make the other side act'),
  },
  {
    name: 'background-counted-from-the-last-payload',
    about: 'invariant 9: the first background slot after a run tells when its payload ended',
    file: 'shaping/src/stp-shaper.ts',
    edits: [
      {
        find: 'this.#backgroundNextMs = dueMs - this.#distanceMs + this.#backgroundMs;',
        replace: `{
      const payloadMs = this.#clock.demandUntilMs - this.#holdMs;
      this.#backgroundNextMs = Math.max(payloadMs, dueMs - 10 * this.#distanceMs) + this.#backgroundMs;
    }`,
      },
    ],
    caughtBy: named(
      'shaping/test/stp-shaper.test.ts',
      'background slots follow each other by β, counted from the last slot of a run',
    ),
  },
  {
    name: 'payload-without-stream-credit-holds-demand',
    about: 'invariant 10: a slow reader of one stream at the far end keeps a run going',
    file: 'tunnel/src/send-half.ts',
    edits: [
      {
        find: 'return this.#queued > 0 && this.#activeUpTo > this.#sent && this.#creditMax > this.#sent;',
        replace: 'return this.#queued > 0 && this.#activeUpTo > this.#sent;',
      },
    ],
    caughtBy: slowReader,
  },
  {
    name: 'payload-without-tunnel-credit-holds-demand',
    about: 'invariant 10: slow readers of all streams at the far end keep a run going',
    file: 'tunnel/src/stream-table.ts',
    edits: [{ find: 'if (this.#credit.left === 0) return false;', replace: '' }],
    caughtBy: slowReader,
  },
  {
    name: 'reading-paused-while-a-write-waits',
    about: 'invariant 10: the socket is not read while its own queue is full, and the TCP window shrinks',
    file: 'tunnel/src/tls-channel.ts',
    edits: [
      {
        find: 'readIntoSharedBuffer(socket, (chunk) => this.onRead(chunk));',
        replace: `socket.on('data', (chunk) => {
    this.onRead(chunk);
    if (socket.writableLength === 0) return;
    socket.pause();
    socket.once('drain', () => socket.resume());
  });`,
      },
    ],
    caughtBy: named('tunnel/test/tls-channel.test.ts', 'reading goes on while a write cannot leave'),
  },
];
