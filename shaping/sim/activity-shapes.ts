// Ten invented activities of a plug and what happens in each: who sends how many bytes, how long after the message before
// it has arrived. Sizes, durations and pauses span what captures of a real plug show (2.8 to 90 KB, 0.5 to 14 s).
import type { Random, Role } from '../src/index.ts';

export interface Step {
  /** Who sends: the end where the activity began, or its peer. */
  readonly by: 'origin' | 'peer';
  readonly bytes: number;
  /** How long after the step before has arrived, in ms. */
  readonly afterMs: number;
}

export interface ActivityShape {
  readonly origin: Role;
  readonly steps: readonly Step[];
}

/** A question and its answer, `afterMs` after the step before. */
const exchange = (asked: number, answered: number, afterMs: number, thinkMs = 60): Step[] => [
  { by: 'origin', bytes: asked, afterMs },
  { by: 'peer', bytes: answered, afterMs: thinkMs },
];

const repeated = (times: number, steps: readonly Step[]): Step[] => Array.from({ length: times }, () => steps).flat();

export const activityShapes: readonly ActivityShape[] = [
  { origin: 'device', steps: [...exchange(900, 1900, 0)] },
  { origin: 'device', steps: [...exchange(1500, 4000, 0), ...exchange(2600, 900, 1300)] },
  { origin: 'device', steps: [...exchange(700, 600, 0), ...repeated(3, exchange(1200, 9000, 2400, 150))] },
  { origin: 'cloud', steps: [...exchange(1100, 1700, 0)] },
  { origin: 'cloud', steps: [...exchange(2200, 2400, 0, 200), ...exchange(800, 600, 500)] },
  { origin: 'cloud', steps: [...exchange(1900, 5200, 0, 90), ...exchange(1000, 1000, 2700)] },
  { origin: 'cloud', steps: [...exchange(4000, 9000, 0), ...repeated(2, exchange(3000, 2500, 900, 400))] },
  { origin: 'cloud', steps: [...exchange(1000, 14_000, 0, 120)] },
  { origin: 'cloud', steps: repeated(5, exchange(1300, 2200, 1900, 300)) },
  { origin: 'cloud', steps: [...exchange(60_000, 2000, 0), ...repeated(3, exchange(7000, 2000, 2200))] },
];

/** One of the shapes, its sizes and pauses varied by up to a quarter; pauses stay below 3 s. */
export function drawShape(random: Random): ActivityShape {
  const shape = activityShapes[Math.floor(random.next() * activityShapes.length)] as ActivityShape;
  const vary = (value: number): number => value * (0.75 + 0.5 * random.next());
  return {
    origin: shape.origin,
    steps: shape.steps.map(({ by, bytes, afterMs }) => ({
      by,
      bytes: Math.round(vary(bytes)),
      afterMs: Math.min(2800, vary(afterMs)),
    })),
  };
}
