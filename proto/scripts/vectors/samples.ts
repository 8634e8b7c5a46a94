// The fixed inputs of the vectors: keys, nonces, bindings and parameters that nobody uses elsewhere.
import type { Parameters } from '../../src/messages.ts';

/** `length` bytes that count up from `first`. */
export function counted(first: number, length = 32): Uint8Array {
  return Uint8Array.from({ length }, (_, index) => (first + index) & 0xff);
}

export const sampleGroupKey: Uint8Array = counted(0x00);
export const sampleSecondaryKey: Uint8Array = counted(0x20);
export const sampleFleet = 'smart-plug';
export const sampleDevice = 'plug-0001';
export const sampleDeviceNonce: Uint8Array = counted(0x40);
export const sampleCloudNonce: Uint8Array = counted(0x60);
export const sampleExporter: Uint8Array = counted(0x80);
/** Stands for a certificate in DER; only its hash matters. */
export const sampleCertificate: Uint8Array = counted(0xa0, 64);

/** The sample policy of the design, STP. */
export const stpParameters: Parameters = {
  version: 1,
  mode: 'STP',
  frameSize: 1024,
  periodMs: 5000,
  upstream: { interval: { kind: 'constant', value: 100 } },
  downstream: { interval: { kind: 'constant', value: 50 } },
  backgroundIntervalMs: 2000,
  backgroundFrameSize: 128,
  leadMs: 500,
  holdMs: 3000,
  restMs: 200,
  followerOffsetMs: 10,
  longestRun: 64,
  quietBytes: 4,
  activityWindowMs: 1000,
  deviceCoverRate: 0.0009765625,
  deviceDurations: [0.5, 0.25, 0.125, 0.0625, 0.0625],
  maxStreams: 16,
  streamWindow: 65536,
  tunnelWindow: 16384,
};

/** ILP with drawn gaps and sizes. */
export const ilpParameters: Parameters = {
  version: 7,
  mode: 'ILP',
  frameSize: 512,
  periodMs: 5000,
  upstream: {
    interval: { kind: 'uniform', low: 50, high: 150, min: 20, max: 60000 },
    size: { kind: 'empirical', values: [128, 256, 512], weights: [0.5, 0.25, 0.25], min: 64, max: 512 },
  },
  downstream: { interval: { kind: 'constant', value: 80 } },
  backgroundIntervalMs: 0,
  backgroundFrameSize: 0,
  leadMs: 0,
  holdMs: 0,
  restMs: 0,
  followerOffsetMs: 0,
  longestRun: 0,
  quietBytes: 0,
  activityWindowMs: 0,
  deviceCoverRate: 0,
  deviceDurations: [],
  maxStreams: 4,
  streamWindow: 4096,
  tunnelWindow: 8192,
};
