// The truth of the demo: when something real happened, by the rule that the tunnel's ends use too (more than quietBytes in
// one direction of a stream within a window, open for `holdMs` after the last byte). Looks at raw traffic only.

import type { ActivitySpan } from './messages.ts';

export interface ActivityRule {
  readonly quietBytes: number;
  readonly windowMs: number;
  readonly holdMs: number;
}

interface OpenSpan {
  startMs: number;
  endMs: number;
  cause: ActivitySpan['cause'];
}

/** Finds activities in raw traffic. Feed it in order of time. */
export class ActivityWatch {
  readonly #rule: ActivityRule;
  readonly #windows = new Map<string, { timeMs: number; bytes: number }[]>();
  readonly #spans: OpenSpan[] = [];

  constructor(rule: ActivityRule) {
    this.#rule = rule;
  }

  /** All activities found, oldest first. */
  get spans(): readonly ActivitySpan[] {
    return this.#spans;
  }

  /** Payload of one direction of a stream; true when it belongs to an activity. */
  add(timeMs: number, stream: string, bytes: number, cause: ActivitySpan['cause']): boolean {
    const { quietBytes, windowMs, holdMs } = this.#rule;
    const window = this.#windows.get(stream) ?? [];
    this.#windows.set(stream, window);
    window.push({ timeMs, bytes });
    while ((window[0]?.timeMs ?? timeMs) <= timeMs - windowMs) window.shift();
    const last = this.#spans.at(-1);
    const isOpen = last !== undefined && timeMs < last.endMs + holdMs;
    const isLoud = window.reduce((sum, entry) => sum + entry.bytes, 0) > quietBytes;
    if (isLoud && !isOpen) this.#spans.push({ startMs: timeMs, endMs: timeMs, cause });
    if (isLoud && isOpen) last.endMs = timeMs;
    return isLoud;
  }

  /** Whether an activity started in [fromMs, toMs). */
  startedWithin(fromMs: number, toMs: number): boolean {
    for (let at = this.#spans.length - 1; at >= 0; at--) {
      const startMs = this.#spans[at]?.startMs ?? 0;
      if (startMs < fromMs) return false;
      if (startMs < toMs) return true;
    }
    return false;
  }

  /** Whether payload of an activity passed in [fromMs, toMs). */
  activeWithin(fromMs: number, toMs: number): boolean {
    for (let at = this.#spans.length - 1; at >= 0; at--) {
      const span = this.#spans[at];
      if (!span || span.endMs < fromMs) return false;
      if (span.startMs < toMs) return true;
    }
    return false;
  }

  /** Forgets activities that ended before `timeMs`. */
  forgetBefore(timeMs: number): void {
    while ((this.#spans[0]?.endMs ?? timeMs) < timeMs) this.#spans.shift();
  }
}
