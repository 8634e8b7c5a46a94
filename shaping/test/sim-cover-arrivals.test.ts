// Check 8 of period-clock.md section 7: virtual activities arrive during runs as often as while idle.
import assert from 'node:assert/strict';
import { it } from 'node:test';
import { MarkedCover } from '../sim/activities.ts';
import { Delay } from '../sim/delay.ts';
import { simulatedParameters } from '../sim/parameters.ts';
import type { EndObserver, SimulatedEnd } from '../sim/simulated-end.ts';
import { Simulation } from '../sim/simulation.ts';
import { type CoverProcess, durationLaw, PoissonCover, type Role, seededRandom } from '../src/index.ts';

const parameters = simulatedParameters({ periodMs: 1000, leadMs: 200, restMs: 200, holdMs: 300 });
/** Virtual activities per second. */
const rates = { device: 0.05, cloud: 0.12 } as const;

/** What one end spent in runs, and how many virtual activities came then. */
class RunClock implements EndObserver {
  readonly inRunMs: Record<Role, number> = { device: 0, cloud: 0 };
  readonly arrivals = { run: { device: 0, cloud: 0 }, idle: { device: 0, cloud: 0 } };
  readonly #begunMs: Record<Role, number> = { device: Number.NaN, cloud: Number.NaN };

  frame(): void {}

  transition({ role, shaper }: SimulatedEnd, nowMs: number): void {
    if (shaper.running) {
      if (Number.isNaN(this.#begunMs[role])) this.#begunMs[role] = nowMs;
      return;
    }
    this.inRunMs[role] += nowMs - this.#begunMs[role];
    this.#begunMs[role] = Number.NaN;
  }

  running(role: Role): boolean {
    return !Number.isNaN(this.#begunMs[role]);
  }

  arrival(role: Role): void {
    this.arrivals[this.running(role) ? 'run' : 'idle'][role] += 1;
  }
}

/** The planted fault: nothing arrives during a run of this end, and the wait begins again after it. */
class SuspendedCover implements CoverProcess {
  readonly #inner: CoverProcess;
  readonly #running: () => boolean;
  #sinceMs = 0;

  constructor(inner: CoverProcess, running: () => boolean) {
    this.#inner = inner;
    this.#running = running;
  }

  idleSince(nowMs: number): void {
    this.#sinceMs = nowMs;
  }

  get nextMs(): number {
    if (this.#running()) return Number.POSITIVE_INFINITY;
    while (this.#inner.nextMs < this.#sinceMs) this.#inner.take();
    return this.#inner.nextMs;
  }

  take(): number {
    return this.#inner.take();
  }
}

/** Deviations of the rates during runs and while idle from those set, in standard errors, per end. */
function deviations(suspended: boolean): Record<'run' | 'idle', number>[] {
  const clock = new RunClock();
  const suspensions: Partial<Record<Role, SuspendedCover>> = {};
  const cover = (role: Role): CoverProcess => {
    const law = durationLaw([0.6, 0.25, 0.1, 0.04, 0.01], parameters);
    const poisson = new PoissonCover(rates[role], law, seededRandom(`cover ${role}`), 0);
    const suspension = new SuspendedCover(poisson, () => clock.running(role));
    suspensions[role] = suspension;
    const inner = suspended ? suspension : poisson;
    return new MarkedCover(inner, role, 0, seededRandom('marks'), () => clock.arrival(role));
  };
  const delay = (name: string): Delay => new Delay({ baseMs: 20, jitterMs: 5 }, seededRandom(name));
  const simulation = new Simulation({
    parameters,
    covers: { device: cover('device'), cloud: cover('cloud') },
    delays: { device: delay('up'), cloud: delay('down') },
    observer: {
      frame() {},
      transition(end, nowMs) {
        clock.transition(end, nowMs);
        if (!end.shaper.running) suspensions[end.role]?.idleSince(nowMs);
      },
    },
  });
  const totalMs = 40_000_000;
  simulation.runUntil(totalMs);
  return (['device', 'cloud'] as const).map((role) => {
    const deviation = (state: 'run' | 'idle', ms: number): number => {
      const expected = (rates[role] * ms) / 1000;
      return (clock.arrivals[state][role] - expected) / Math.sqrt(expected);
    };
    const runMs = clock.inRunMs[role];
    assert.ok(runMs > totalMs / 10 && runMs < (totalMs * 9) / 10, `in runs for ${runMs} ms`);
    return { run: deviation('run', runMs), idle: deviation('idle', totalMs - runMs) };
  });
}

it('virtual activities arrive at their rate during runs, as while idle', () => {
  for (const { run, idle } of deviations(false)) {
    assert.ok(Math.abs(run) < 3.5, `${run} standard errors during runs`);
    assert.ok(Math.abs(idle) < 3.5, `${idle} standard errors while idle`);
  }
});

it('the planted fault, virtual activities that are suspended during runs, shows', () => {
  for (const { run } of deviations(true)) assert.ok(run < -20, `${run} standard errors`);
});
