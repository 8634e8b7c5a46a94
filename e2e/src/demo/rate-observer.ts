// A simple observer of traffic: looks at the bytes of short windows and claims "somebody did something" while they are
// above a threshold, which it learns from the traffic so far and from being told afterwards when something happened.
// It gets no more than bytes and times; the truth teaches it about windows that it has already judged.

import type { Claim } from './messages.ts';

export interface ObserverOptions {
  readonly windowMs: number;
  /** Windows above the threshold that lie closer than this belong to one claim. */
  readonly mergeMs: number;
}

interface OpenClaim {
  startMs: number;
  endMs: number;
  isRight: boolean | undefined;
}

/** Levels are powers of two: level n holds windows of 2^(n-1) to 2^n - 1 bytes. */
const levels = 32;
/** The observer claims nothing until a threshold promises it this balanced accuracy (0.5 is chance). */
const leastAccuracy = 0.6;
const fewestExamples = 2;

export class RateObserver {
  readonly #options: ObserverOptions;
  readonly #busy = new Float64Array(levels);
  readonly #calm = new Float64Array(levels);
  readonly #claims: OpenClaim[] = [];
  #thresholdLevel: number | undefined;

  constructor(options: ObserverOptions) {
    this.#options = options;
  }

  /** The bytes per window above which it claims something, or undefined while it knows no useful threshold. */
  get thresholdBytes(): number | undefined {
    return this.#thresholdLevel === undefined ? undefined : 2 ** (this.#thresholdLevel - 1);
  }

  get claims(): readonly Claim[] {
    return this.#claims;
  }

  /** Judges a window, in order of time, by what was learned before it. True when it opens a new claim. */
  judge(startMs: number, bytes: number): boolean {
    if (this.#thresholdLevel === undefined || levelOf(bytes) < this.#thresholdLevel) return false;
    const endMs = startMs + this.#options.windowMs;
    const last = this.#claims.at(-1);
    if (last && startMs - last.endMs < this.#options.mergeMs) {
      last.endMs = endMs;
      return false;
    }
    this.#claims.push({ startMs, endMs, isRight: undefined });
    return true;
  }

  /** Tells it afterwards whether something happened in a window of so many bytes, and moves the threshold accordingly. */
  learn(bytes: number, wasBusy: boolean): void {
    const level = levelOf(bytes);
    const counts = wasBusy ? this.#busy : this.#calm;
    counts[level] = (counts[level] ?? 0) + 1;
    this.#thresholdLevel = bestThreshold(this.#busy, this.#calm);
  }

  /** Marks the claims whose outcome can be known: `decide` returns undefined for those that cannot yet. */
  settle(decide: (claim: Claim) => boolean | undefined): void {
    for (const claim of this.#claims) claim.isRight ??= decide(claim);
  }

  /** Forgets claims that ended before `timeMs`; the threshold stays. */
  forgetBefore(timeMs: number): void {
    while ((this.#claims[0]?.endMs ?? timeMs) < timeMs) this.#claims.shift();
  }
}

function levelOf(bytes: number): number {
  return 32 - Math.clz32(bytes);
}

/** The level with the best balanced accuracy, each share smoothed by one example of either outcome. */
function bestThreshold(busy: Float64Array, calm: Float64Array): number | undefined {
  const busyTotal = sum(busy);
  const calmTotal = sum(calm);
  if (busyTotal < fewestExamples || calmTotal < fewestExamples) return undefined;
  let best: number | undefined;
  let bestAccuracy = leastAccuracy;
  let busyAbove = 0;
  let calmAbove = 0;
  for (let level = levels - 1; level > 0; level--) {
    busyAbove += busy[level] ?? 0;
    calmAbove += calm[level] ?? 0;
    const hits = (busyAbove + 1) / (busyTotal + 2);
    const falseAlarms = (calmAbove + 1) / (calmTotal + 2);
    const accuracy = (hits + 1 - falseAlarms) / 2;
    if (accuracy < bestAccuracy) continue;
    best = level;
    bestAccuracy = accuracy;
  }
  return best;
}

function sum(counts: Float64Array): number {
  return counts.reduce((total, count) => total + count, 0);
}
