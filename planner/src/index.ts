// The parts of `quietwire` that other programs use in-process.

export { PlannerError, type PlannerErrorCode, plannerErrors } from './errors.ts';
export { createFleetKeys, keyFileName, parseKey } from './keys/fleet-keys.ts';
export { writeNewFiles } from './keys/key-directory.ts';
export {
  createDevelopmentCertificate,
  type DevelopmentCertificate,
  type DevelopmentCertificateOptions,
} from './keys/system-certificate.ts';
export { RecordScanner, recordHeaderBytes } from './tap/record-scanner.ts';
export { type Direction, startTap, type Tap, type TapOptions } from './tap/system-tap.ts';
export { type DelayQuantiles, monotonicNs, type TapJitter } from './tap/system-tap-meter.ts';
export {
  type DirectionCapacity,
  type PolicyCapacity,
  policyCapacity,
  toldSizes,
} from './validate/policy-capacity.ts';
