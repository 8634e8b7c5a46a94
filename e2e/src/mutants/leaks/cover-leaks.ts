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
    edits: [{ find: 'if (demand !== undefined) shaper.receiveDemand(demand.remainingMs, this.readMs);', replace: '' }],
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
];
