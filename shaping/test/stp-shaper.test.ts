import assert from 'node:assert/strict';
import { it } from 'node:test';
import { type Activity, ListedCover } from '../sim/activities.ts';
import { simulatedParameters } from '../sim/parameters.ts';
import { type ControlIntent, type Role, StpShaper } from '../src/index.ts';

const parameters = simulatedParameters({ periodMs: 1000, leadMs: 200, restMs: 200, holdMs: 300, longestRun: 8 });

interface Frame {
  readonly atMs: number;
  readonly bytes: number;
  readonly controls: readonly string[];
}

/** One end with its prepared frame, as the tunnel treats it; ticks come exactly when they are due, unless `wake` says so. */
class Bench {
  readonly shaper: StpShaper;
  readonly frames: Frame[] = [];
  #prepared: string[] = [];

  constructor(activities: readonly Partial<Activity>[] = [], role: Role = 'device') {
    const listed = activities.map((activity) => ({ atMs: 0, role, demandMs: 0, real: false, ...activity }));
    this.shaper = new StpShaper({ parameters, role, cover: new ListedCover(listed, role), startMs: 0 });
  }

  /** Carries out all ticks that are due up to `untilMs`, then one at that time if it is an integer. */
  runTo(untilMs: number): this {
    while (this.shaper.nextMs <= untilMs) this.tick(this.shaper.nextMs);
    return this;
  }

  tick(tickMs: number): void {
    const bytes = this.shaper.advance(tickMs);
    if (bytes > 0) {
      this.frames.push({ atMs: tickMs, bytes, controls: this.#prepared });
      this.#prepared = [];
    }
    this.prepare();
  }

  prepare(): this {
    for (let intent = this.shaper.takeControl(); intent !== undefined; intent = this.shaper.takeControl()) {
      this.#prepared.push(this.#text(intent));
    }
    return this;
  }

  follow(number: number, position: number, nowMs: number): this {
    this.shaper.receivePeriodStart({ number, position }, nowMs);
    return this.prepare();
  }

  get controls(): string[] {
    return this.frames.flatMap(({ atMs, controls }) => controls.map((control) => `${atMs} ${control}`));
  }
  get periodFrames(): number[] {
    return this.frames.filter(({ bytes }) => bytes === 1024).map(({ atMs }) => atMs);
  }

  #text(intent: ControlIntent): string {
    if (intent.kind === 'periodStart') return `start ${intent.start.number}/${intent.start.position}`;
    return `demand ${Math.round(intent.untilMs - this.shaper.nextSlotMs)}`;
  }
}

it('a virtual activity opens a run whose first frame, a tick later, says so and asks as much of the peer', () => {
  const bench = new Bench([{ atMs: 99.5, demandMs: 700 }]).runTo(1500);
  assert.deepEqual(bench.controls, ['101 start 1/1', '101 demand 699']);
  assert.deepEqual(bench.periodFrames, [101, 201, 301, 401, 501, 601, 701, 801, 901, 1001]);
});

it('Demand rides in the first slot of the run that it opens after a rest, counted from that slot', () => {
  const bench = new Bench([
    { atMs: 99.5, demandMs: 500 },
    { atMs: 1150, demandMs: 800 },
  ]).runTo(2000);
  assert.deepEqual(bench.controls.slice(2), ['1302 start 2/1', '1302 demand 648']);
});

it('Demand that arrives after the last slot of a run is counted from the slot that carries it', () => {
  const bench = new Bench([
    { atMs: 99.5, demandMs: 500 },
    { atMs: 1050, demandMs: 800 },
  ]).runTo(2000);
  assert.deepEqual(bench.controls.slice(2), ['1302 start 2/1', '1302 demand 548']);
});

it('Demand says what its own activity asks, not what the peer had asked before', () => {
  const bench = new Bench([{ atMs: 200, demandMs: 300 }]);
  bench.follow(1, 1, 100);
  bench.shaper.demand(600, 100);
  bench.runTo(400);
  assert.deepEqual(bench.controls, ['110 start 1/1', '210 demand 290']);
});

it('a read between the due time of a decision and a late tick does not change the decision, whatever its kind', () => {
  // The period runs from 101 to 1101; T − G is 901. Both activities come at 901.3, the tick at 902.
  const real = new Bench([{ atMs: 99.5, demandMs: 500 }]).runTo(900);
  real.shaper.activity(901.3);
  real.prepare();
  real.tick(902);
  const virtual = new Bench([
    { atMs: 99.5, demandMs: 500 },
    { atMs: 901.3, demandMs: 300 },
  ]).runTo(900);
  virtual.tick(902);
  assert.deepEqual(real.runTo(1101).shaper.clock.idle, true);
  assert.deepEqual(virtual.runTo(1101).shaper.clock.idle, true);
});

it('a PeriodStart that is read after the end of a run is followed f later, even if the tick of that end is late', () => {
  const bench = new Bench([{ atMs: 99.5, demandMs: 500 }]).runTo(1100);
  bench.follow(2, 1, 1101.4);
  bench.tick(1102);
  assert.equal(bench.shaper.clock.startMs, 1112);
  assert.equal(bench.shaper.clock.led, false);
});

it('no number goes unsaid when the process stands still for periods on end', () => {
  for (const pauseMs of [700, 1300, 2400, 3300, 9000]) {
    const bench = new Bench();
    bench.shaper.setPayloadQueued(true, 0);
    bench.runTo(850);
    bench.tick(850 + pauseMs);
    bench.runTo(850 + pauseMs + 2500);
    const numbers = bench.controls.map((text) => Number(/start (\d+)/.exec(text)?.[1]));
    for (let at = 1; at < numbers.length; at += 1) {
      assert.ok((numbers[at] as number) <= (numbers[at - 1] as number) + 1, `after ${pauseMs} ms: ${numbers}`);
    }
  }
});

it('background slots follow each other by β, counted from the last slot of a run', () => {
  const bench = new Bench([{ atMs: 2500.5, demandMs: 300 }]).runTo(8000);
  const background = bench.frames.filter(({ bytes }) => bytes === 128).map(({ atMs }) => atMs);
  // The run is from 2502 to 3502; its last slot is at 3402.
  assert.deepEqual(background, [2000, 5402, 7402]);
});

it('the follower sends no background slot between reading PeriodStart and its first slot', () => {
  const bench = new Bench([], 'cloud').runTo(1990);
  bench.follow(1, 1, 1995.2).runTo(2060);
  assert.deepEqual(
    bench.frames.map(({ atMs, bytes }) => [atMs, bytes]),
    [
      [2006, 1024],
      [2056, 1024],
    ],
  );
});

it('a late tick sends one frame; slots that passed are counted and not made up for, and the period ends on time', () => {
  const bench = new Bench([{ atMs: 99.5, demandMs: 700 }]).runTo(250);
  bench.tick(555);
  assert.equal(bench.shaper.lateSkips, 2);
  assert.equal(bench.shaper.slotMs, 501);
  bench.tick(555);
  bench.runTo(1500);
  assert.deepEqual(bench.periodFrames, [101, 201, 555, 601, 701, 801, 901, 1001]);
  assert.equal(bench.shaper.clock.endMs, 1101);
  assert.equal(bench.shaper.clock.idle, true);
});

it('background slots that no tick came for are counted and not made up for', () => {
  const bench = new Bench();
  bench.tick(6100);
  bench.runTo(8000);
  assert.deepEqual(
    bench.frames.map(({ atMs }) => atMs),
    [6100, 8000],
  );
  assert.equal(bench.shaper.lateSkips, 2);
});

it('a late follower keeps the end of the period and sends what is left of it', () => {
  const bench = new Bench([], 'cloud');
  bench.follow(1, 1, 100);
  bench.tick(400);
  bench.runTo(1200);
  assert.equal(bench.periodFrames[0], 400);
  assert.equal(bench.periodFrames[1], 410);
  assert.equal(bench.periodFrames.at(-1), 1060);
  assert.equal(bench.shaper.clock.endMs, 1110);
  // The slots at 110, 160 … 310 passed; the one at 360 left at 400.
  assert.equal(bench.shaper.lateSkips, 5);
});

it('a run that the peer continues has its PeriodStart in the first frame of every period', () => {
  const bench = new Bench();
  bench.follow(1, 1, 20);
  bench.runTo(900);
  bench.follow(2, 2, 900.5).runTo(2100);
  assert.deepEqual(bench.controls, ['30 start 1/1', '1030 start 2/2']);
});

it('the end that announces says so in the slot after T − G, and again in the first frame of the period', () => {
  const bench = new Bench([{ atMs: 99.5, demandMs: 1200 }]).runTo(2200);
  assert.deepEqual(bench.controls, ['101 start 1/1', '101 demand 1199', '1001 start 2/2', '1101 start 2/2']);
});

it('payload that is queued holds demand open for as long as it waits', () => {
  const bench = new Bench();
  bench.shaper.setPayloadQueued(true, 100.4);
  bench.prepare().runTo(3500);
  bench.shaper.setPayloadQueued(false, 3500);
  bench.runTo(10_000);
  assert.equal(bench.periodFrames[0], 102);
  assert.equal(bench.shaper.clock.running, 4);
});

it('a byte that comes after a slot’s deadline does not take the slot, however late the tick is', () => {
  const real = new Bench().runTo(0);
  const [slotMs] = [real.shaper.nextSlotMs];
  real.shaper.activity(slotMs + 0.3);
  real.tick(slotMs);
  real.runTo(slotMs + 5000);
  const virtual = new Bench([{ atMs: slotMs + 0.3, demandMs: 300 }]).runTo(slotMs + 5000);
  assert.equal(real.frames[0]?.bytes, 128);
  assert.deepEqual(
    real.frames.map(({ atMs }) => atMs),
    virtual.frames.map(({ atMs }) => atMs),
  );
});
