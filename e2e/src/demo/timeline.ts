// Adds up bytes in steps of equal length on the monotonic clock. Keeps a bounded past.

import type { Step } from './messages.ts';

type Series = 'rawUp' | 'rawDown' | 'shapedUp' | 'shapedDown';

type OpenStep = { -readonly [K in keyof Step]: Step[K] };

export class Timeline {
  readonly #stepMs: number;
  readonly #kept: number;
  readonly #steps = new Map<number, OpenStep>();

  /** `kept` is the number of steps that are remembered. */
  constructor(stepMs: number, kept: number) {
    this.#stepMs = stepMs;
    this.#kept = kept;
  }

  add(timeMs: number, series: Series, bytes: number): void {
    const step = this.#open(Math.floor(timeMs / this.#stepMs));
    step[series] += bytes;
  }

  /** The steps that ended after `fromMs` and until `toMs`, with empty ones where nothing passed. */
  between(fromMs: number, toMs: number): Step[] {
    const first = Math.max(Math.floor(fromMs / this.#stepMs), Math.floor(toMs / this.#stepMs) - this.#kept);
    const steps: Step[] = [];
    for (let at = first; (at + 1) * this.#stepMs <= toMs; at++) steps.push({ ...this.#open(at) });
    return steps;
  }

  #open(at: number): OpenStep {
    const found = this.#steps.get(at);
    if (found) return found;
    const step = { timeMs: (at + 1) * this.#stepMs, rawUp: 0, rawDown: 0, shapedUp: 0, shapedDown: 0 };
    this.#steps.set(at, step);
    for (const key of this.#steps.keys()) {
      if (key > at - this.#kept) break;
      this.#steps.delete(key);
    }
    return step;
  }
}
