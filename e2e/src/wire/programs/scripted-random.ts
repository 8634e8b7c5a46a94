// Randomness that makes the cover process draw given virtual activities: the numbers that SPEC.md section 10 would need for
// those arrivals and durations. So a case knows when the product must act, and the product acts by its own code.
import type { Random } from '@quietwire/shaping';
import { emitEvent, monotonicMs } from '../../harness/command-loop.ts';

/** A virtual activity: when it arrives after the session's beginning, and how long it holds demand open, ms. */
export interface ScriptedActivity {
  readonly afterMs: number;
  readonly durationMs: number;
}

/** What the end that draws them was told. */
export interface CoverLaw {
  /** Virtual activities per second at this end. */
  readonly rate: number;
  /** Weights of the classes 1, 2, 4 … periods. */
  readonly weights: readonly number[];
  readonly periodMs: number;
  readonly leadMs: number;
  readonly holdMs: number;
}

/** A gap without end: −ln(1 − 1). */
const NEVER = 1;

/**
 * Numbers in the order in which an end uses them: gap, then for each activity the next gap and its duration. `others` are
 * numbers that something else draws after the first gap.
 */
export function scriptedRandom(activities: readonly ScriptedActivity[], law: CoverLaw, others: number): Random {
  const gaps = activities.map(({ afterMs }, i) => afterMs - (activities[i - 1]?.afterMs ?? 0));
  const gapNumbers = [...gaps.map((gap) => -Math.expm1((-gap * law.rate) / 1000)), NEVER];
  const numbers = [gapNumbers[0] ?? NEVER, ...new Array<number>(others).fill(0.5)];
  for (const [i, { durationMs }] of activities.entries()) {
    numbers.push(gapNumbers[i + 1] ?? NEVER, durationNumber(durationMs, law));
  }
  let used = 0;
  return { next: () => numbers[used++] ?? NEVER };
}

/** The u whose duration is this (SPEC.md section 10.2). @throws RangeError if no class with weight has it. */
function durationNumber(durationMs: number, { weights, periodMs, leadMs, holdMs }: CoverLaw): number {
  const total = weights.reduce((sum, weight) => sum + weight, 0);
  let below = 0;
  let held = 0;
  for (let index = 0; index < weights.length || held > 0; index += 1) {
    const length = 2 ** index;
    const share = held + (weights[index] ?? 0) / total;
    const high = length * periodMs - leadMs;
    // No demand ends before the hold: the first class that reaches it has the weight of those before.
    held = high < holdMs ? share : 0;
    if (held > 0) continue;
    const low = Math.max(length === 1 ? 0 : (length * periodMs) / 2 - leadMs, holdMs);
    if (share > 0 && durationMs > low && durationMs <= high) {
      return below + (share * (high - durationMs)) / (high - low);
    }
    below += share;
  }
  throw new RangeError(`no class of virtual activities lasts ${durationMs} ms`);
}

/** Tells when the first number is drawn: the session's cover begins then, from which the script's times count. */
export function telling(end: 'device' | 'cloud', random: Random): Random {
  let drawn = false;
  return {
    next: () => {
      if (!drawn) emitEvent({ event: 'begun', end, atMs: monotonicMs() });
      drawn = true;
      return random.next();
    },
  };
}
