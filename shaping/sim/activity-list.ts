// A fixed list of activities played to two ends: virtual ones by the cover processes of the product, real ones from
// outside, as reads from sockets come. What the frames then do is the flip test's whole question.
import type { Random, ShapingParameters } from '../src/index.ts';
import { type Activity, ListedCover } from './activities.ts';
import type { Delay } from './delay.ts';
import { ScheduleLog } from './schedule-log.ts';
import { type Lateness, type OutsideEvents, Simulation } from './simulation.ts';

export interface ActivityListOptions {
  readonly count: number;
  readonly meanGapMs: number;
  /** Demand is uniform between the two, in ms. */
  readonly demandMs: readonly [number, number];
  readonly deviceShare?: number;
  readonly realShare?: number;
}

/** Activities at random times and ends, half of them real. */
export function drawActivities(options: ActivityListOptions, random: Random): Activity[] {
  const { count, meanGapMs, demandMs, deviceShare = 0.5, realShare = 0.5 } = options;
  const activities: Activity[] = [];
  let atMs = 0;
  for (let index = 0; index < count; index += 1) {
    atMs -= meanGapMs * Math.log(1 - random.next());
    activities.push({
      atMs,
      role: random.next() < deviceShare ? 'device' : 'cloud',
      demandMs: demandMs[0] + (demandMs[1] - demandMs[0]) * random.next(),
      real: random.next() < realShare,
    });
  }
  return activities;
}

class InjectedActivities implements OutsideEvents {
  readonly #activities: readonly Activity[];
  #next = 0;

  constructor(activities: readonly Activity[]) {
    this.#activities = activities.filter(({ real }) => real);
  }

  get nextMs(): number {
    return this.#activities[this.#next]?.atMs ?? Number.POSITIVE_INFINITY;
  }

  act(simulation: Simulation): void {
    const activity = this.#activities[this.#next];
    this.#next += 1;
    if (activity !== undefined) simulation[activity.role].inject(activity.demandMs, activity.atMs);
  }
}

export interface PlayOptions {
  readonly parameters: ShapingParameters;
  readonly delays: Readonly<Record<'device' | 'cloud', Delay>>;
  readonly lateness?: Lateness;
  readonly hidePosition?: boolean;
  /** How long the simulation goes on after the last activity, in ms. */
  readonly restMs?: number;
}

/** Plays the list from time 0 and returns what both ends did. */
export function playActivities(activities: readonly Activity[], options: PlayOptions): ScheduleLog {
  const { restMs = 120_000, ...others } = options;
  const virtual = activities.filter(({ real }) => !real);
  const log = new ScheduleLog();
  const simulation = new Simulation({
    ...others,
    covers: { device: new ListedCover(virtual, 'device'), cloud: new ListedCover(virtual, 'cloud') },
    observer: log,
    outside: new InjectedActivities(activities),
  });
  simulation.runUntil((activities.at(-1)?.atMs ?? 0) + restMs);
  return log;
}
