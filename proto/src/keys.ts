// The key schedule of a session (SPEC 5.8): pure functions of keys, nonces and transcript. Owns no storage of keys.
import { createHash, createHmac, timingSafeEqual } from 'node:crypto';
import { ProtoError } from './errors.ts';
import { limits } from './limits.ts';
import type { Binding } from './messages.ts';

const labels = {
  transcript: 'quietwire/1 transcript\0',
  keyId: 'quietwire/1 key id',
  deviceProof: 'quietwire/1 device proof',
  cloudProof: 'quietwire/1 cloud proof',
  deviceControlKey: 'quietwire/1 device control key',
  deviceControlIv: 'quietwire/1 device control iv',
  cloudControlKey: 'quietwire/1 cloud control key',
  cloudControlIv: 'quietwire/1 cloud control iv',
} as const;

export type BindingKind = Binding;

/** What the transcript binds a session to: 32 bytes of the TLS connection (SPEC 5.7). */
export interface ChannelBinding {
  kind: BindingKind;
  value: Uint8Array;
}

export interface DirectionKeys {
  /** 32 bytes. */
  key: Uint8Array;
  /** 12 bytes. */
  iv: Uint8Array;
}

/** HMAC-SHA256(groupKey, deviceId). @throws ProtoError KEY_INVALID unless the group key has 16 to 64 bytes. */
export function deriveDeviceKey(groupKey: Uint8Array, deviceId: string): Uint8Array {
  if (groupKey.length < limits.groupKeyMin || groupKey.length > limits.groupKeyMax) {
    throw new ProtoError(
      'KEY_INVALID',
      `a group key of ${groupKey.length} bytes (allowed ${limits.groupKeyMin} to ${limits.groupKeyMax})`,
    );
  }
  return hmac(groupKey, deviceId);
}

/** The 8 bytes by which a device tells which of several keys it holds. */
export function keyId(deviceKey: Uint8Array): Uint8Array {
  return hmac(deviceKey, labels.keyId).subarray(0, limits.keyId);
}

/** SHA-256 of a certificate (DER): the CERTIFICATE binding. */
export function certificateBinding(der: Uint8Array): Uint8Array {
  return createHash('sha256').update(der).digest();
}

/** th: SHA-256 over label, both bodies as they travelled, and the binding (SPEC 5.7). */
export function transcriptHash(helloBody: Uint8Array, challengeBody: Uint8Array, binding: ChannelBinding): Uint8Array {
  if (binding.value.length !== limits.mac)
    throw new ProtoError('KEY_INVALID', `a channel binding of ${binding.value.length} bytes`);
  const hash = createHash('sha256').update(labels.transcript);
  hash.update(length16(helloBody)).update(helloBody);
  hash.update(length16(challengeBody)).update(challengeBody);
  hash.update(Uint8Array.of(binding.kind === 'EXPORTER' ? 1 : 2));
  return hash.update(binding.value).digest();
}

/** Everything that one device key and one transcript give; what lies between is overwritten at once. */
export class KeySchedule {
  readonly deviceMac: Uint8Array;
  readonly cloudMac: Uint8Array;
  readonly deviceControl: DirectionKeys;
  readonly cloudControl: DirectionKeys;

  constructor(deviceKey: Uint8Array, transcript: Uint8Array) {
    const master = hmac(transcript, deviceKey); // HKDF-Extract(salt, IKM) of RFC 5869
    const deviceProof = expand(master, labels.deviceProof, 32);
    const cloudProof = expand(master, labels.cloudProof, 32);
    this.deviceMac = hmac(deviceProof, transcript);
    this.cloudMac = createHmac('sha256', cloudProof).update(transcript).update(this.deviceMac).digest();
    this.deviceControl = {
      key: expand(master, labels.deviceControlKey, 32),
      iv: expand(master, labels.deviceControlIv, 12),
    };
    this.cloudControl = {
      key: expand(master, labels.cloudControlKey, 32),
      iv: expand(master, labels.cloudControlIv, 12),
    };
    for (const secret of [master, deviceProof, cloudProof]) secret.fill(0);
  }

  /** Overwrites proofs and keys: once the sealers have their copies, or the exchange has failed. */
  erase(): void {
    const { deviceMac, cloudMac, deviceControl, cloudControl } = this;
    for (const secret of [deviceMac, cloudMac, deviceControl.key, deviceControl.iv, cloudControl.key, cloudControl.iv])
      secret.fill(0);
  }
}

/** Compares two macs in a time that does not depend on their content. */
export function macsEqual(one: Uint8Array, other: Uint8Array): boolean {
  return one.length === other.length && timingSafeEqual(one, other);
}

/** HKDF-Expand of RFC 5869 for at most 32 bytes, which is one block. */
function expand(master: Uint8Array, label: string, length: number): Uint8Array {
  const block = createHmac('sha256', master).update(label).update(Uint8Array.of(1)).digest();
  block.fill(0, length);
  return block.subarray(0, length);
}

function hmac(key: Uint8Array, data: string | Uint8Array): Uint8Array {
  return createHmac('sha256', key).update(data).digest();
}

function length16(body: Uint8Array): Uint8Array {
  return Uint8Array.of(body.length >>> 8, body.length & 0xff);
}
