// The list of activities that `flip` plays, and the runs that the period clock must make of it (period-clock.md section 3):
// activities in idle time, inside a run before and after the decision, in a rest; from both ends; short and long.
import { seededRandom } from '@quietwire/shaping';
import type { Direction } from '../capture/wire-record.ts';
import { restOf, type WirePolicy } from '../rig/wire-policy.ts';

export interface Activity {
  /** After the session's beginning, ms. */
  readonly afterMs: number;
  readonly end: Direction;
  /** When payload is written, from the activity's beginning, ms: one write is short, several are long. */
  readonly writesMs: readonly number[];
}

/** A run that must be seen. */
export interface ExpectedRun {
  /** The episode that makes it. */
  readonly episode?: string;
  /** The end whose activity begins the episode. */
  readonly begins: Direction;
  readonly afterMs: number;
  readonly periods: number;
  readonly first: Direction;
}

const FIRST_MS = 2500;
const APART_MS = 1000;
/** From a mark to a run's first slot: the tick that opens the run, and the next one, in the mean. */
export const START_MS = 1.5;

/** What one episode adds, by name: activities from its beginning at 0, and runs. */
type Episode = (
  policy: WirePolicy,
  end: Direction,
) => { activities: Activity[]; runs: ExpectedRun[]; lengthMs: number };

const other = (end: Direction): Direction => (end === 'up' ? 'down' : 'up');
const short = (afterMs: number, end: Direction): Activity => ({ afterMs, end, writesMs: [0] });

const kinds: Readonly<Record<string, Episode>> = {
  // One short activity in idle time: one period.
  short: ({ periodMs }, end) => ({
    activities: [short(0, end)],
    runs: [{ afterMs: START_MS, periods: 1, first: end, begins: end }],
    lengthMs: periodMs,
  }),
  // A long one: demand is open at the decision, and closed at the next.
  long: ({ periodMs }, end) => ({
    activities: [{ afterMs: 0, end, writesMs: [0, 150, 300, 450] }],
    runs: [{ afterMs: START_MS, periods: 2, first: end, begins: end }],
    lengthMs: 2 * periodMs,
  }),
  // A second one from the other end, in the run, before the decision: the run goes on.
  extended: ({ periodMs, leadMs }, end) => ({
    activities: [short(0, end), short(periodMs - leadMs - 170, other(end))],
    runs: [{ afterMs: START_MS, periods: 2, first: end, begins: end }],
    lengthMs: 2 * periodMs,
  }),
  // After the decision: the run ends, and its leader starts another when it has rested.
  'after the decision': (policy, end) => ({
    activities: [short(0, end), short(policy.periodMs - 62, other(end))],
    runs: [
      { afterMs: START_MS, periods: 1, first: end, begins: end },
      { afterMs: START_MS + policy.periodMs + restOf(policy) + 1, periods: 1, first: end, begins: end },
    ],
    lengthMs: 2 * policy.periodMs + restOf(policy),
  }),
  // In the rest of the leader: it starts another at the rest's end.
  'in the rest of the leader': (policy, end) => ({
    activities: [short(0, end), short(policy.periodMs + 45, end)],
    runs: [
      { afterMs: START_MS, periods: 1, first: end, begins: end },
      { afterMs: START_MS + policy.periodMs + restOf(policy) + 1, periods: 1, first: end, begins: end },
    ],
    lengthMs: 2 * policy.periodMs + restOf(policy),
  }),
  // In the rest of the follower: it waits for the lead as well, then shows first.
  'in the rest of the follower': (policy, end) => ({
    activities: [short(0, end), short(policy.periodMs + 110, other(end))],
    runs: [
      { afterMs: START_MS, periods: 1, first: end, begins: end },
      { afterMs: followerStart(policy), periods: 1, first: other(end), begins: end },
    ],
    lengthMs: 2 * policy.periodMs + followerStart(policy),
  }),
};

/** The follower's period began f and a little later than the leader's, and so does its rest end. */
function followerStart(policy: WirePolicy): number {
  return START_MS + 11 + policy.periodMs + restOf(policy) + policy.leadMs + 1;
}

/** How long the activity holds demand open as a virtual one: until W after its last payload leaves in a slot, ms. */
export function lastsMs({ end, writesMs }: Activity, { slotMs, holdMs }: WirePolicy): number {
  const last = writesMs.at(-1) ?? 0;
  // A write in idle time leaves in the run's first slot; a later one waits half a slot in the mean.
  return last + (last === 0 ? 2 : slotMs[end] / 2) + holdMs;
}

/** Every kind of episode from both ends, in an order of its own for each list. */
export function episodes(policy: WirePolicy, list: number): { activities: Activity[]; runs: ExpectedRun[] } {
  const random = seededRandom(`episodes ${list}`);
  const order = Object.entries(kinds)
    .flatMap(([name, kind]) => (['up', 'down'] as const).map((end) => ({ name, kind, end, key: random.next() })))
    .sort((a, b) => a.key - b.key);
  const activities: Activity[] = [];
  const runs: ExpectedRun[] = [];
  let atMs = FIRST_MS;
  for (const { name, kind, end } of order) {
    const episode = kind(policy, end);
    activities.push(...episode.activities.map((activity) => ({ ...activity, afterMs: atMs + activity.afterMs })));
    runs.push(...episode.runs.map((run) => ({ ...run, episode: `${name}, ${end}`, afterMs: atMs + run.afterMs })));
    atMs += Math.round(episode.lengthMs + APART_MS + 100 * random.next());
  }
  return { activities, runs };
}
