// What the observer saw of the victims in a stretch of time: frames received of frames due, by direction, and the longest gap.
// Their slots are constant, so that frames due can be counted. Pure.
import type { TapRecord } from '../../harness/tap-rows.ts';
import type { Direction } from '../../replay/table.ts';

export interface VictimPlan {
  readonly count: number;
  readonly slotMs: number;
  /** Bytes of a frame's record on the wire, at least. */
  readonly recordBytes: number;
}

export interface DirectionHarm {
  readonly due: number;
  readonly received: number;
  readonly longestGapMs: number;
}

export interface VictimHarm {
  readonly up: DirectionHarm;
  readonly down: DirectionHarm;
}

/** Both directions, from `fromMs` for `lengthMs`, a multiple of the slots' distance. */
export function harmOf(
  records: readonly TapRecord[],
  plan: VictimPlan,
  { fromMs, lengthMs }: { readonly fromMs: number; readonly lengthMs: number },
): VictimHarm {
  const frames = records.filter(({ bytes }) => bytes >= plan.recordBytes);
  const of = (direction: Direction): DirectionHarm => {
    const byConnection = Map.groupBy(
      frames.filter((frame) => frame.direction === direction),
      ({ connection }) => connection,
    );
    let received = 0;
    let longestGapMs = 0;
    for (const own of byConnection.values()) {
      const times = own.map(({ timeMs }) => timeMs);
      // Half a slot after a frame, so that jitter moves no frame over an edge.
      const before = times.findLast((timeMs) => timeMs <= fromMs);
      const startMs = (before ?? fromMs) + (before === undefined ? 0 : plan.slotMs / 2);
      const endMs = startMs + lengthMs;
      const within = times.filter((timeMs) => timeMs > startMs && timeMs <= endMs);
      // A connection that ended before, or began after, has no part in it.
      if (within.length === 0 && (before === undefined || fromMs - before > plan.slotMs * PAST_SLOTS)) continue;
      received += within.length;
      const marks = [before ?? (within[0] as number), ...within, endMs];
      for (let at = 1; at < marks.length; at += 1) {
        longestGapMs = Math.max(longestGapMs, (marks[at] as number) - (marks[at - 1] as number));
      }
    }
    return { due: Math.round((plan.count * lengthMs) / plan.slotMs), received, longestGapMs };
  };
  return { up: of('up'), down: of('down') };
}

/** A connection without a frame for so many slots was over. */
const PAST_SLOTS = 20;

/** Slots that passed without a frame, as a share of those due, in the direction that lost more. */
export function lostShare({ up, down }: VictimHarm): number {
  return Math.max(0, ...[up, down].map(({ received, due }) => 1 - received / due));
}
