// What a capture shows of a stall is no fault of the product: a process that the machine let stand skips slots by the rules.
// Decides which faults a stall explains: those of slots by a stall of their sender in that very slot, those of runs and
// periods by a stall of either end at that very place.
import { MACHINE_BUSY } from '../../harness/cases.ts';
import type { Direction } from '../capture/wire-record.ts';

/** A stretch of the machine's clock, ms. */
export interface Stretch {
  readonly fromMs: number;
  readonly untilMs: number;
}

/** The processes of a stage; the observer is the test's own process where the capture is made in it. */
export type StagePart = 'devices' | 'cloud' | 'observer';

/** A time in which the machine let a process stand. */
export interface Stall extends Stretch {
  readonly of: StagePart;
}

export interface ScheduleFault extends Stretch {
  readonly text: string;
  /** Where else what is missing may have been. */
  readonly or?: Stretch | undefined;
  /** Whose slots it is about; undefined if it is about runs and periods, in which both ends take part. */
  readonly sender?: Direction | undefined;
}

const senders: Readonly<Record<Direction, StagePart>> = { up: 'devices', down: 'cloud' };
/**
 * Above this share of slots with a stall the machine was too busy for a verdict on times: one stall makes more differences
 * than can be told from a leak. So few are no share of anything.
 */
const LARGEST_EXCUSED_SHARE = 0.01;
const FEW = 4;
/** So few faults beside those that stalls explain may be of stalls that the watch missed: no verdict either. */
const UNSEEN_SHARE = 0.03;
const SHOWN_FAULTS = 8;

export interface Verdict {
  /** For people; few of many. */
  readonly faults: readonly string[];
  /** Faults that a stall explains. */
  readonly excused: number;
  /** The machine was too busy for a verdict on times: one of the faults says so. */
  readonly isBusy: boolean;
  /** Those of the faults that have no time, and hold whatever the machine did. */
  readonly timeless: readonly string[];
}

/**
 * A fault that has no time (untilMs −∞) is explained by nothing: sizes do not depend on stalls.
 * @param slots how many slots were looked at, with frames and without: a stall makes a fault of each that it takes.
 */
export function judge(faults: readonly ScheduleFault[], stalls: readonly Stall[], slots: number): Verdict {
  const own = faults.filter((fault) => !isExplained(fault, stalls));
  const excused = faults.length - own.length;
  const timeless = own.filter(({ untilMs }) => untilMs === Number.NEGATIVE_INFINITY);
  const timed = own.length - timeless.length;
  const isBusy = excused > Math.max(FEW, LARGEST_EXCUSED_SHARE * slots);
  if (isBusy || (timed > 0 && timed <= UNSEEN_SHARE * excused)) {
    const text = `${MACHINE_BUSY}: stalls explain ${excused} faults in ${slots} slots, but not ${timed} more`;
    return { faults: [...shown(timeless), text], excused, isBusy: true, timeless: shown(timeless) };
  }
  return { faults: shown(own), excused, isBusy: false, timeless: shown(timeless) };
}

/**
 * As `judge`, of connections one by one. Where a stall hides the edge of a run, the audit places slots of the whole run beside
 * theirs: what no stall explains in a connection that one has touched leaves no verdict on times. In any other it is a fault.
 */
export function judgeLinks(
  links: readonly { readonly faults: readonly ScheduleFault[] }[],
  stalls: readonly Stall[],
  slots: number,
): Verdict {
  const all = links.flatMap(({ faults }) => faults);
  const verdict = judge(all, stalls, slots);
  const unexplained = links.filter(({ faults }) => faults.some((fault) => !isExplained(fault, stalls)));
  const isTouched = unexplained.every(({ faults }) => faults.some((fault) => isExplained(fault, stalls)));
  if (verdict.isBusy || verdict.timeless.length > 0 || unexplained.length === 0 || !isTouched) return verdict;
  const text = `${MACHINE_BUSY}: ${unexplained.length} connections that stalls have touched show more than these explain`;
  return { ...verdict, faults: [text], isBusy: true };
}

function shown(faults: readonly ScheduleFault[]): string[] {
  const texts = faults.slice(0, SHOWN_FAULTS).map(({ text }) => text);
  if (faults.length > SHOWN_FAULTS) texts.push(`${faults.length - SHOWN_FAULTS} more faults`);
  return texts;
}

/** Whether a process that takes part stood still there. */
export function isExplained({ sender, or, ...fault }: ScheduleFault, stalls: readonly Stall[]): boolean {
  return stalls.some((stall) => {
    if (sender !== undefined && stall.of !== senders[sender] && stall.of !== 'observer') return false;
    return overlap(fault, stall) || (or !== undefined && overlap(or, stall));
  });
}

function overlap(one: Stretch, other: Stretch): boolean {
  return one.fromMs <= other.untilMs && one.untilMs >= other.fromMs;
}
