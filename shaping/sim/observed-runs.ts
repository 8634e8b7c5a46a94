// What an observer three milliseconds from the device notes of every run, and what was behind it. The observer sees when
// frames pass and how large they are; the cause is the label that an attacker is asked for.
import type { Role } from '../src/index.ts';
import type { EndObserver, SimulatedEnd } from './simulated-end.ts';

export interface ObservedRun {
  /** Whether an activity that payload made opened the run. */
  readonly real: boolean;
  readonly firstNumber: number;
  readonly up: Direction;
  readonly down: Direction;
}

const observerMs = 3;

/** The frames of one run in one direction, and the background around them. */
class Direction {
  /** Last background frame before the run. */
  readonly backgroundMs: number;
  firstMs = Number.NaN;
  lastMs = Number.NaN;
  frames = 0;
  longestGapMs = 0;
  gapSquares = 0;

  constructor(backgroundMs: number) {
    this.backgroundMs = backgroundMs;
  }

  add(seenMs: number): void {
    if (this.frames === 0) this.firstMs = seenMs;
    else {
      const gapMs = seenMs - this.lastMs;
      this.longestGapMs = Math.max(this.longestGapMs, gapMs);
      this.gapSquares += gapMs * gapMs;
    }
    this.lastMs = seenMs;
    this.frames += 1;
  }
}

/** A stretch of time in which demand of one kind is open, at either end. */
class OpenDemand {
  #sinceMs = Number.POSITIVE_INFINITY;
  #untilMs = Number.NEGATIVE_INFINITY;

  raise(atMs: number, untilMs: number): void {
    if (atMs > this.#untilMs) this.#sinceMs = atMs;
    this.#untilMs = Math.max(this.#untilMs, untilMs);
  }

  /** When the demand that is open at `nowMs` opened; Infinity if none is. */
  openSinceMs(nowMs: number): number {
    return nowMs <= this.#untilMs ? this.#sinceMs : Number.POSITIVE_INFINITY;
  }
}

export class RunObserver implements EndObserver {
  readonly runs: ObservedRun[] = [];
  readonly #backgroundMs: Record<Role, number> = { device: 0, cloud: 0 };
  readonly #real = new OpenDemand();
  readonly #virtual = new OpenDemand();
  readonly #holdMs: number;

  /** @param holdMs W, as the shapers have it. */
  constructor(holdMs: number) {
    this.#holdMs = holdMs;
  }

  /** Payload moved at either end. */
  payload(nowMs: number): void {
    this.#real.raise(nowMs, nowMs + this.#holdMs);
  }

  virtual(atMs: number, demandMs: number): void {
    this.#virtual.raise(atMs, atMs + demandMs);
  }

  transition({ shaper }: SimulatedEnd, nowMs: number): void {
    const { running, clock } = shaper;
    const last = this.runs.at(-1);
    if (!running || clock.inRun > 1 || !clock.led || (last !== undefined && clock.running <= last.firstNumber)) return;
    // A tick later than what opened the run.
    const real = this.#real.openSinceMs(nowMs) < this.#virtual.openSinceMs(nowMs);
    const { device, cloud } = this.#backgroundMs;
    this.runs.push({ real, firstNumber: clock.running, up: new Direction(device), down: new Direction(cloud) });
  }

  frame({ role, shaper }: SimulatedEnd, tickMs: number, _bytes: number, arrivalMs: number): void {
    const seenMs = role === 'device' ? tickMs + observerMs : arrivalMs - observerMs;
    if (!shaper.inPeriod) {
      this.#backgroundMs[role] = seenMs;
      return;
    }
    const number = shaper.clock.running;
    const last = this.runs.at(-1);
    const run = last !== undefined && number < last.firstNumber ? this.runs.at(-2) : last;
    if (run !== undefined) run[role === 'device' ? 'up' : 'down'].add(seenMs);
  }
}

/** Names of the features, in the order of `featuresOf`. */
export const featureNames = [
  'frames up',
  'frames down',
  'lag of the first frames',
  'lag of the last frames',
  'longest gap up',
  'longest gap down',
  'mean square gap up',
  'mean square gap down',
  'time since background up',
  'time since background down',
  'lag of the first frame to the last opposite one',
  'gap before',
  'gap after',
  'frames of the run before',
  'frames of the run after',
  'lag of the run before',
  'lag of the run after',
  'gap before the run before',
  'gap after the run after',
  'runs in the minute before',
  'runs in the minute after',
] as const;

const minuteMs = 60_000;

/** Features of every run that has two runs on each side. */
export function featuresOf(runs: readonly ObservedRun[]): { readonly rows: number[][]; readonly labels: boolean[] } {
  const rows: number[][] = [];
  const labels: boolean[] = [];
  for (let at = 2; at < runs.length - 2; at += 1) {
    const [earliest, before, run, after, latest] = runs.slice(at - 2, at + 3) as [
      ObservedRun,
      ObservedRun,
      ObservedRun,
      ObservedRun,
      ObservedRun,
    ];
    rows.push([
      run.up.frames,
      run.down.frames,
      lag(run),
      run.down.lastMs - run.up.lastMs,
      run.up.longestGapMs,
      run.down.longestGapMs,
      run.up.gapSquares / run.up.frames,
      run.down.gapSquares / run.down.frames,
      run.up.firstMs - run.up.backgroundMs,
      run.down.firstMs - run.down.backgroundMs,
      lag(run) > 0 ? run.up.firstMs - run.down.backgroundMs : run.down.firstMs - run.up.backgroundMs,
      gap(before, run),
      gap(run, after),
      before.up.frames,
      after.up.frames,
      lag(before),
      lag(after),
      gap(earliest, before),
      gap(after, latest),
      countNear(runs, at, -1),
      countNear(runs, at, 1),
    ]);
    labels.push(run.real);
  }
  return { rows, labels };
}

const lag = ({ up, down }: ObservedRun): number => down.firstMs - up.firstMs;
const gap = (first: ObservedRun, second: ObservedRun): number => second.up.firstMs - first.up.lastMs;

/** Other runs that begin within a minute, in one direction of time. */
function countNear(runs: readonly ObservedRun[], at: number, step: 1 | -1): number {
  const startMs = runs[at]?.up.firstMs ?? 0;
  let count = 0;
  for (let other = runs[at + step]; other !== undefined; other = runs[at + step * (count + 1)]) {
    if (Math.abs(other.up.firstMs - startMs) > minuteMs) break;
    count += 1;
  }
  return count;
}
