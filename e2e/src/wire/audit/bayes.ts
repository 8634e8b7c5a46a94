// A small classifier of frames: naive Bayes over histograms of each feature, trained on one half of the blocks, tested on
// the other, both ways. It finds what a mean or a rank does not: two peaks, a change of spread, a rare value.
import { blockMean, type Interval } from './statistics.ts';

/** A frame's features; all frames have the same number. */
export type Features = readonly number[];
export type FeatureBlock = readonly Features[];

const BINS = 24;

/** Balanced accuracy of telling frames of `b` from frames of `a`. Blocks are taken alternately for the two halves. */
export function classify(a: readonly FeatureBlock[], b: readonly FeatureBlock[]): Interval {
  const hitsA: number[][] = [];
  const hitsB: number[][] = [];
  for (const part of [0, 1]) {
    const model = train(half(a, part), half(b, part));
    for (const block of half(a, 1 - part)) hitsA.push(block.map((frame) => (model(frame) < 0 ? 1 : 0)));
    for (const block of half(b, 1 - part)) hitsB.push(block.map((frame) => (model(frame) < 0 ? 0 : 1)));
  }
  const rightA = blockMean(hitsA);
  const rightB = blockMean(hitsB);
  const value = (rightA.value + rightB.value) / 2;
  const halfWidth = Math.hypot(rightA.high - rightA.value, rightB.high - rightB.value) / 2;
  return { value, low: value - halfWidth, high: value + halfWidth };
}

function half(blocks: readonly FeatureBlock[], part: number): FeatureBlock[] {
  return blocks.filter((_, index) => index % 2 === part);
}

/** @returns the logarithm of the odds for `b`. */
function train(a: readonly FeatureBlock[], b: readonly FeatureBlock[]): (frame: Features) => number {
  const framesA = a.flat();
  const framesB = b.flat();
  const count = framesA[0]?.length ?? 0;
  const tables = Array.from({ length: count }, (_, feature) => {
    const pooled = [...framesA, ...framesB].map((frame) => frame[feature] ?? 0).sort((x, y) => x - y);
    const edges = Array.from({ length: BINS - 1 }, (_, i) => pooled[Math.floor(((i + 1) * pooled.length) / BINS)] ?? 0);
    const binOf = (value: number) => {
      let bin = 0;
      while (bin < edges.length && value >= (edges[bin] ?? 0)) bin += 1;
      return bin;
    };
    const shares = [framesA, framesB].map((frames) => {
      const counts = new Array<number>(BINS).fill(1);
      for (const frame of frames) {
        const bin = binOf(frame[feature] ?? 0);
        counts[bin] = (counts[bin] ?? 0) + 1;
      }
      return counts.map((entries) => entries / (frames.length + BINS));
    });
    const odds = Array.from({ length: BINS }, (_, bin) => Math.log((shares[1]?.[bin] ?? 1) / (shares[0]?.[bin] ?? 1)));
    return { binOf, odds };
  });
  return (frame) =>
    tables.reduce((total, { binOf, odds }, feature) => total + (odds[binOf(frame[feature] ?? 0)] ?? 0), 0);
}
