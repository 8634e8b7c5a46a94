// In which state a message met the end that had to send it, judged from the wire alone: runs of each direction, who led them,
// and when their rest is over (period-clock.md sections 2 and 3). Pure.
import type { TapRecord } from '../../harness/tap-rows.ts';
import type { Direction } from '../../replay/table.ts';

/** `rest` is from a run's last slot until the end may start another run by itself. */
export type SenderState = 'idle' | 'inside' | 'rest';
export const senderStates: readonly SenderState[] = ['idle', 'inside', 'rest'];
/** The last stretch of a period, in which it is decided whether another follows, up to the seam; ms. */
export const turnMs = 800;
export const directions: readonly Direction[] = ['up', 'down'];

export interface ClockTiming {
  /** Bytes on the wire of a record inside periods. */
  readonly periodBytes: number;
  readonly slotMs: Readonly<Record<Direction, number>>;
  readonly periodMs: number;
  readonly leadMs: number;
  readonly restMs: number;
}

/** What else tells how a plug's messages are served. */
export interface PlugTiming extends ClockTiming {
  /** How long demand stays open after a byte. */
  readonly holdMs: number;
  /** Distance of background slots. */
  readonly backgroundMs: number;
}

/** One run of one direction. */
export interface DirectionRun {
  readonly firstMs: number;
  /** Its last slot so far. */
  readonly lastMs: number;
  /** A whole number of periods after `firstMs`, the end of the one that `lastMs` lies in. */
  readonly endMs: number;
}

/** The runs of one direction of a connection, oldest first; the last one may go on. */
export function directionRuns(
  records: readonly TapRecord[],
  direction: Direction,
  timing: ClockTiming,
): DirectionRun[] {
  const slotMs = timing.slotMs[direction];
  const slotsPerPeriod = timing.periodMs / slotMs;
  const runs: { firstMs: number; lastMs: number; endMs: number; slots: number; periods: number }[] = [];
  for (const { timeMs, bytes, direction: own } of records) {
    if (own !== direction || bytes !== timing.periodBytes) continue;
    const run = runs.at(-1);
    if (run === undefined || isNextRun(run, timeMs, slotMs, timing.restMs)) {
      runs.push({ firstMs: timeMs, lastMs: timeMs, endMs: timeMs + timing.periodMs, slots: 1, periods: 1 });
      continue;
    }
    run.lastMs = timeMs;
    run.slots += 1;
    // Slots are counted, since the last one of a period may be late; where some were skipped, time decides.
    while (run.slots > run.periods * slotsPerPeriod || timeMs > run.endMs + slotMs / 2) {
      run.periods += 1;
      run.endMs += timing.periodMs;
    }
  }
  return runs.map(({ firstMs, lastMs, endMs }) => ({ firstMs, lastMs, endMs }));
}

/** A gap inside a period is a skipped slot; only one that begins with a period's last slot, or spans its end, ends a run. */
function isNextRun(run: DirectionRun, timeMs: number, slotMs: number, restMs: number): boolean {
  const endedWhole = run.lastMs > run.endMs - 1.5 * slotMs;
  return timeMs - run.lastMs > 1.5 * slotMs && (endedWhole || timeMs > run.endMs + restMs / 2);
}

/**
 * How many periods a run has whose messages come at these moments, ms after its beginning: demand that is open a lead before
 * a period's end asks for another, and lengths are powers of two (period-clock.md section 3).
 */
export function expectedPeriods(momentsMs: readonly number[], { periodMs, leadMs, holdMs }: PlugTiming): number {
  for (let periods = 1; ; periods *= 2) {
    const decisionMs = periods * periodMs - leadMs;
    if (!momentsMs.some((atMs) => atMs <= decisionMs && atMs + holdMs > decisionMs)) return periods;
  }
}

/** What one direction's sender did over a whole connection. */
export class SenderHistory {
  readonly #own: readonly DirectionRun[];
  readonly #opposite: readonly DirectionRun[];
  readonly #direction: Direction;
  readonly #timing: ClockTiming;

  constructor(records: readonly TapRecord[], direction: Direction, timing: ClockTiming) {
    this.#direction = direction;
    this.#timing = timing;
    this.#own = directionRuns(records, direction, timing);
    this.#opposite = directionRuns(records, direction === 'up' ? 'down' : 'up', timing);
  }

  get runs(): readonly DirectionRun[] {
    return this.#own;
  }

  /**
   * The state that a message met which reached its end between `atMs` and `atMs + transitMs`. Where the last slot of a run
   * left meanwhile, the message counts as late for it: `rest`.
   */
  stateAt(atMs: number, transitMs: number): SenderState {
    const run = this.#own.findLast(({ firstMs }) => firstMs <= atMs);
    if (run === undefined) return 'idle';
    if (atMs + transitMs < run.endMs - this.#timing.slotMs[this.#direction]) return 'inside';
    return atMs < this.#restUntil(run) ? 'rest' : 'idle';
  }

  /** Whether a message comes inside a run in the last stretch of one of its periods. */
  isTurnAt(atMs: number, transitMs: number): boolean {
    const run = this.#own.findLast(({ firstMs }) => firstMs <= atMs);
    if (run === undefined || this.stateAt(atMs, transitMs) !== 'inside') return false;
    return (atMs - run.firstMs) % this.#timing.periodMs >= this.#timing.periodMs - turnMs;
  }

  /** The follower rests longer by the lead. */
  #restUntil({ firstMs, endMs }: DirectionRun): number {
    const { restMs, leadMs } = this.#timing;
    const other = this.#opposite.findLast((run) => run.firstMs < endMs);
    const led = other === undefined || firstMs < other.firstMs;
    return endMs + restMs + (led ? 0 : leadMs);
  }
}
