// The tap's clock and what the tap says of its own exactness. Knows nothing of sockets.

import { createHistogram, type Histogram, monitorEventLoopDelay, type RecordableHistogram } from 'node:perf_hooks';

/** Quantiles of a delay, in microseconds. */
export interface DelayQuantiles {
  readonly count: number;
  readonly p50: number;
  readonly p99: number;
  readonly max: number;
}

export interface TapJitter {
  /** How long a read was held up by others that the same turn of the event loop took before it. */
  readonly queueUs: DelayQuantiles;
  /** From the moment when a read is in the process to the end of the write to the other side. */
  readonly forwardUs: DelayQuantiles;
  /** How late the loop runs a timer of 1 ms. Up to 1,000 µs of that is the timer's own granularity, which reads do not
   *  have; what exceeds it is time in which the process was busy or not scheduled. Absent if not measured. */
  readonly loopDelayUs?: DelayQuantiles;
}

const loopResolutionMs = 1;
const clockBaseNs = calibrate();

/**
 * Nanoseconds of the machine's monotonic clock (that of `process.hrtime`, so comparable between processes), whole, exact
 * to about 1 µs. All times of a tap are of this clock.
 */
export function monotonicNs(): number {
  return Math.round(clockBaseNs + performance.now() * 1e6);
}

/** Stamps reads and keeps the distributions of the delays that falsify the stamps. No allocation per read. */
export class TapMeter {
  readonly #queue: RecordableHistogram = createHistogram();
  readonly #forward: RecordableHistogram = createHistogram();
  readonly #loop: ReturnType<typeof monitorEventLoopDelay> | undefined;
  readonly #endTurn = () => {
    this.#turnNs = 0;
  };
  #turnNs = 0;

  constructor(measureLoop: boolean) {
    this.#loop = measureLoop ? monitorEventLoopDelay({ resolution: loopResolutionMs }) : undefined;
    this.#loop?.enable();
  }

  /** The time of a read, called as soon as the read is in the process. */
  read(): number {
    const timeNs = monotonicNs();
    if (this.#turnNs === 0) {
      this.#turnNs = timeNs;
      setImmediate(this.#endTurn);
    }
    this.#queue.record(Math.max(1, timeNs - this.#turnNs));
    return timeNs;
  }

  /** The read of that time has been written to the other side. */
  forwarded(timeNs: number): void {
    this.#forward.record(Math.max(1, monotonicNs() - timeNs));
  }

  jitter(): TapJitter {
    const measured = { queueUs: quantilesOf(this.#queue, 0), forwardUs: quantilesOf(this.#forward, 0) };
    return this.#loop ? { ...measured, loopDelayUs: quantilesOf(this.#loop, loopResolutionMs * 1e6) } : measured;
  }

  close(): void {
    this.#loop?.disable();
  }
}

function quantilesOf(histogram: Histogram, baseNs: number): DelayQuantiles {
  if (histogram.count === 0) return { count: 0, p50: 0, p99: 0, max: 0 };
  const microseconds = (nanoseconds: number) => Math.max(0, Math.round((nanoseconds - baseNs) / 100) / 10);
  return {
    count: histogram.count,
    p50: microseconds(histogram.percentile(50)),
    p99: microseconds(histogram.percentile(99)),
    max: microseconds(histogram.max),
  };
}

/** What `performance.now()` lacks to the monotonic clock: read it between two looks at that clock, and keep the narrowest
 *  pair (the first calls take up to a millisecond). `performance.now()` itself costs no allocation, `hrtime` does. */
function calibrate(): number {
  let base = 0;
  let narrowest = Number.POSITIVE_INFINITY;
  for (let round = 0; round < 20; round += 1) {
    const before = process.hrtime.bigint();
    const nowNs = performance.now() * 1e6;
    const after = process.hrtime.bigint();
    const width = Number(after - before);
    if (width >= narrowest) continue;
    narrowest = width;
    base = Number(before) + width / 2 - nowNs;
  }
  return base;
}
