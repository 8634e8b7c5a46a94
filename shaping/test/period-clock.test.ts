import assert from 'node:assert/strict';
import { it } from 'node:test';
import { MAX_PERIODS_AHEAD, PeriodClock, type ShapingErrorCode } from '../src/index.ts';

const options = { periodMs: 1000, leadMs: 200, restMs: 100, followerOffsetMs: 10, longestRun: 8 };

/** A clock that has carried out all that was due by `untilMs`, tick by tick. */
function run(clock: PeriodClock, fromMs: number, untilMs: number): PeriodClock {
  let nowMs = fromMs;
  while (clock.nextMs(nowMs) <= untilMs) {
    nowMs = clock.nextMs(nowMs);
    clock.advance(nowMs);
    nowMs = clock.idle ? nowMs + 1 : nowMs;
  }
  return clock;
}

const fails = (code: ShapingErrorCode) => ({ name: 'ShapingError', code });

it('is idle until demand opens, then leads period 1 from the next tick', () => {
  const clock = new PeriodClock(options);
  assert.equal(clock.nextMs(0), Number.POSITIVE_INFINITY);
  clock.openDemand(700);
  assert.equal(clock.nextMs(40.2), 41);
  clock.advance(41);
  assert.deepEqual([clock.idle, clock.led, clock.running, clock.known, clock.startMs], [false, true, 1, 1, 42]);
});

it('demand that has ended when the tick comes starts nothing', () => {
  const clock = new PeriodClock(options);
  clock.openDemand(41);
  clock.advance(41);
  assert.equal(clock.idle, true);
});

it('follows f after PeriodStart was read, rounded up to a tick, whatever its own rest', () => {
  const clock = new PeriodClock(options);
  clock.openDemand(50);
  run(clock, 0, 1100);
  assert.equal(clock.restUntilMs, 1101);
  clock.receive({ number: 2, position: 1 }, 1050.4);
  assert.deepEqual([clock.led, clock.running, clock.startMs], [false, 2, 1061]);
});

it('rests g after leading and G more after following', () => {
  const leader = new PeriodClock(options);
  leader.startUnconditional();
  run(leader, 0, 1001);
  assert.deepEqual([leader.idle, leader.restUntilMs], [true, 1001 + 100]);
  const follower = new PeriodClock(options);
  follower.receive({ number: 1, position: 1 }, 20);
  run(follower, 20, 1030);
  assert.deepEqual([follower.idle, follower.restUntilMs], [true, 1030 + 100 + 200]);
});

it('demand during a rest starts a run at its end, if it is still open then', () => {
  const clock = new PeriodClock(options);
  clock.startUnconditional();
  run(clock, 0, 1001);
  clock.openDemand(1100);
  assert.equal(clock.nextMs(1010), Number.POSITIVE_INFINITY);
  clock.openDemand(1102);
  assert.equal(clock.nextMs(1010), 1101);
  run(clock, 1010, 1101);
  assert.equal(clock.startMs, 1102);
});

it('an unconditional run has one period and adds nothing to one that is on', () => {
  const clock = new PeriodClock(options);
  clock.startUnconditional();
  run(clock, 0, 500);
  clock.startUnconditional();
  run(clock, 500, 5000);
  assert.deepEqual([clock.idle, clock.known], [true, 1]);
});

it('decides at T − G: demand that is open then gives a second period, demand that has ended does not', () => {
  for (const [untilMs, known] of [
    [801, 1],
    [801.5, 2],
  ] as const) {
    const clock = new PeriodClock(options);
    clock.openDemand(untilMs);
    run(clock, 0, 801);
    assert.equal(clock.known, known, `demand until ${untilMs}`);
    assert.equal(clock.announcing, known === 2);
  }
});

it('runs of 3 are completed to 4, of 5 to 8, and none grows beyond the longest', () => {
  for (const [untilMs, length] of [
    [500, 1],
    [1500, 2],
    [2500, 4],
    [3700, 4],
    [3900, 8],
    [1e6, 8],
  ] as const) {
    const clock = new PeriodClock(options);
    clock.openDemand(untilMs);
    run(clock, 0, length * 1000 + 1);
    assert.deepEqual([clock.idle, clock.running, clock.inRun], [true, length, length], `demand until ${untilMs}`);
  }
});

it('runs of any length, for simulations, end at the first decision without demand', () => {
  const clock = new PeriodClock({ ...options, runLengths: 'any' });
  clock.openDemand(2500);
  run(clock, 0, 3001);
  assert.deepEqual([clock.idle, clock.running], [true, 3]);
});

/** A clock after a run of one period, number 1, that it led; at rest until 1101. */
function afterOneRun(): PeriodClock {
  const clock = new PeriodClock(options);
  clock.startUnconditional();
  return run(clock, 0, 1001);
}

it("the peer's announcement continues the run without a gap, and keeps its larger position", () => {
  const clock = afterOneRun();
  clock.openDemand(1200);
  run(clock, 1001, 2000);
  clock.receive({ number: 3, position: 3 }, 2050);
  run(clock, 2050, 2102);
  assert.deepEqual([clock.idle, clock.running, clock.inRun, clock.startMs, clock.led], [false, 3, 3, 2102, true]);
});

it('an end at 3 that hears of 4 for the same period stops with the other instead of going on', () => {
  const clock = afterOneRun();
  clock.openDemand(3600);
  run(clock, 1001, 3600);
  assert.equal(clock.inRun, 3);
  clock.receive({ number: 4, position: 4 }, 3600);
  run(clock, 3600, 4102);
  assert.deepEqual([clock.idle, clock.known], [true, 4]);
});

it('describes the running period and the next one as PeriodStart must', () => {
  const clock = new PeriodClock(options);
  clock.openDemand(5000);
  run(clock, 0, 850);
  assert.deepEqual(clock.describe(1), { number: 1, position: 1 });
  assert.deepEqual(clock.takeAnnouncement(), { number: 2, position: 2 });
  assert.equal(clock.takeAnnouncement(), undefined);
});

it('two starts of the same number become one run that both lead', () => {
  const clock = new PeriodClock(options);
  clock.openDemand(100);
  run(clock, 0, 50);
  clock.receive({ number: 1, position: 1 }, 55);
  assert.deepEqual([clock.led, clock.running, clock.startMs], [true, 1, 1]);
});

it('a number that skips one, is below 1, or is younger than its position is refused', () => {
  const clock = new PeriodClock(options);
  assert.throws(() => clock.receive({ number: 2, position: 1 }, 0), fails('PERIOD_NUMBER'));
  assert.throws(() => clock.receive({ number: 0, position: 1 }, 0), fails('PERIOD_NUMBER'));
  assert.throws(() => clock.receive({ number: 1, position: 0 }, 0), fails('PERIOD_NUMBER'));
  assert.throws(() => clock.receive({ number: 1, position: 2 }, 0), fails('PERIOD_NUMBER'));
  clock.receive({ number: 1, position: 1 }, 0);
  assert.equal(clock.running, 1);
});

it('an old number changes nothing', () => {
  const clock = new PeriodClock(options);
  clock.openDemand(1500);
  run(clock, 0, 1500);
  clock.receive({ number: 1, position: 1 }, 1500);
  assert.deepEqual([clock.running, clock.known, clock.inRun], [2, 2, 2]);
});

it(`a peer that is more than ${MAX_PERIODS_AHEAD} periods ahead is given up, one less is caught up in order`, () => {
  const clock = new PeriodClock(options);
  clock.receive({ number: 1, position: 1 }, 0);
  for (let number = 2; number <= 1 + MAX_PERIODS_AHEAD; number += 1) clock.receive({ number, position: 1 }, 5);
  assert.throws(() => clock.receive({ number: 2 + MAX_PERIODS_AHEAD, position: 1 }, 5), fails('PERIODS_AHEAD'));
  run(clock, 5, 10 + 1000 * (1 + MAX_PERIODS_AHEAD));
  assert.ok(clock.running >= 1 + MAX_PERIODS_AHEAD);
});

it('a process that stood still past a boundary begins no number of its own for it', () => {
  const clock = new PeriodClock(options);
  clock.openDemand(5000);
  run(clock, 0, 500);
  clock.advance(801, 1300);
  assert.equal(clock.known, 1);
  clock.advance(1001, 1300);
  assert.equal(clock.idle, true);
});
