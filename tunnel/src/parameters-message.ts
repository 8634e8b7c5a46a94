// Between the parameters of a policy (`shaping`) and the message that tells them to the device (`proto`). The device
// learns its own share of the cover only; the cloud's rate stays in the cloud.
import {
  checkParameters,
  type Parameters,
  ProtoError,
  parametersFit,
  type Distribution as WireDistribution,
  type Pattern as WirePattern,
} from '@quietwire/proto';
import type { Distribution, Pattern, ShapingParameters } from '@quietwire/shaping';
import { TunnelError } from './errors.ts';
import type { TunnelLimits } from './limits.ts';

/** What the cloud sends. */
export function parametersMessage(parameters: ShapingParameters, limits: TunnelLimits): Parameters {
  const { background, cover } = parameters;
  return {
    version: parameters.version,
    mode: parameters.mode,
    frameSize: parameters.frameSize,
    periodMs: parameters.periodMs,
    upstream: wirePattern(parameters.upstream),
    downstream: wirePattern(parameters.downstream),
    backgroundIntervalMs: background.intervalMs,
    backgroundFrameSize: background.frameSize,
    leadMs: parameters.leadMs,
    holdMs: parameters.holdMs,
    restMs: parameters.restMs,
    followerOffsetMs: parameters.followerOffsetMs,
    longestRun: parameters.longestRun,
    quietBytes: parameters.quietBytes,
    activityWindowMs: parameters.activityWindowMs,
    deviceCoverRate: cover.deviceRate,
    deviceDurations: [...cover.deviceDurations],
    maxStreams: limits.maxStreams,
    streamWindow: limits.streamWindow,
    tunnelWindow: limits.tunnelWindow,
  };
}

/**
 * What keeps parameters from being told to a device in the bootstrap exchange (limits of the wire, which the policy schema
 * does not know), as the end of a sentence; undefined if nothing does.
 */
export function wireMisfit(parameters: ShapingParameters, limits: TunnelLimits): string | undefined {
  const message = parametersMessage(parameters, limits);
  try {
    checkParameters(message);
  } catch (error) {
    if (error instanceof ProtoError) return error.message;
    throw error;
  }
  const room = parametersFit(message);
  return room < 0 ? `its distributions take ${-room} bytes too many of the bootstrap exchange` : undefined;
}

/**
 * What the device follows.
 * @throws TunnelError TUNNEL_PARAMETERS if the two distributions of STP are not constant.
 */
export function parametersFromMessage(message: Parameters): ShapingParameters {
  const upstream = patternFromWire(message.upstream, message.frameSize);
  const downstream = patternFromWire(message.downstream, message.frameSize);
  if (message.mode === 'STP') {
    for (const pattern of [upstream, downstream]) {
      if (pattern.interval.kind !== 'constant') {
        throw new TunnelError(
          'TUNNEL_PARAMETERS',
          `STP with ${pattern.interval.kind} slot distances, allowed constant`,
        );
      }
    }
  }
  return {
    version: message.version,
    mode: message.mode,
    frameSize: message.frameSize,
    periodMs: message.periodMs,
    upstream,
    downstream,
    background: { intervalMs: message.backgroundIntervalMs, frameSize: message.backgroundFrameSize },
    leadMs: message.leadMs,
    holdMs: message.holdMs,
    restMs: message.restMs,
    followerOffsetMs: message.followerOffsetMs,
    longestRun: message.longestRun,
    quietBytes: message.quietBytes,
    activityWindowMs: message.activityWindowMs,
    cover: {
      deviceRate: message.deviceCoverRate,
      cloudRate: 0,
      deviceDurations: message.deviceDurations,
      cloudDurations: [],
    },
  };
}

function wirePattern(pattern: Pattern): WirePattern {
  return { interval: wireDistribution(pattern.interval), size: wireDistribution(pattern.size) };
}

function wireDistribution(distribution: Distribution): WireDistribution {
  const { min, max, ...rest } = distribution;
  const kind = structuredClone(rest) as WireDistribution;
  if (min !== undefined) kind.min = min;
  if (max !== undefined) kind.max = max;
  return kind;
}

function patternFromWire(pattern: WirePattern, frameSize: number): Pattern {
  return { interval: pattern.interval, size: pattern.size ?? { kind: 'constant', value: frameSize } };
}
