// Decision trees over features in at most 64 bins, for the attackers: one split search serves random forests (targets are
// labels, weights 1) and gradient boosting (gradients and curvatures).
import type { Random } from '../src/index.ts';

const MOST_BINS = 64;

/** Every feature as one column of bin numbers, its thresholds taken from the rows themselves. */
export function binColumns(rows: readonly (readonly number[])[]): Uint8Array[] {
  const features = rows[0]?.length ?? 0;
  return Array.from({ length: features }, (_, feature) => {
    const values = rows.map((row) => row[feature] as number);
    const sorted = Float64Array.from(values).sort();
    const edges: number[] = [];
    for (let bin = 1; bin < MOST_BINS; bin += 1) {
      const edge = sorted[Math.floor((bin * sorted.length) / MOST_BINS)] as number;
      if (edges.length === 0 || edge > (edges.at(-1) as number)) edges.push(edge);
    }
    return Uint8Array.from(values, (value) => binOf(edges, value));
  });
}

/** How many edges are at or below the value. */
function binOf(edges: readonly number[], value: number): number {
  let low = 0;
  let high = edges.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((edges[middle] as number) <= value) low = middle + 1;
    else high = middle;
  }
  return low;
}

export interface TreeOptions {
  readonly depth: number;
  readonly leastInLeaf: number;
  /** Features tried at each split. */
  readonly features: number;
}

export interface Tree {
  /** The leaf's value for one row. */
  predict(columns: readonly Uint8Array[], row: number): number;
}

interface Node {
  readonly feature: number;
  readonly bin: number;
  readonly left: Node | number;
  readonly right: Node | number;
}

/** Sums over the rows of a leaf or of one side of a split. */
interface Sums {
  gradient: number;
  weight: number;
}

/** Grows one tree: leaves hold sum(gradients) / sum(weights), splits gain most in the sum of gradient² / weight. */
export class TreeGrower {
  readonly #columns: readonly Uint8Array[];
  readonly #options: TreeOptions;
  readonly #random: Random;
  readonly #gradients = new Float64Array(MOST_BINS);
  readonly #weights = new Float64Array(MOST_BINS);
  readonly #counts = new Int32Array(MOST_BINS);

  constructor(columns: readonly Uint8Array[], options: TreeOptions, random: Random) {
    this.#columns = columns;
    this.#options = options;
    this.#random = random;
  }

  grow(rows: Int32Array, gradients: Float64Array, weights: Float64Array): Tree {
    const root = this.#node(rows, gradients, weights, this.#options.depth);
    return {
      predict(columns, row) {
        let node = root;
        while (typeof node !== 'number') {
          node = ((columns[node.feature] as Uint8Array)[row] as number) <= node.bin ? node.left : node.right;
        }
        return node;
      },
    };
  }

  #node(rows: Int32Array, gradients: Float64Array, weights: Float64Array, depth: number): Node | number {
    const total: Sums = { gradient: 0, weight: 0 };
    for (const row of rows) {
      total.gradient += gradients[row] as number;
      total.weight += weights[row] as number;
    }
    const leaf = total.gradient / (total.weight + 1e-9);
    if (depth === 0 || rows.length < 2 * this.#options.leastInLeaf) return leaf;
    const split = this.#bestSplit(rows, gradients, weights, total);
    if (split === undefined) return leaf;
    const column = this.#columns[split.feature] as Uint8Array;
    const left = rows.filter((row) => (column[row] as number) <= split.bin);
    const right = rows.filter((row) => (column[row] as number) > split.bin);
    return {
      ...split,
      left: this.#node(left, gradients, weights, depth - 1),
      right: this.#node(right, gradients, weights, depth - 1),
    };
  }

  #bestSplit(rows: Int32Array, gradients: Float64Array, weights: Float64Array, total: Sums) {
    let best: { feature: number; bin: number } | undefined;
    let bestGain = total.gradient ** 2 / (total.weight + 1e-9) + 1e-9;
    for (const feature of this.#chosenFeatures()) {
      this.#fill(this.#columns[feature] as Uint8Array, rows, gradients, weights);
      let gradient = 0;
      let weight = 0;
      let count = 0;
      for (let bin = 0; bin < MOST_BINS - 1; bin += 1) {
        gradient += this.#gradients[bin] as number;
        weight += this.#weights[bin] as number;
        count += this.#counts[bin] as number;
        if (count < this.#options.leastInLeaf) continue;
        if (rows.length - count < this.#options.leastInLeaf) break;
        const gain =
          gradient ** 2 / (weight + 1e-9) + (total.gradient - gradient) ** 2 / (total.weight - weight + 1e-9);
        if (gain > bestGain) {
          bestGain = gain;
          best = { feature, bin };
        }
      }
    }
    return best;
  }

  #fill(column: Uint8Array, rows: Int32Array, gradients: Float64Array, weights: Float64Array): void {
    this.#gradients.fill(0);
    this.#weights.fill(0);
    this.#counts.fill(0);
    for (const row of rows) {
      const bin = column[row] as number;
      this.#gradients[bin] = (this.#gradients[bin] as number) + (gradients[row] as number);
      this.#weights[bin] = (this.#weights[bin] as number) + (weights[row] as number);
      this.#counts[bin] = (this.#counts[bin] as number) + 1;
    }
  }

  /** A random choice of features, without repetition. */
  #chosenFeatures(): number[] {
    const all = this.#columns.map((_, feature) => feature);
    for (let at = 0; at < this.#options.features && at < all.length; at += 1) {
      const other = at + Math.floor(this.#random.next() * (all.length - at));
      [all[at], all[other]] = [all[other] as number, all[at] as number];
    }
    return all.slice(0, this.#options.features);
  }
}
