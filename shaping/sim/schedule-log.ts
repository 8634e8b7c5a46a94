// What both ends of a simulation did, in full: every frame and every period. For tests; grows with the simulation.
import type { Role } from '../src/index.ts';
import type { EndObserver, SimulatedEnd } from './simulated-end.ts';

export interface LoggedPeriod {
  readonly number: number;
  readonly startMs: number;
  /** Position in the run when the period began. */
  readonly position: number;
  /** Whether this end began the run by itself. */
  readonly led: boolean;
  /** When the end learned that it begins: the tick, the boundary, or the time at which PeriodStart was read. */
  readonly begunMs: number;
  /** Times of the frames that left in it. */
  readonly slots: number[];
}

export interface LoggedEnd {
  readonly periods: LoggedPeriod[];
  /** Times of the background frames. */
  readonly background: number[];
  idle: boolean;
  /** The period that runs or ran last. */
  number: number;
}

export class ScheduleLog implements EndObserver {
  readonly device: LoggedEnd = { periods: [], background: [], idle: true, number: 0 };
  readonly cloud: LoggedEnd = { periods: [], background: [], idle: true, number: 0 };

  frame({ role, shaper }: SimulatedEnd, tickMs: number): void {
    const end = this[role];
    if (shaper.inPeriod) end.periods.at(-1)?.slots.push(tickMs);
    else end.background.push(tickMs);
  }

  transition({ role, shaper }: SimulatedEnd, begunMs: number): void {
    const end = this[role];
    end.idle = !shaper.running;
    end.number = shaper.clock.running;
    if (end.idle) return;
    const { running: number, startMs, inRun: position, led } = shaper.clock;
    end.periods.push({ number, startMs, position, led, begunMs, slots: [] });
  }

  /** Lengths of the runs of one end, in periods: periods that follow each other without a gap are one run. */
  runLengths(role: Role, periodMs: number): number[] {
    const lengths: number[] = [];
    let endMs = Number.NaN;
    for (const { startMs } of this[role].periods) {
      if (startMs === endMs) lengths.push((lengths.pop() ?? 0) + 1);
      else lengths.push(1);
      endMs = startMs + periodMs;
    }
    return lengths;
  }

  /** Every frame of both ends as one text line each, for exact comparison. */
  get lines(): string[] {
    return (['device', 'cloud'] as const).flatMap((role) => [
      ...this[role].periods.flatMap(({ number, slots }) => slots.map((atMs) => `${role} ${number} ${atMs}`)),
      ...this[role].background.map((atMs) => `${role} background ${atMs}`),
    ]);
  }
}
