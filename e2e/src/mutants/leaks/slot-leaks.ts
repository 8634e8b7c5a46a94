// Leaks in how a frame leaves: its size, its moment, what leaves beside it (invariants 1 to 4).
import { type Mutant, named } from '../mutant.ts';

const schedule = 'tunnel/test/schedule.test.ts';
const stpShaper = 'shaping/test/stp-shaper.test.ts';
const inIlp = named(schedule, 'in ILP payload, acknowledgements and credit change no time and no size of any frame');
const background = named(
  schedule,
  'background slots are counted from the last slot of a run, whatever quiet bytes wait',
);
const stalled = named(schedule, 'a socket that cannot send skips slots: no burst, no catching up, nothing lost');

const writeFrame = 'this.#channel.write(frame === undefined ? this.#pool.cover(size) : frame.buffer);';

export const slotLeaks: readonly Mutant[] = [
  {
    name: 'real-frames-one-byte-longer',
    about: 'invariant 1: a frame that carries something is a byte longer than cover',
    file: 'tunnel/src/outbox.ts',
    edits: [
      {
        find: 'if (next.size < size) this.#options.pool.extend(next, size);',
        replace: 'this.#options.pool.extend(next, size + 1);',
      },
    ],
    caughtBy: inIlp,
  },
  {
    name: 'background-frames-grow-with-payload',
    about: 'invariant 1: a background frame has the size of a period’s when bytes wait',
    file: 'tunnel/src/tunnel.ts',
    edits: [
      {
        find: 'const frame = this.#outbox.take(size);',
        replace: 'const frame = this.#outbox.take(this.#streams.undelivered ? this.parameters.frameSize : size);',
      },
    ],
    caughtBy: background,
  },
  {
    name: 'two-writes-in-one-tick',
    about: 'invariant 2: header and content of a real frame are written one after the other',
    file: 'tunnel/src/tunnel.ts',
    edits: [
      {
        find: writeFrame,
        replace: `if (frame === undefined) this.#channel.write(this.#pool.cover(size));
    else {
      this.#channel.write(frame.buffer.subarray(0, 5));
      this.#channel.write(frame.buffer.subarray(5));
    }`,
      },
    ],
    caughtBy: inIlp,
  },
  {
    name: 'frames-pile-up-in-a-stalled-socket',
    about: 'invariant 2: a slot is written although the write before it has not left',
    file: 'tunnel/src/tunnel.ts',
    edits: [{ find: 'this.#meter.slotsSkipped += 1;\n      return;', replace: 'this.#meter.slotsSkipped += 1;' }],
    caughtBy: stalled,
  },
  {
    name: 'catching-up-after-a-stall',
    about: 'invariant 2: slots that a stalled socket skipped are made up for in a burst',
    file: 'tunnel/src/tunnel.ts',
    edits: [
      {
        find: writeFrame,
        replace: `${writeFrame}
    for (; this.#owed < this.#meter.slotsSkipped; this.#owed += 1) this.#channel.write(this.#pool.cover(size));`,
      },
      {
        find: '#alertSent = false;',
        replace: '#alertSent = false;\n  #owed = 0;',
      },
    ],
    caughtBy: stalled,
  },
  {
    name: 'every-second-cover-slot-stays-empty',
    about: 'invariant 2: a slot without payload is left out, one of two',
    file: 'tunnel/src/tunnel.ts',
    edits: [
      {
        find: writeFrame,
        replace: `if (frame === undefined) {
      this.#covers += 1;
      if (this.#covers % 2 === 0) return;
    }
    ${writeFrame}`,
      },
      { find: '#alertSent = false;', replace: '#alertSent = false;\n  #covers = 0;' },
    ],
    caughtBy: inIlp,
  },
  {
    name: 'catching-up-after-a-late-tick',
    about: 'invariant 2: every slot that a late tick missed leaves in a tick of its own',
    file: 'shaping/src/stp-shaper.ts',
    edits: [
      {
        find: 'const due = Math.min(this.#slots - 1, Math.floor(((tickMs - this.#clock.startMs) * this.#slots) / this.#periodMs));',
        replace: 'const due = this.#index;',
      },
    ],
    caughtBy: named(
      stpShaper,
      'a late tick sends one frame; slots that passed are counted and not made up for, and the period ends on time',
    ),
  },
  {
    name: 'catching-up-in-ilp',
    about: 'invariant 2: the same in ILP',
    file: 'shaping/src/ilp-shaper.ts',
    edits: [
      { find: 'while (this.#deadlineMs <= tickMs) {', replace: 'while (this.#deadlineMs <= tickMs && tickMs < 0) {' },
    ],
    caughtBy: named(
      'shaping/test/ilp-shaper.test.ts',
      'a late tick sends one frame; the slots that passed are counted and not made up for',
    ),
  },
  {
    name: 'ilp-sizes-drawn-anew-for-payload',
    about: 'invariant 1: in ILP payload makes the next size be drawn again',
    file: 'shaping/src/ilp-shaper.ts',
    edits: [
      { find: 'activity(): void {}', replace: 'activity(): void {\n    this.#nextBytes = this.#drawSize();\n  }' },
    ],
    caughtBy: named('shaping/test/ilp-shaper.test.ts', 'nothing that payload or the peer does changes a slot'),
  },
  {
    name: 'background-counted-from-the-write-before',
    about: 'invariant 3: a late background slot moves all that follow',
    file: 'shaping/src/stp-shaper.ts',
    edits: [
      {
        find: 'this.#backgroundNextMs += (passed + 1) * this.#backgroundMs;',
        replace: 'this.#backgroundNextMs = tickMs + this.#backgroundMs;',
      },
    ],
    caughtBy: named(stpShaper, 'background slots that no tick came for are counted and not made up for'),
  },
  {
    name: 'payload-opens-its-run-a-tick-later',
    about: 'invariant 3: a run that payload opens begins a tick later than one that cover opens',
    file: 'shaping/src/stp-shaper.ts',
    edits: [
      {
        find: 'this.#clock.openDemand(nowMs + this.#holdMs, nowMs);',
        replace: 'this.#clock.openDemand(nowMs + this.#holdMs, nowMs + 1);',
      },
      {
        find: 'if (queued) this.#clock.openDemand(nowMs, nowMs, fromMs);',
        replace: 'if (queued) this.#clock.openDemand(nowMs, nowMs + 1);',
      },
    ],
    caughtBy: named(
      'tunnel/test/flip.test.ts',
      'flipping activities between payload and cover changes no frame of either end',
    ),
  },
  {
    name: 'acknowledgement-outside-slots',
    about: 'invariant 4: what a read makes due is answered in the turn of the read',
    file: 'tunnel/src/tunnel.ts',
    edits: [
      {
        find: 'if (this.#touched) this.#settle();\n    else this.#replan();',
        replace: `if (this.#touched) this.#settle();
    else this.#replan();
    const answer = this.#over ? undefined : this.#outbox.take(this.#shaper.nextBytes);
    if (answer !== undefined) this.#channel.write(answer.buffer);`,
      },
    ],
    caughtBy: inIlp,
  },
  {
    name: 'quiet-bytes-leave-at-once',
    about: 'invariant 4: an idle tunnel sends a few bytes of payload without waiting for the background slot',
    file: 'tunnel/src/tunnel.ts',
    edits: [
      {
        find: 'if (!this.#inEvent) this.#settle();',
        replace: `if (this.#inEvent) return;
    this.#settle();
    const early = this.#shaper.running || active ? undefined : this.#outbox.take(this.#shaper.nextBytes);
    if (early !== undefined) this.#channel.write(early.buffer);`,
      },
    ],
    caughtBy: background,
  },
  {
    name: 'goaway-outside-slots',
    about: 'invariant 4: GOAWAY leaves when it is wanted, not in a slot',
    file: 'tunnel/src/tunnel.ts',
    edits: [
      {
        find: 'this.#shaper.startUnconditional(this.#runtime.clock.now());\n      this.#touch(false);',
        replace: `this.#shaper.startUnconditional(this.#runtime.clock.now());
      this.#touch(false);
      const goodbye = this.#outbox.take(this.#shaper.nextBytes);
      if (goodbye !== undefined) this.#channel.write(goodbye.buffer);
      this.#closeAtMs = this.#runtime.clock.now() + this.parameters.periodMs;`,
      },
    ],
    caughtBy: named(
      'tunnel/test/tunnel.test.ts',
      'closing takes one period whatever is queued, and tells whether all was delivered',
    ),
  },
];
