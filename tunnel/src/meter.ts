// Counters that the tunnels of one policy share: plain numbers, because a frame must not pay for an instrument. The
// sidecar reads them when metrics are collected. No device appears here (invariant 14).

/** Upper bounds of the lateness histogram, seconds. */
export const latenessBoundsSeconds = [
  0.0001, 0.00025, 0.0005, 0.001, 0.002, 0.005, 0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1,
] as const;

const boundsMs = latenessBoundsSeconds.map((bound) => bound * 1000);

export class TunnelMeter {
  bytesSent = 0;
  bytesReceived = 0;
  framesSentPeriod = 0;
  framesSentBackground = 0;
  framesReceivedPeriod = 0;
  framesReceivedBackground = 0;
  slotsSent = 0;
  slotsSkipped = 0;
  /** Counts per bucket of `latenessBoundsSeconds`; the last is above all bounds. */
  readonly latenessCounts: number[] = new Array<number>(boundsMs.length + 1).fill(0);
  latenessSumMs = 0;
  periodsDevice = 0;
  periodsCloud = 0;
  tunnelsActive = 0;
  streamsOpened = 0;
  coverReceived = 0;
  payloadSent = 0;
  payloadReceived = 0;

  /** @param latenessMs time from the slot's deadline to the write. */
  frameSent(size: number, inPeriod: boolean, latenessMs: number): void {
    this.slotsSent += 1;
    this.bytesSent += size;
    if (inPeriod) this.framesSentPeriod += 1;
    else this.framesSentBackground += 1;
    this.recordLateness(latenessMs);
  }

  recordLateness(latenessMs: number): void {
    let bucket = 0;
    while (bucket < boundsMs.length && latenessMs > (boundsMs[bucket] ?? 0)) bucket += 1;
    this.latenessCounts[bucket] = (this.latenessCounts[bucket] ?? 0) + 1;
    this.latenessSumMs += latenessMs;
  }
}
