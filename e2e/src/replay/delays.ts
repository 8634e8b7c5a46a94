// Joins what the two ends of a replay recorded to one-way delays, and sums them up.

import type { EndReport, Mark } from './replay-end.ts';
import type { Direction } from './table.ts';

export interface DelaySummary {
  readonly count: number;
  readonly p50Ms: number;
  readonly p99Ms: number;
  readonly maxMs: number;
}

/** What a whole replay showed, from the reports of its two ends. */
export interface ReplaySummary {
  readonly complete: boolean;
  readonly directions: Record<Direction, { bytes: number; sha256Equal: boolean; delay: DelaySummary }>;
}

/** For each chunk sent, the ms until its last byte had arrived. Chunks that did not arrive whole are left out. */
export function chunkDelays(sent: readonly Mark[], received: readonly Mark[]): number[] {
  const delays: number[] = [];
  let at = 0;
  for (const chunk of sent) {
    while ((received[at]?.offset ?? Number.POSITIVE_INFINITY) < chunk.offset) at++;
    const arrival = received[at];
    if (!arrival) break;
    delays.push(arrival.timeMs - chunk.timeMs);
  }
  return delays;
}

/** Percentiles by nearest rank; NaN where there is nothing to sum up. */
export function summarizeDelays(delays: readonly number[]): DelaySummary {
  const sorted = [...delays].sort((a, b) => a - b);
  const rank = (q: number) => sorted[Math.max(Math.ceil(q * sorted.length) - 1, 0)] ?? Number.NaN;
  return { count: sorted.length, p50Ms: rank(0.5), p99Ms: rank(0.99), maxMs: rank(1) };
}

/** Joins the reports of the device's end (the client) and the cloud's end (the server). */
export function summarizeReplay(device: EndReport, cloud: EndReport): ReplaySummary {
  const direction = (from: EndReport, to: EndReport) => ({
    bytes: to.received.bytes,
    sha256Equal: to.received.sha256 === from.sent.sha256 && to.received.sha256 === to.received.expected,
    delay: summarizeDelays(chunkDelays(from.sent.marks, to.received.marks)),
  });
  return {
    complete: device.complete && cloud.complete,
    directions: { up: direction(device, cloud), down: direction(cloud, device) },
  };
}
