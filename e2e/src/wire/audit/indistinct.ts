// The verdict on two samples that must look alike, and the check that the look is sharp enough: the same with a planted
// shift must be found, or the case is blind.
import { classify, type FeatureBlock } from './bayes.ts';
import { type Block, type Interval, separation } from './statistics.ts';

export interface Likeness {
  /** Probability that a value of the second sample exceeds one of the first; 0.5 if they are alike. */
  readonly separation: Interval;
  /** Balanced accuracy of the classifier; 0.5 if it finds nothing. Undefined where only values are compared. */
  readonly accuracy: Interval | undefined;
  /** The same two with the shift. */
  readonly planted: { readonly separation: Interval; readonly accuracy: Interval | undefined };
  readonly faults: readonly string[];
}

export interface LikenessOptions {
  readonly name: string;
  /** Added to the second sample's first feature; the look must find it. In the unit of the values. */
  readonly plant: number;
  /** A difference is a fault when its interval lies wholly beyond 0.5 ± this. */
  readonly margin: number;
  /** The classifier's interval must lie within 0.5 ± this: else the sample is too small or the difference real. */
  readonly accuracyLimit?: number;
}

/** Compares single values, block by block. */
export function compareValues(a: readonly Block[], b: readonly Block[], options: LikenessOptions): Likeness {
  const shifted = b.map((block) => block.map((value) => value + options.plant));
  const found = { separation: separation(a, b), accuracy: undefined };
  return verdict(found, { separation: separation(a, shifted), accuracy: undefined }, options);
}

/** Compares frames by several features; the first is the one that is ranked and shifted. */
export function compareFrames(
  a: readonly FeatureBlock[],
  b: readonly FeatureBlock[],
  options: LikenessOptions,
): Likeness {
  const shifted = b.map((block) => block.map(([first = 0, ...rest]) => [first + options.plant, ...rest]));
  const ranked = (blocks: readonly FeatureBlock[]) => blocks.map((block) => block.map(([first = 0]) => first));
  const look = (other: readonly FeatureBlock[]) => ({
    separation: separation(ranked(a), ranked(other)),
    accuracy: classify(a, other),
  });
  return verdict(look(b), look(shifted), options);
}

interface Look {
  readonly separation: Interval;
  readonly accuracy: Interval | undefined;
}

function verdict(found: Look, planted: Look, { name, margin, accuracyLimit = margin }: LikenessOptions): Likeness {
  const faults: string[] = [];
  // A classifier that is wrong too often is right when turned round.
  const isApart = ({ low, high }: Interval) => low > 0.5 + margin || high < 0.5 - margin;
  const differs = (look: Look) => isApart(look.separation) || (look.accuracy !== undefined && isApart(look.accuracy));
  if (differs(found)) faults.push(`${name} differ: ${render(found)}`);
  else if (found.accuracy !== undefined && reach(found.accuracy) > 0.5 + accuracyLimit) {
    faults.push(`${name}: nothing can be said: ${render(found)}`);
  }
  if (!differs(planted)) faults.push(`${name}: blind, a planted shift is not found: ${render(planted)}`);
  return { ...found, planted, faults };
}

/** What an attacker may reach who turns the classifier round if that helps. */
function reach({ low, high }: Interval): number {
  return Math.max(high, 1 - low);
}

function render({ separation: { value, low, high }, accuracy }: Look): string {
  const rounded = (entry: number) => entry.toFixed(3);
  const rank = `separation ${rounded(value)} (${rounded(low)} … ${rounded(high)})`;
  if (accuracy === undefined) return rank;
  return `${rank}, accuracy ${rounded(accuracy.value)} (${rounded(accuracy.low)} … ${rounded(accuracy.high)})`;
}
