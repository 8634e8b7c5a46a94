// What the figures of the indistinct case must be. Pure.
import type { Attack } from './attackers.ts';

/** Upper end of the 95 % interval that is allowed, by the number of runs of each cause; fewer cannot show it. */
const limits = [
  { runs: 6000, limit: 0.53 },
  { runs: 1500, limit: 0.55 },
] as const;
export const leastRuns = 1500;
/** Accuracy that an attacker must exceed where a leak is planted. */
const PLANTED_LEAST = 0.6;
/** Share of activities that no run shows: with more, too many runs have the wrong label for a verdict. */
const MOST_UNEXPLAINED = 0.03;

export function limitFor(runs: number): number {
  return limits.find((entry) => runs >= entry.runs)?.limit ?? limits[1].limit;
}

export interface Findings {
  /** Runs of each cause. */
  readonly wanted: number;
  readonly limit: number;
  readonly attack: Attack;
  /** The same runs with a leak, by its name. */
  readonly planted: Readonly<Record<string, Attack>>;
  readonly mislabelled: number;
}

export function faultsOf({ wanted, limit, attack, planted, mislabelled }: Findings): string[] {
  const faults: string[] = [];
  const { real, cover, attackers } = attack;
  if (Math.min(real, cover) < wanted) faults.push(`${real} + ${cover} runs, wanted ${wanted} of each`);
  for (const [name, { low, high }] of Object.entries(attackers)) {
    if (high > limit) faults.push(`${name} may reach ${high.toFixed(3)}, allowed ${limit}`);
    // Who is wrong more often than chance is right when he says the opposite.
    if (1 - low > limit) faults.push(`${name}, turned round, may reach ${(1 - low).toFixed(3)}, allowed ${limit}`);
  }
  for (const [leak, found] of Object.entries(planted)) {
    const best = Math.max(...Object.values(found.attackers).map(({ accuracy }) => accuracy));
    if (best <= PLANTED_LEAST) {
      faults.push(`the planted leak ${leak} gave ${best.toFixed(3)} only: the attackers are blind to 100 µs`);
    }
  }
  if (mislabelled > MOST_UNEXPLAINED) {
    const percent = (100 * mislabelled).toFixed(1);
    faults.push(`${percent} % of the activities explain no run: the labels are too noisy for a verdict`);
  }
  return faults;
}
