// Leaks planted in what the observer saw, as a product that has them would show them: some frames of the runs that an
// activity caused leave 100 µs late. The attackers must find each, or they see nothing at all.
import type { ObservedRun } from './runs.ts';

export const PLANTED_MS = 0.1;

/** What a leak does to a run that an activity caused. */
export const plantedLeaks: Readonly<Record<string, (run: ObservedRun) => ObservedRun>> = {
  /** The first frame of the end that leads, which carries the payload, takes longer to leave. */
  payload_frame: (run) => later(run, run.first, 1),
  /** The end that follows begins later after the frame that it follows; its other slots are kept. */
  lag: (run) => later(run, run.first === 'up' ? 'down' : 'up', 1),
  /** Each frame of the run takes longer to leave. */
  all_frames: (run) => later(later(run, 'up', run.up.length), 'down', run.down.length),
};

function later(run: ObservedRun, direction: 'up' | 'down', frames: number): ObservedRun {
  const times = run[direction].map((atMs, index) => (index < frames ? atMs + PLANTED_MS : atMs));
  return { ...run, [direction]: times };
}
