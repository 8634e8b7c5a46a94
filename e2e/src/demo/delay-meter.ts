// Live one-way delays of the replayed traffic: joins the marks of both ends while they come in. Both ends of the replay run
// in the demo's process, so there is one clock.

import { summarizeDelays } from '../replay/delays.ts';
import type { Mark, MarkObserver } from '../replay/replay-end.ts';
import type { Direction } from '../replay/table.ts';
import type { DelayFigures } from './messages.ts';

/** As many of the latest chunks are summed up. */
const keptChunks = 500;

interface Waiting extends Mark {
  readonly isActive: boolean;
}

export class DelayMeter {
  readonly #waiting: Record<Direction, Waiting[]> = { up: [], down: [] };
  readonly #delays: { active: number[]; quiet: number[] } = { active: [], quiet: [] };

  get active(): DelayFigures | undefined {
    return figures(this.#delays.active);
  }

  get quiet(): DelayFigures | undefined {
    return figures(this.#delays.quiet);
  }

  /** Observes one replay. Chunks of an earlier one that have not arrived are given up. */
  observe(isActive: (direction: Direction, bytes: number) => boolean): MarkObserver {
    this.#waiting.up = [];
    this.#waiting.down = [];
    const sentBytes = { up: 0, down: 0 };
    return {
      sent: (direction, mark) => {
        const bytes = mark.offset - sentBytes[direction];
        sentBytes[direction] = mark.offset;
        this.#waiting[direction].push({ ...mark, isActive: isActive(direction, bytes) });
      },
      received: (direction, mark) => this.#arrived(direction, mark),
    };
  }

  reset(): void {
    this.#delays.active.length = 0;
    this.#delays.quiet.length = 0;
  }

  #arrived(direction: Direction, mark: Mark): void {
    const waiting = this.#waiting[direction];
    for (let chunk = waiting[0]; chunk && chunk.offset <= mark.offset; chunk = waiting[0]) {
      waiting.shift();
      const delays = chunk.isActive ? this.#delays.active : this.#delays.quiet;
      delays.push(mark.timeMs - chunk.timeMs);
      if (delays.length > keptChunks) delays.shift();
    }
  }
}

function figures(delays: readonly number[]): DelayFigures | undefined {
  if (delays.length === 0) return undefined;
  const { count, p50Ms, p99Ms } = summarizeDelays(delays);
  return { count, p50Ms, p99Ms };
}
