// The public API of @quietwire/proto: what the bytes of quietwire/1 mean. SPEC.md is the law; this is one reading of it.
export {
  CloudBootstrap,
  type CloudBootstrapOptions,
  type CloudStep,
  type KeyLookup,
  type PolicyRefusal,
  refusal,
} from './bootstrap-cloud.ts';
export {
  decodeAccept,
  decodeChallenge,
  decodeHello,
  decodeProof,
  decodeRefuse,
  encodeAccept,
  encodeChallenge,
  encodeHello,
  encodeProof,
  encodeRefuse,
} from './bootstrap-codec.ts';
export { DeviceBootstrap, type DeviceBootstrapOptions } from './bootstrap-device.ts';
export { ControlOpener, ControlSealer, fragmentControl, type SealOptions, sealOverhead } from './control.ts';
export { decodeControl, encodeControl } from './control-codec.ts';
export { ProtoError, type ProtoErrorCode, protoErrors } from './errors.ts';
export { usesExtendedMasterSecret } from './extended-master-secret.ts';
export { fieldTypes, isGreaseExtension, isGreaseField, skippableBit, streamFlags } from './field-type.ts';
export { FrameReader, type FrameReaderOptions, type FrameVisitor } from './frame-reader.ts';
export { FrameWriter } from './frame-writer.ts';
export {
  type BindingKind,
  type ChannelBinding,
  certificateBinding,
  type DirectionKeys,
  deriveDeviceKey,
  KeySchedule,
  keyId,
  macsEqual,
  transcriptHash,
} from './keys.ts';
export { limits } from './limits.ts';
export type {
  Accept,
  Aead,
  Binding,
  Challenge,
  Control,
  Demand,
  Distribution,
  DistributionKind,
  Extension,
  Fragment,
  Goaway,
  Hello,
  Parameters,
  Pattern,
  PeriodStart,
  Profile,
  Proof,
  Refuse,
} from './messages.ts';
export { checkParameters, fitsMinimalProfile, largestFrame } from './parameters-check.ts';
export { boundParameters, parametersFit } from './parameters-codec.ts';
export { type RefuseReason, refuseCodes, refuseReason } from './refuse-code.ts';
export { bootstrapFrame, type KeySlot, type Session } from './session.ts';
export { tlsCiphers } from './tls-ciphers.ts';
