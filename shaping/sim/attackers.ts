// Attackers that are asked for the cause of a run: a random forest and gradient boosting, each trained on one half of the
// time and asked about the other, both ways.
import { type Random, seededRandom } from '../src/index.ts';
import { binColumns, type Tree, TreeGrower } from './binned-trees.ts';

export interface Attack {
  readonly attacker: 'forest' | 'boosting';
  readonly balancedAccuracy: number;
  /** Half of the 95 % interval. */
  readonly halfInterval: number;
  /** Runs of each cause. */
  readonly each: number;
}

type Score = (row: number) => number;
type Train = (columns: readonly Uint8Array[], labels: Float64Array, rows: Int32Array, random: Random) => Score;

const forestTrees = 80;
const boostingRounds = 120;
const boostingRate = 0.1;

const trainForest: Train = (columns, labels, rows, random) => {
  const features = Math.ceil(Math.sqrt(columns.length));
  const grower = new TreeGrower(columns, { depth: 10, leastInLeaf: 5, features }, random);
  const weights = new Float64Array(labels.length).fill(1);
  const trees: Tree[] = [];
  for (let tree = 0; tree < forestTrees; tree += 1) {
    const drawn = rows.map(() => rows[Math.floor(random.next() * rows.length)] as number);
    trees.push(grower.grow(drawn, labels, weights));
  }
  return (row) => trees.reduce((sum, tree) => sum + tree.predict(columns, row), 0) / forestTrees - 0.5;
};

const trainBoosting: Train = (columns, labels, rows, random) => {
  const grower = new TreeGrower(columns, { depth: 3, leastInLeaf: 20, features: columns.length }, random);
  const scores = new Float64Array(labels.length);
  const gradients = new Float64Array(labels.length);
  const weights = new Float64Array(labels.length);
  const trees: Tree[] = [];
  for (let round = 0; round < boostingRounds; round += 1) {
    for (const row of rows) {
      const chance = 1 / (1 + Math.exp(-(scores[row] as number)));
      gradients[row] = (labels[row] as number) - chance;
      weights[row] = chance * (1 - chance);
    }
    const tree = grower.grow(rows, gradients, weights);
    trees.push(tree);
    for (const row of rows) scores[row] = (scores[row] as number) + boostingRate * tree.predict(columns, row);
  }
  return (row) => trees.reduce((sum, tree) => sum + tree.predict(columns, row), 0);
};

const attackers = { forest: trainForest, boosting: trainBoosting } as const;

/**
 * How well each attacker tells real from virtual. Uses the same number of both, drawn at random.
 * @param rows features of the runs in order of time; `labels` whether each is real.
 */
export function attack(rows: readonly (readonly number[])[], labels: readonly boolean[], seed: number): Attack[] {
  const random = seededRandom(`attack ${seed}`);
  const chosen = balanced(labels, random);
  const columns = binColumns(rows);
  const targets = Float64Array.from(labels, (real) => (real ? 1 : 0));
  const half = chosen.length / 2;
  const folds = [
    [chosen.slice(0, half), chosen.slice(half)],
    [chosen.slice(half), chosen.slice(0, half)],
  ] as const;
  return (Object.keys(attackers) as (keyof typeof attackers)[]).map((attacker) => {
    const right = { real: 0, virtual: 0 };
    const asked = { real: 0, virtual: 0 };
    for (const [train, test] of folds) {
      const score = attackers[attacker](columns, targets, train, random);
      for (const row of test) {
        const kind = labels[row] === true ? 'real' : 'virtual';
        asked[kind] += 1;
        if (score(row) > 0 === labels[row]) right[kind] += 1;
      }
    }
    const real = right.real / asked.real;
    const virtual = right.virtual / asked.virtual;
    const variance = (real * (1 - real)) / asked.real + (virtual * (1 - virtual)) / asked.virtual;
    return {
      attacker,
      balancedAccuracy: (real + virtual) / 2,
      halfInterval: (1.96 / 2) * Math.sqrt(variance),
      each: chosen.length / 2,
    };
  });
}

/** As many rows of the one kind as of the other, in order of time. */
function balanced(labels: readonly boolean[], random: Random): Int32Array {
  const kinds = [true, false].map((kind) => labels.flatMap((label, row) => (label === kind ? [row] : [])));
  const count = Math.min(...kinds.map((rows) => rows.length)) & ~1;
  const kept = kinds.flatMap((rows) => {
    for (let at = rows.length - 1; at > 0; at -= 1) {
      const other = Math.floor(random.next() * (at + 1));
      [rows[at], rows[other]] = [rows[other] as number, rows[at] as number];
    }
    return rows.slice(0, count);
  });
  return Int32Array.from(kept).sort();
}
