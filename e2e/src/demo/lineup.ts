// Two observers side by side, the same simple one before raw and before shaped traffic, and the truth they are measured by.
// Advances in steps of the timeline, a little behind the clock, so that every byte of a step is known.

import type { Row } from '../replay/table.ts';
import { ActivityWatch } from './activity-watch.ts';
import { activityRule, leadMs, periodMs, restMs } from './demo-policy.ts';
import type { Score, Step } from './messages.ts';
import { RateObserver } from './rate-observer.ts';
import { covers, ScoreKeeper } from './score.ts';
import type { Timeline } from './timeline.ts';

/** An activity that comes while a run ends or an end rests opens the next run: so much later at most. */
const latestRunMs = 2 * leadMs + restMs;
/** Claims closer than this are one: closer runs are not fresh (period-clock.md section 6), and promise nothing. */
const mergeMs = 1000;
const keptMs = 300_000;

export class Lineup {
  readonly truth = new ActivityWatch(activityRule);
  readonly raw: RateObserver;
  readonly shaped: RateObserver;
  readonly #timeline: Timeline;
  readonly #stepMs: number;
  readonly #scores = { raw: new ScoreKeeper(), shaped: new ScoreKeeper() };
  readonly #countFromMs: number;
  #reachedMs: number;
  #settledMs: number;

  /** Judges from `startMs` on; counts only what begins at `countFromMs` or later, when the runs of connecting are over. */
  constructor(timeline: Timeline, stepMs: number, startMs: number, countFromMs: number) {
    this.#timeline = timeline;
    this.#stepMs = stepMs;
    this.#countFromMs = countFromMs;
    this.#reachedMs = startMs;
    this.#settledMs = countFromMs;
    this.raw = new RateObserver({ windowMs: stepMs, mergeMs });
    this.shaped = new RateObserver({ windowMs: stepMs, mergeMs });
  }

  get scores(): { raw: Score; shaped: Score } {
    return {
      raw: this.#scores.raw.score(this.raw.thresholdBytes !== undefined),
      shaped: this.#scores.shaped.score(this.shaped.thresholdBytes !== undefined),
    };
  }

  /** The observer of raw traffic owns the same plug, and knows what it sends: it has learned before it begins. */
  teach(rows: readonly Row[], speed: number): void {
    const truth = new ActivityWatch(activityRule);
    const steps = new Map<number, number>();
    for (const row of rows) {
      const timeMs = row.timeMs / speed;
      const at = Math.floor(timeMs / this.#stepMs);
      truth.add(timeMs, row.direction, row.bytes, 'plug');
      steps.set(at, (steps.get(at) ?? 0) + row.bytes);
    }
    for (const [at, bytes] of steps) {
      this.raw.learn(bytes, truth.activeWithin(at * this.#stepMs, (at + 1) * this.#stepMs));
    }
  }

  /** Takes in all steps that ended until `knownMs`. */
  advance(knownMs: number): void {
    for (const step of this.#timeline.between(this.#reachedMs, knownMs)) {
      if (step.timeMs <= this.#reachedMs) continue;
      this.#reachedMs = step.timeMs;
      this.#judge(step);
    }
    this.#settle(this.#reachedMs);
    this.truth.forgetBefore(knownMs - keptMs);
    this.raw.forgetBefore(knownMs - keptMs);
    this.shaped.forgetBefore(knownMs - keptMs);
  }

  #judge(step: Step): void {
    const startMs = step.timeMs - this.#stepMs;
    const wasBusy = this.truth.activeWithin(startMs, step.timeMs);
    const rawBytes = step.rawUp + step.rawDown;
    const shapedBytes = step.shapedUp + step.shapedDown;
    this.raw.judge(startMs, rawBytes);
    this.shaped.judge(startMs, shapedBytes);
    this.raw.learn(rawBytes, wasBusy);
    this.shaped.learn(shapedBytes, wasBusy);
  }

  /** Decides what can be decided now: a claim is open until the first period after it is over. */
  #settle(nowMs: number): void {
    const knownMs = nowMs - periodMs - this.#stepMs;
    for (const [observer, score] of [
      [this.raw, this.#scores.raw],
      [this.shaped, this.#scores.shaped],
    ] as const) {
      observer.settle((claim) => {
        if (claim.startMs > knownMs) return undefined;
        const isRight = this.#wouldBeRight(claim.startMs);
        if (claim.startMs >= this.#countFromMs) score.claim(isRight);
        return isRight;
      });
    }
    const settledMs = this.#settledMs;
    for (; this.#settledMs + this.#stepMs <= knownMs; this.#settledMs += this.#stepMs) {
      const wouldBeRight = this.#wouldBeRight(this.#settledMs);
      this.#scores.raw.moment(wouldBeRight);
      this.#scores.shaped.moment(wouldBeRight);
    }
    for (const { startMs } of this.truth.spans) {
      if (startMs < settledMs || startMs >= this.#settledMs) continue;
      this.#scores.raw.activity(covers(this.raw.claims, startMs, latestRunMs));
      this.#scores.shaped.activity(covers(this.shaped.claims, startMs, latestRunMs));
    }
  }

  /** Whether an activity starts in the first period of a run that begins in the step at `startMs`, or opened that run. */
  #wouldBeRight(startMs: number): boolean {
    return this.truth.startedWithin(startMs - latestRunMs, startMs + this.#stepMs / 2 + periodMs);
  }
}
