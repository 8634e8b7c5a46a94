// Counts how often an observer's claims were right, and how often a claim at a random moment would have been.

import type { Claim, Score } from './messages.ts';

/** z of a two-sided 95 % interval. */
const z = 1.96;

/** The Wilson interval of a share, or undefined without trials. */
export function wilsonInterval(hits: number, trials: number): [number, number] | undefined {
  if (trials === 0) return undefined;
  const share = hits / trials;
  const scale = 1 + z ** 2 / trials;
  const centre = (share + z ** 2 / (2 * trials)) / scale;
  const half = (z / scale) * Math.sqrt((share * (1 - share)) / trials + z ** 2 / (4 * trials ** 2));
  return [Math.max(0, centre - half), Math.min(1, centre + half)];
}

/** The running score of one observer. Each settled claim and each activity is counted once. */
export class ScoreKeeper {
  #claims = 0;
  #right = 0;
  #activities = 0;
  #found = 0;
  #moments = 0;
  #luckyMoments = 0;

  claim(isRight: boolean): void {
    this.#claims++;
    if (isRight) this.#right++;
  }

  activity(wasFound: boolean): void {
    this.#activities++;
    if (wasFound) this.#found++;
  }

  /** A moment at which a claim would have been right, or not: the base rate. */
  moment(wouldBeRight: boolean): void {
    this.#moments++;
    if (wouldBeRight) this.#luckyMoments++;
  }

  score(isGuessing: boolean): Score {
    return {
      isGuessing,
      claims: this.#claims,
      right: this.#right,
      interval: wilsonInterval(this.#right, this.#claims),
      activities: this.#activities,
      found: this.#found,
      chance: this.#moments === 0 ? undefined : this.#luckyMoments / this.#moments,
    };
  }
}

/** Whether a claim covers the moment at which an activity started; it may open up to `slackMs` later. */
export function covers(claims: readonly Claim[], activityMs: number, slackMs: number): boolean {
  return claims.some((claim) => claim.startMs - slackMs <= activityMs && activityMs < claim.endMs);
}
