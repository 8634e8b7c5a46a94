// Shaping parameters between their bytes and their public form (SPEC 7), and how much of the ACCEPT they fill.
import { canonical } from './canonical.ts';
import { distributionFromWire, distributionToWire } from './distribution-codec.ts';
import { ProtoError } from './errors.ts';
import { quietwire } from './generated/messages.js';
import { limits } from './limits.ts';
import type { Distribution, Parameters, Pattern } from './messages.ts';
import { checkParameters } from './parameters-check.ts';

const { Mode, Control } = quietwire.v1;

/** The message to encode. @throws ProtoError PARAMETERS_INVALID (SPEC 7.3). */
export function parametersToWire(parameters: Parameters): quietwire.v1.Parameters.$Properties {
  checkParameters(parameters);
  return canonical({
    ...parameters,
    mode: parameters.mode === 'STP' ? Mode.STP : Mode.ILP,
    upstream: patternToWire(parameters.upstream),
    downstream: patternToWire(parameters.downstream),
  });
}

/** @throws ProtoError MALFORMED_MESSAGE, also for values out of the bounds of SPEC 7.3. */
export function parametersFromWire(wire: quietwire.v1.Parameters.$Properties): Parameters {
  if (wire.mode !== Mode.STP && wire.mode !== Mode.ILP) throw new ProtoError('MALFORMED_MESSAGE', `mode ${wire.mode}`);
  const parameters: Parameters = {
    version: wire.version ?? 0,
    mode: wire.mode === Mode.STP ? 'STP' : 'ILP',
    frameSize: wire.frameSize ?? 0,
    periodMs: wire.periodMs ?? 0,
    upstream: patternFromWire(wire.upstream),
    downstream: patternFromWire(wire.downstream),
    backgroundIntervalMs: wire.backgroundIntervalMs ?? 0,
    backgroundFrameSize: wire.backgroundFrameSize ?? 0,
    leadMs: wire.leadMs ?? 0,
    holdMs: wire.holdMs ?? 0,
    restMs: wire.restMs ?? 0,
    followerOffsetMs: wire.followerOffsetMs ?? 0,
    longestRun: wire.longestRun ?? 0,
    quietBytes: wire.quietBytes ?? 0,
    activityWindowMs: wire.activityWindowMs ?? 0,
    deviceCoverRate: wire.deviceCoverRate ?? 0,
    deviceDurations: [...(wire.deviceDurations ?? [])],
    maxStreams: wire.maxStreams ?? 0,
    streamWindow: wire.streamWindow ?? 0,
    tunnelWindow: wire.tunnelWindow ?? 0,
  };
  try {
    checkParameters(parameters);
  } catch (cause) {
    throw new ProtoError('MALFORMED_MESSAGE', (cause as Error).message, { cause });
  }
  return boundParameters(parameters);
}

/** Writes the bounds that hold for every draw (SPEC 7.2) into the distributions that can exceed them. */
export function boundParameters(parameters: Parameters): Parameters {
  const bound = ({ interval, size }: Pattern): Pattern => {
    const bounded = boundDistribution(interval, limits.slotIntervalMin, limits.slotIntervalMax);
    if (size === undefined) return { interval: bounded };
    return { interval: bounded, size: boundDistribution(size, limits.frameMin, parameters.frameSize) };
  };
  return { ...parameters, upstream: bound(parameters.upstream), downstream: bound(parameters.downstream) };
}

function boundDistribution(distribution: Distribution, low: number, high: number): Distribution {
  if (distribution.kind === 'constant') return distribution;
  return { ...distribution, min: distribution.min ?? low, max: distribution.max ?? high };
}

/**
 * Bytes that stay free in the 512-byte ACCEPT that carries these parameters; negative: they do not fit (SPEC 5.5).
 * @throws ProtoError PARAMETERS_INVALID
 */
export function parametersFit(parameters: Parameters): number {
  const plain = Control.encode({ parameters: parametersToWire(parameters) }).finish().length;
  const sealed = plain + limits.sealTag;
  // The frame's length, the field's header, the mac with its tag and length, the sealed bytes with theirs.
  return limits.bootstrapFrame - 2 - 3 - (2 + limits.mac) - (1 + (sealed < 128 ? 1 : 2)) - sealed;
}

function patternToWire(pattern: Pattern): quietwire.v1.Pattern.$Properties {
  const interval = distributionToWire(pattern.interval);
  return pattern.size === undefined ? { interval } : { interval, size: distributionToWire(pattern.size) };
}

function patternFromWire(wire: quietwire.v1.Pattern.$Properties | null | undefined): Pattern {
  if (!wire?.interval) throw new ProtoError('MALFORMED_MESSAGE', 'a pattern without an interval');
  const interval = distributionFromWire(wire.interval);
  return wire.size ? { interval, size: distributionFromWire(wire.size) } : { interval };
}
