// The networks under which real and virtual runs are compared, and what the attackers may reach (period-clock.md section 7,
// check 10): the figure itself and, so that too few runs cannot pass, the upper end of its 95 % interval.
import type { Attack } from './attackers.ts';
import type { DelayOptions } from './delay.ts';

export const attackDelays: Readonly<Record<string, DelayOptions>> = {
  '20 ± 5 ms': { baseMs: 20, jitterMs: 5 },
  '20 ± 5 ms, stalls on 0.1 % of frames': { baseMs: 20, jitterMs: 5, stallRate: 0.001 },
  '150 ± 60 ms': { baseMs: 150, jitterMs: 60 },
};

export const mostAccuracy = 0.52;
/** For the interval's upper end: at 10,000 runs of each cause, and at the 2,500 of `npm test`. */
export const mostUpperEnd = { long: 0.53, short: 0.55 } as const;
/** A planted fault counts as found when the interval's lower end is above this. */
export const leastWithFault = 0.55;

export const upperEnd = ({ balancedAccuracy, halfInterval }: Attack): number => balancedAccuracy + halfInterval;
export const lowerEnd = ({ balancedAccuracy, halfInterval }: Attack): number => balancedAccuracy - halfInterval;

export const describeAttack = ({ attacker, balancedAccuracy, halfInterval, each }: Attack): string =>
  `${attacker} ${balancedAccuracy.toFixed(3)} ± ${halfInterval.toFixed(3)} (${each} of each)`;
