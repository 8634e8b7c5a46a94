// The parameters that the scripted cloud gives: short periods, constant slots (so that a minimal device can follow), no cover
// unless a scenario asks for it.
import type { Parameters } from '@quietwire/proto';

const constant = (value: number) => ({ kind: 'constant' as const, value });

export const slotMs = 50;
export const periodSlots = 20;

export const testParameters: Parameters = {
  version: 1,
  mode: 'STP',
  frameSize: 400,
  periodMs: slotMs * periodSlots,
  upstream: { interval: constant(slotMs) },
  downstream: { interval: constant(slotMs) },
  backgroundIntervalMs: 300,
  backgroundFrameSize: 128,
  leadMs: 150,
  holdMs: 300,
  restMs: 50,
  followerOffsetMs: 10,
  longestRun: 4,
  quietBytes: 4,
  activityWindowMs: 1000,
  deviceCoverRate: 0,
  deviceDurations: [1],
  maxStreams: 4,
  streamWindow: 2048,
  tunnelWindow: 4096,
};
