// Leaks in when periods begin and end, and in connecting and closing (invariants 5, 7 and 11).
import { type Mutant, named } from '../mutant.ts';

const schedule = 'tunnel/test/schedule.test.ts';
const wholeTunnel = 'tunnel/test/tunnel.test.ts';
const uniform = 'tunnel/test/uniform.test.ts';
const closing = named(wholeTunnel, 'closing takes one period whatever is queued, and tells whether all was delivered');
const runsAreWhole = named(
  schedule,
  'in STP every frame lies on the grid of its run, every period runs to its end, and lengths are powers of two',
);

export const periodLeaks: readonly Mutant[] = [
  {
    name: 'period-ends-early-on-an-empty-queue',
    about: 'invariant 5: the rest of a period is not sent once its payload has left',
    file: 'shaping/src/stp-shaper.ts',
    edits: [
      {
        find: 'this.#clock.payloadQueued = queued;',
        replace: 'this.#clock.payloadQueued = queued;\n    if (!queued) this.#index = this.#slots;',
      },
    ],
    caughtBy: runsAreWhole,
  },
  {
    name: 'run-as-long-as-its-demand',
    about: 'invariant 5: runs have any length, and the length tells how long the activity was',
    file: 'shaping/src/period-clock.ts',
    edits: [
      {
        find: "this.#options.runLengths === 'any' || isPowerOfTwo(this.#inRun);",
        replace: "this.#options.runLengths !== 'powersOfTwo' || isPowerOfTwo(this.#inRun);",
      },
    ],
    caughtBy: runsAreWhole,
  },
  {
    name: 'follower-rests-no-longer-than-the-leader',
    about: 'invariant 7: after a run both ends may show first, as their payload has it',
    file: 'shaping/src/period-clock.ts',
    edits: [{ find: '(this.#led ? 0 : this.#options.leadMs)', replace: '(this.#led ? 0 : 0)' }],
    caughtBy: named('shaping/test/period-clock.test.ts', 'rests g after leading and G more after following'),
  },
  {
    name: 'first-period-only-for-payload',
    about: 'invariant 11: the first period after connecting comes if there is something to send',
    file: 'tunnel/src/tunnel.ts',
    edits: [{ find: "if (role === 'device') this.#shaper.startUnconditional(nowMs);", replace: '' }],
    caughtBy: named(schedule, 'the first run after connecting is the same with payload waiting and without'),
  },
  {
    name: 'closing-as-soon-as-the-queue-is-empty',
    about: 'invariant 11: a tunnel with nothing to deliver closes at once',
    file: 'tunnel/src/tunnel.ts',
    edits: [
      {
        find: 'if (this.#over || (tickMs >= this.#closeAtMs && this.#endInSlot())) return;',
        replace: `if (this.#closeAtMs !== Number.POSITIVE_INFINITY && !this.#streams.undelivered) {
      this.#channel.end();
      this.#finish(undefined);
      return;
    }
    if (this.#over || (tickMs >= this.#closeAtMs && this.#endInSlot())) return;`,
      },
    ],
    caughtBy: closing,
  },
  {
    name: 'closing-waits-for-delivery',
    about: 'invariant 11: a tunnel with bytes queued closes later than an empty one',
    file: 'tunnel/src/tunnel.ts',
    edits: [
      {
        find: 'if (this.#over || (tickMs >= this.#closeAtMs && this.#endInSlot())) return;',
        replace: `const grantedMs = this.#streams.undelivered ? 2 * this.parameters.periodMs : 0;
    if (this.#over || (tickMs >= this.#closeAtMs + grantedMs && this.#endInSlot())) return;`,
      },
    ],
    caughtBy: closing,
  },
  {
    name: 'reconnects-without-jitter',
    about: 'invariant 11: a device that was cut off comes back after a time that names it',
    file: 'device/src/backoff.ts',
    edits: [{ find: 'this.#random.next() * this.#ceilingMs', replace: 'this.#ceilingMs' }],
    caughtBy: named(
      'device/test/device-tunnel.test.ts',
      'waits are uniform under a ceiling that doubles up to five minutes, and starts anew after a reset',
    ),
  },
  {
    name: 'reconnects-sooner-after-payload',
    about: 'invariant 11: a device that was busy when its tunnel was lost comes back sooner',
    file: 'device/src/device-tunnel.ts',
    edits: [
      {
        find: 'if (this.#options.runtime.clock.now() - this.#upSinceMs >= provenMs) this.#backoff.reset();',
        replace: 'if (this.meter.payloadSent > 0) this.#backoff.reset();',
      },
    ],
    caughtBy: named(
      'device/test/device-tunnel.test.ts',
      'only a tunnel that stood for a while lets the waits begin anew',
    ),
  },
  {
    name: 'payload-takes-the-room-of-control',
    about: 'invariant 6: what the schedule has to say waits a slot when payload has filled the frame',
    file: 'tunnel/src/outbox.ts',
    edits: [{ find: 'streams.fill(next.writer, controlRoom(next.size),', replace: 'streams.fill(next.writer, 0,' }],
    caughtBy: named(uniform, 'Demand of a virtual activity leaves in the next slot, whatever fills it'),
  },
  {
    name: 'room-for-one-control-field',
    about: 'invariant 6: after a Demand, the announcement of a period waits a slot when payload has filled the frame',
    file: 'tunnel/src/frame-room.ts',
    edits: [
      {
        find: 'return size < LARGE_FRAME ? limits.controlRoom : 2 * limits.controlRoom;',
        replace: 'return limits.controlRoom;',
      },
    ],
    caughtBy: named(uniform, 'a Demand and the announcement of a period leave in the same slot, whatever fills it'),
  },
  {
    name: 'late-tick-starts-a-run-for-a-later-byte',
    about: 'invariant 6: a byte that comes between a deadline and its late tick takes the background slot away',
    file: 'shaping/src/period-clock.ts',
    edits: [
      {
        find: 'atMs >= this.#demandFromMs && this.demandOpen(atMs);',
        replace: 'this.demandOpen(atMs);',
      },
    ],
    caughtBy: named(
      'shaping/test/stp-shaper.test.ts',
      'a byte that comes after a slot’s deadline does not take the slot, however late the tick is',
    ),
  },
  {
    name: 'closing-late-in-a-run-adds-no-run',
    about: 'invariant 11: a close() after the last slot of a run ends without a run of its own',
    file: 'shaping/src/stp-shaper.ts',
    edits: [
      { find: 'this.#clock.startUnconditional(!this.nextInPeriod);', replace: 'this.#clock.startUnconditional();' },
    ],
    caughtBy: named(uniform, 'closing after the last slot of a run takes a further run, as closing while idle does'),
  },
  {
    name: 'closing-run-goes-on-with-demand',
    about: 'invariant 11: the run in which a tunnel closes lasts longer when demand is open',
    file: 'shaping/src/period-clock.ts',
    edits: [{ find: 'if (this.#lastPeriod !== undefined) return this.#running < this.#lastPeriod;', replace: '' }],
    caughtBy: named(
      uniform,
      'a run that a closing tunnel is in ends the same with demand open and with none, whichever end closes',
    ),
  },
];
