// Times in which the machine let a process of the stage stand: a schedule cannot be kept then, and slots are skipped by the
// rules. What a capture shows of a stall is no fault of the product; what it shows outside of stalls is.
import { MACHINE_BUSY } from '../../harness/cases.ts';

/** A stretch of the machine's clock, ms. */
export interface Stretch {
  readonly fromMs: number;
  readonly untilMs: number;
}

export type Stall = Stretch;

export interface ScheduleFault extends Stretch {
  readonly text: string;
  /** Where else what is missing may have been. */
  readonly or?: Stretch | undefined;
  /** A matter of runs and periods, which a stall of either end may change; else of one end's slots. */
  readonly structural?: boolean;
}

const BEAT_MS = 5;
/** A process that was away for longer than this misses slots, ms. */
const STALL_MS = 15;
/** A stall can lengthen the run in which it falls, and what follows it, ms. */
const AFTERMATH_MS = 800;
/** Above this share of faults with a stall beside them the machine was too busy for a verdict. */
const LARGEST_EXCUSED_SHARE = 0.5;
const SHOWN_FAULTS = 8;

/** Watches this process for stalls from now on. */
export class StallWatch {
  readonly stalls: Stall[] = [];
  readonly #timer: NodeJS.Timeout;

  constructor(now: () => number) {
    let beforeMs = now();
    this.#timer = setInterval(() => {
      const nowMs = now();
      if (nowMs - beforeMs > BEAT_MS + STALL_MS) this.stalls.push({ fromMs: beforeMs, untilMs: nowMs });
      beforeMs = nowMs;
    }, BEAT_MS).unref();
  }

  stop(): void {
    clearInterval(this.#timer);
  }
}

export interface Verdict {
  /** For people; few of many. */
  readonly faults: readonly string[];
  /** Faults that a stall explains. */
  readonly excused: number;
}

/** @param looked how many things were looked at, of which the faults are some. */
export function judge(faults: readonly ScheduleFault[], stalls: readonly Stall[], looked: number): Verdict {
  const touches = (stretch: Stretch, aftermathMs: number, stall: Stall) =>
    stall.fromMs <= stretch.untilMs && stall.untilMs >= stretch.fromMs - aftermathMs;
  const beside = (fault: ScheduleFault, stall: Stall) =>
    touches(fault, fault.structural === true ? AFTERMATH_MS : 0, stall) ||
    (fault.or !== undefined && touches(fault.or, 0, stall));
  const own = faults.filter((fault) => !stalls.some((stall) => beside(fault, stall)));
  const excused = faults.length - own.length;
  const texts = own.slice(0, SHOWN_FAULTS).map(({ text }) => text);
  if (own.length > SHOWN_FAULTS) texts.push(`${own.length - SHOWN_FAULTS} more faults`);
  if (excused > LARGEST_EXCUSED_SHARE * looked) {
    texts.push(`${MACHINE_BUSY}: ${excused} of ${looked} things that were looked at have a stall beside them`);
  }
  return { faults: texts, excused };
}
