// Shaping parameters for simulations and tests, as a fleet could have them; each caller changes what it is about.
import type { PeriodClockOptions, ShapingParameters } from '../src/index.ts';

/** `runLengths` reaches the period clock through the parameters; no policy document can set it. */
export type SimulatedParameters = ShapingParameters & Pick<PeriodClockOptions, 'runLengths'>;

export interface ParameterChanges extends Partial<Omit<SimulatedParameters, 'upstream' | 'downstream' | 'background'>> {
  readonly upstreamMs?: number;
  readonly downstreamMs?: number;
  readonly backgroundMs?: number;
}

/** The defaults of period-clock.md section 1 with frames of 1,024 and background frames of 128 bytes, and no cover. */
export function simulatedParameters(changes: ParameterChanges = {}): SimulatedParameters {
  const { upstreamMs = 100, downstreamMs = 50, backgroundMs = 2000, ...others } = changes;
  const size = { kind: 'constant', value: others.frameSize ?? 1024 } as const;
  return {
    version: 1,
    mode: 'STP',
    frameSize: 1024,
    periodMs: 5000,
    upstream: { interval: { kind: 'constant', value: upstreamMs }, size },
    downstream: { interval: { kind: 'constant', value: downstreamMs }, size },
    background: { intervalMs: backgroundMs, frameSize: 128 },
    leadMs: 500,
    holdMs: 3000,
    restMs: Math.max(100, 2 * Math.max(upstreamMs, downstreamMs)),
    followerOffsetMs: 10,
    longestRun: 64,
    quietBytes: 4,
    activityWindowMs: 1000,
    cover: { deviceRate: 0, cloudRate: 0, deviceDurations: [], cloudDurations: [] },
    ...others,
  };
}
