// Real activities for the indistinct case: exchanges of a few hundred bytes with replies, of four lengths, as a script that
// both ends of a stream play. The law of their demand is learned from them as an operator would (period-clock.md 4.3).
import type { Random } from '@quietwire/shaping';

export interface ActivityLaw {
  readonly periodMs: number;
  readonly leadMs: number;
  readonly holdMs: number;
  readonly longestRun: number;
}

/** Time between two messages of one activity, ms: far below the hold. */
export const MESSAGE_GAP_MS = 30;

const kinds = [
  { share: 0.6, lowMs: 0, highMs: 0 },
  { share: 0.25, lowMs: 150, highMs: 400 },
  { share: 0.1, lowMs: 550, highMs: 1100 },
  { share: 0.05, lowMs: 1400, highMs: 2600 },
] as const;

/** Time from the first to the last message of an activity, ms; 0 is a single message. */
export function drawActivityMs(random: Random): number {
  let rest = random.next();
  for (const { share, lowMs, highMs } of kinds) {
    if (rest < share) return lowMs + random.next() * (highMs - lowMs);
    rest -= share;
  }
  return 0;
}

/**
 * Counts of the duration classes 1, 2, 4 … of `n` single activities, measured alone: their length, the reply's way back
 * (about two slots) and the hold.
 */
export function learnDurations(n: number, slotMs: number, law: ActivityLaw, random: Random): number[] {
  const counts = new Array<number>(Math.log2(law.longestRun) + 1).fill(0);
  for (let i = 0; i < n; i += 1) {
    const demandMs = drawActivityMs(random) + 1.5 * slotMs + law.holdMs;
    let cls = 0;
    while (cls < counts.length - 1 && demandMs > 2 ** cls * law.periodMs - law.leadMs) cls += 1;
    counts[cls] = (counts[cls] ?? 0) + 1;
  }
  return counts;
}
