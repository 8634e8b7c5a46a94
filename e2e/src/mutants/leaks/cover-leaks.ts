// Leaks in virtual activities: where they differ from real ones (invariants 6 to 8).
import { type Mutant, named } from '../mutant.ts';

const flipped = named(
  'tunnel/test/flip.test.ts',
  'flipping activities between payload and cover changes no frame of either end',
);
const flippedSchedule = named(
  'shaping/test/flip.test.ts',
  'flipping activities between real and virtual moves no frame (20 ± 5 ms)',
);
const demand = 'tunnel/test/demand.test.ts';
const firstFrame = named(
  'shaping/test/stp-shaper.test.ts',
  'a virtual activity opens a run whose first frame, a tick later, says so and asks as much of the peer',
);
const ownCover = named(
  'shaping/test/create-shaper.test.ts',
  'each end draws its cover at its own rate and by its own law of durations',
);

export const coverLeaks: readonly Mutant[] = [
  {
    name: 'cover-only-while-idle',
    about: 'invariant 6: a virtual activity that comes during a run extends nothing',
    file: 'shaping/src/stp-shaper.ts',
    edits: [
      {
        find: 'this.#clock.openDemand(untilMs, arrivedMs);\n      this.#owedUntilMs',
        replace:
          'if (!this.#clock.idle) continue;\n      this.#clock.openDemand(untilMs, arrivedMs);\n      this.#owedUntilMs',
      },
    ],
    caughtBy: flippedSchedule,
  },
  {
    name: 'cover-on-a-one-second-grid',
    about: 'invariant 6: virtual activities arrive at whole seconds',
    file: 'shaping/src/cover-process.ts',
    edits: [
      {
        find: 'take(): number {\n    this.#nextMs += this.#gap();',
        replace: 'take(): number {\n    this.#nextMs = Math.ceil((this.#nextMs + this.#gap()) / 1000) * 1000;',
      },
    ],
    caughtBy: named(
      'shaping/test/cover-process.test.ts',
      'gaps are exponential with the rate as their mean, and independent of each other',
    ),
  },
  {
    name: 'cover-always-one-period',
    about: 'invariant 6: virtual activities ask for one period whatever the law of durations',
    file: 'shaping/src/create-shaper.ts',
    edits: [{ find: 'durationLaw(weights, parameters)', replace: 'durationLaw([1], parameters)' }],
    caughtBy: ownCover,
  },
  {
    name: 'cover-from-one-end-only',
    about: 'invariant 7: all virtual activities begin at the device',
    file: 'shaping/src/create-shaper.ts',
    edits: [
      {
        find: 'new PoissonCover(rate, ',
        replace: "new PoissonCover(role === 'device' ? deviceRate + cloudRate : 0, ",
      },
    ],
    caughtBy: ownCover,
  },
  {
    name: 'cover-holds-no-demand-at-the-peer',
    about: 'invariant 6: the end that draws a virtual activity does not tell how long it lasts',
    file: 'shaping/src/stp-shaper.ts',
    edits: [
      {
        find: "return untilMs > this.nextSlotMs ? { kind: 'demand', untilMs } : undefined;",
        replace: 'return undefined;',
      },
    ],
    caughtBy: firstFrame,
  },
  {
    name: 'demand-of-the-peer-ignored',
    about: 'invariant 6: a virtual activity of the peer extends nothing here',
    file: 'tunnel/src/inbound.ts',
    edits: [{ find: 'if (demand !== undefined) shaper.demand(demand.remainingMs, this.readMs);', replace: '' }],
    caughtBy: flipped,
  },
  {
    name: 'period-start-only-for-payload',
    about: 'invariant 6: a run of cover is not announced, so the other end stays silent',
    file: 'shaping/src/stp-shaper.ts',
    edits: [
      {
        find: 'if (period > this.#announcedFirst) {',
        replace: 'if (period > this.#announcedFirst && this.#clock.payloadQueued) {',
      },
    ],
    caughtBy: firstFrame,
  },
  {
    name: 'payload-holds-demand-for-half-the-time',
    about: 'invariant 6: real activities give shorter runs than virtual ones',
    file: 'shaping/src/stp-shaper.ts',
    edits: [
      {
        find: 'this.#clock.openDemand(nowMs + this.#holdMs, nowMs);',
        replace: 'this.#clock.openDemand(nowMs + this.#holdMs / 2, nowMs);',
      },
    ],
    caughtBy: flipped,
  },
  {
    name: 'follower-2-ms-slower-on-cover',
    about: 'invariant 8: who follows a virtual activity takes longer',
    file: 'tunnel/src/inbound.ts',
    edits: [
      {
        find: 'shaper.receivePeriodStart(periodStart, this.readMs);',
        replace: 'shaper.receivePeriodStart(periodStart, this.readMs + (demand === undefined ? 0 : 2));',
      },
    ],
    caughtBy: flipped,
  },
  {
    name: 'payload-takes-the-slot-of-a-late-tick',
    about:
      'invariant 7: a byte of the last millisecond, or while a late tick is awaited, leaves a slot before Demand would',
    file: 'tunnel/src/tunnel.ts',
    edits: [{ find: "this.#outbox.prepare(late ? 'control' : undefined);", replace: 'this.#outbox.prepare();' }],
    caughtBy: named(
      demand,
      'in a run too, bytes of the last millisecond before a slot take the next one, as Demand of that time does',
    ),
  },
  {
    name: 'demand-runs-out-while-slots-are-skipped',
    about: 'invariant 6: while frames cannot leave, payload keeps demand open and virtual activities do not',
    file: 'tunnel/src/tunnel.ts',
    edits: [{ find: 'if (frame.demandMs > 0) this.#shaper.demand(frame.demandMs, this.#shaper.slotMs);', replace: '' }],
    caughtBy: named(demand, 'while slots are skipped, Demand that has not left holds as payload does that has not'),
  },
  {
    name: 'credit-starts-a-run-at-once',
    about: 'invariant 7: a run follows the frame of the peer that brought credit, as no virtual activity does',
    file: 'tunnel/src/tunnel.ts',
    edits: [{ find: 'nowMs, nowMs + waitMs);', replace: 'nowMs, nowMs);' }],
    caughtBy: named(
      demand,
      'credit that comes while idle begins no run at once: its time does not follow from the peer’s frames',
    ),
  },
  {
    name: 'activity-leaves-in-a-background-frame',
    about: 'invariant 7: payload that credit freed leaves in the next background slot, and its run begins with that',
    file: 'tunnel/src/outbox.ts',
    edits: [
      { find: '!shaper.nextInPeriod, this.#filled', replace: 'false, this.#filled' },
      { find: 'if (next.active && !this.#options.shaper.inPeriod) return undefined;', replace: '' },
    ],
    caughtBy: named(demand, 'a background slot that comes before the run does not move it'),
  },
];
