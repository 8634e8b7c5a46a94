// key-schedule.json, bootstrap.json and control.json (SPEC 18): everything that keys touch, from fixed inputs.
import { CloudBootstrap, refusal } from '../../src/bootstrap-cloud.ts';
import { encodeAccept, encodeChallenge } from '../../src/bootstrap-codec.ts';
import { DeviceBootstrap, type DeviceBootstrapOptions } from '../../src/bootstrap-device.ts';
import { ControlSealer, fragmentControl } from '../../src/control.ts';
import { encodeControl } from '../../src/control-codec.ts';
import { ProtoError } from '../../src/errors.ts';
import { fieldTypes } from '../../src/field-type.ts';
import {
  type ChannelBinding,
  certificateBinding,
  deriveDeviceKey,
  KeySchedule,
  keyId,
  transcriptHash,
} from '../../src/keys.ts';
import type { Aead, Control, Parameters } from '../../src/messages.ts';
import { bootstrapFrame } from '../../src/session.ts';
import { buildFrame, toHex } from './frame-builder.ts';
import {
  counted,
  ilpParameters,
  sampleCertificate,
  sampleCloudNonce,
  sampleDevice,
  sampleDeviceNonce,
  sampleExporter,
  sampleFleet,
  sampleGroupKey,
  sampleSecondaryKey,
  stpParameters,
} from './samples.ts';

const deviceKey = deriveDeviceKey(sampleGroupKey, sampleDevice);
const exporter: ChannelBinding = { kind: 'EXPORTER', value: sampleExporter };
const certificate: ChannelBinding = { kind: 'CERTIFICATE', value: certificateBinding(sampleCertificate) };

export function keyScheduleVectors(): unknown {
  const keys = [
    { groupKey: sampleGroupKey, deviceId: sampleDevice },
    { groupKey: sampleSecondaryKey, deviceId: sampleDevice },
    { groupKey: counted(0, 16), deviceId: 'd' },
    { groupKey: counted(0, 64), deviceId: `urn:dev:${'x'.repeat(120)}` },
  ].map(({ groupKey, deviceId }) => {
    const derived = deriveDeviceKey(groupKey, deviceId);
    return { groupKey: toHex(groupKey), deviceId, deviceKey: toHex(derived), keyId: toHex(keyId(derived)) };
  });
  const sessions = [exporter, certificate].map((binding) => {
    const helloBody = counted(0x10, 40);
    const challengeBody = counted(0x50, 300);
    const transcript = transcriptHash(helloBody, challengeBody, binding);
    const schedule = new KeySchedule(deviceKey, transcript);
    return {
      deviceKey: toHex(deviceKey),
      helloBody: toHex(helloBody),
      challengeBody: toHex(challengeBody),
      ...bindingJson(binding),
      transcript: toHex(transcript),
      deviceMac: toHex(schedule.deviceMac),
      cloudMac: toHex(schedule.cloudMac),
      deviceControlKey: toHex(schedule.deviceControl.key),
      deviceControlIv: toHex(schedule.deviceControl.iv),
      cloudControlKey: toHex(schedule.cloudControl.key),
      cloudControlIv: toHex(schedule.cloudControl.iv),
    };
  });
  return { keys, sessions };
}

export function bootstrapVectors(): unknown[] {
  const full = { maxFrame: 1400, profile: 'FULL', aeads: ['AES-256-GCM', 'CHACHA20-POLY1305'] } as const;
  const minimal = { maxFrame: 1024, profile: 'MINIMAL', aeads: ['CHACHA20-POLY1305'] } as const;
  return [
    exchange('full profile, exporter, AES-256-GCM', exporter, full, ilpParameters),
    exchange('minimal profile, certificate, ChaCha20-Poly1305', certificate, minimal, stpParameters),
    exchange('wrong key', exporter, full, stpParameters, deriveDeviceKey(sampleSecondaryKey, sampleDevice)),
    ...badClouds(),
    behindProof(),
  ];
}

/** Exchanges that the device ends, with the code that it ends with; what it has not sent by then is left out. */
function badClouds(): unknown[] {
  const minimal = { maxFrame: 512, profile: 'MINIMAL', aeads: ['CHACHA20-POLY1305'] } as const;
  const device = new DeviceBootstrap(deviceOptions(certificate, minimal));
  const hello = device.hello();
  const challengeOf = (aead: Aead): Uint8Array =>
    bootstrapFrame(fieldTypes.CHALLENGE, encodeChallenge({ nonce: sampleCloudNonce, aead, extensions: [] }));
  const challenge = challengeOf('CHACHA20-POLY1305');
  const proof = device.receive(fieldTypes.CHALLENGE, bodyOf(challenge)).send ?? new Uint8Array(0);
  const keys = new KeySchedule(deviceKey, transcriptHash(bodyOf(hello), bodyOf(challenge), certificate));
  const flipped = (bytes: Uint8Array): Uint8Array => bytes.map((byte, at) => (at === 0 ? byte ^ 1 : byte));
  const acceptOf = (control: Control, change: (mac: Uint8Array, sealed: Uint8Array) => [Uint8Array, Uint8Array]) => {
    const sealer = new ControlSealer({ aead: 'CHACHA20-POLY1305', ...keys.cloudControl });
    const [mac, sealed] = change(keys.cloudMac, sealer.seal(control));
    return bootstrapFrame(fieldTypes.ACCEPT, encodeAccept({ mac, sealed }));
  };
  const small: Parameters = { ...stpParameters, frameSize: 512 };
  const ends = (name: string, error: string, accept: Uint8Array): unknown => ({
    name,
    inputs: inputsOf(certificate, minimal),
    frames: { hello: toHex(hello), challenge: toHex(challenge), proof: toHex(proof), accept: toHex(accept) },
    error,
  });
  return [
    {
      name: 'an AEAD that was not offered',
      inputs: inputsOf(certificate, minimal),
      frames: { hello: toHex(hello), challenge: toHex(challengeOf('AES-256-GCM')) },
      error: 'MALFORMED_MESSAGE',
    },
    ends(
      'wrong proof of the cloud',
      'AUTHENTICATION',
      acceptOf({ parameters: small }, (mac, sealed) => [flipped(mac), sealed]),
    ),
    ends(
      'both wrong: the proof is looked at first',
      'AUTHENTICATION',
      acceptOf({ parameters: small }, (mac, sealed) => [flipped(mac), flipped(sealed)]),
    ),
    ends(
      'the device’s own proof sent back',
      'AUTHENTICATION',
      acceptOf({ parameters: small }, (_, sealed) => [keys.deviceMac, sealed]),
    ),
    ends(
      'parameters that do not open',
      'SEAL_BROKEN',
      acceptOf({ parameters: small }, (mac, sealed) => [mac, flipped(sealed)]),
    ),
    ends(
      'no parameters',
      'MALFORMED_MESSAGE',
      acceptOf({ demand: { remainingMs: 1 } }, (mac, sealed) => [mac, sealed]),
    ),
    ends(
      'frames above max_frame',
      'FRAME_TOO_LARGE',
      acceptOf({ parameters: stpParameters }, (mac, sealed) => [mac, sealed]),
    ),
  ];
}

/** A device that does not wait for ACCEPT: `behind` comes in the same read as PROOF. */
function behindProof(): unknown {
  const options = { maxFrame: 1024, profile: 'MINIMAL', aeads: ['CHACHA20-POLY1305'] } as const;
  const good = exchange('', certificate, options, stpParameters);
  const { hello, challenge, proof } = good.frames;
  const behind = toHex(buildFrame(128, []));
  const refuse = toHex(refusal(new ProtoError('FIELD_NOT_ALLOWED')));
  const frames = { hello, challenge, proof, behind, refuse };
  return { name: 'a frame behind PROOF', inputs: good.inputs, frames, refused: 'FIELD_NOT_ALLOWED' };
}

type Options = Pick<DeviceBootstrapOptions, 'maxFrame' | 'profile' | 'aeads'>;

function deviceOptions(binding: ChannelBinding, options: Options): DeviceBootstrapOptions {
  return {
    fleet: sampleFleet,
    deviceId: sampleDevice,
    deviceKey,
    nonce: sampleDeviceNonce,
    binding,
    ...options,
  };
}

function inputsOf(binding: ChannelBinding, options: Options): Record<string, unknown> {
  return {
    fleet: sampleFleet,
    deviceId: sampleDevice,
    deviceKey: toHex(deviceKey),
    deviceNonce: toHex(sampleDeviceNonce),
    cloudNonce: toHex(sampleCloudNonce),
    ...bindingJson(binding),
    ...options,
  };
}

interface Exchange {
  name: string;
  inputs: Record<string, unknown>;
  frames: Record<string, string>;
  parameters?: Parameters;
  refused?: string;
}

/** Runs both ends and writes down every frame. */
function exchange(
  name: string,
  binding: ChannelBinding,
  options: Options,
  parameters: Parameters,
  cloudKnows = deviceKey,
): Exchange {
  const device = new DeviceBootstrap(deviceOptions(binding, options));
  const cloud = new CloudBootstrap({
    nonce: sampleCloudNonce,
    binding: () => binding.value,
    lookup: () => ({ deviceKey: cloudKnows, slot: 'primary' }),
    parameters: () => parameters,
    aeads: ['AES-256-GCM', 'CHACHA20-POLY1305'],
  });
  const hello = device.hello();
  const challenge = cloud.receive(0x20, bodyOf(hello)).send;
  const proof = device.receive(0x21, bodyOf(challenge)).send ?? new Uint8Array(0);
  const last = cloud.receive(0x22, bodyOf(proof));
  const inputs = inputsOf(binding, options);
  const frames = { hello: toHex(hello), challenge: toHex(challenge), proof: toHex(proof) };
  if (last.refused !== undefined)
    return { name, inputs, frames: { ...frames, refuse: toHex(last.send) }, refused: last.refused.code };
  return { name, inputs, frames: { ...frames, accept: toHex(last.send) }, parameters };
}

export function controlVectors(): unknown[] {
  const messages: Control[] = [
    { periodStart: { number: 1, position: 1, version: 1 }, demand: { remainingMs: 4500 } },
    { periodStart: { number: 4294967295, position: 1024, version: 4294967295 }, demand: { remainingMs: 4294967295 } },
    { periodStart: { number: 2, position: 2, version: 1 } },
    { demand: { remainingMs: 1 } },
    { parametersAck: { version: 2 } },
    { goaway: { lastStream: 65535, final: true } },
    ...fragmentControl({ parameters: stpParameters }, 7, 40),
  ];
  const aeads: Aead[] = ['AES-256-GCM', 'CHACHA20-POLY1305'];
  return aeads.map((aead) => {
    const keys = new KeySchedule(deviceKey, counted(0xe0)).cloudControl;
    const sealer = new ControlSealer({ aead, ...keys });
    return {
      aead,
      key: toHex(keys.key),
      iv: toHex(keys.iv),
      messages: messages.map((control, counter) => {
        const sealed = sealer.seal(control);
        return {
          counter,
          control: controlJson(control),
          plain: toHex(encodeControl(control)),
          nonce: toHex(keys.iv.map((byte, at) => (at === 11 ? byte ^ counter : byte))),
          sealed: toHex(sealed),
          frame: toHex(buildFrame(sealed.length <= 59 ? 64 : 128, [{ type: 'CONTROL', sealed: toHex(sealed) }])),
        };
      }),
      joined: { parameters: stpParameters },
    };
  });
}

/** A Control with its bytes as hex. */
export function controlJson(control: Control): unknown {
  if (control.fragment === undefined) return control;
  return { fragment: { ...control.fragment, data: toHex(control.fragment.data) } };
}

function bindingJson(binding: ChannelBinding): Record<string, string> {
  const json = { binding: binding.kind, bindingValue: toHex(binding.value) };
  return binding.kind === 'EXPORTER' ? json : { ...json, certificate: toHex(sampleCertificate) };
}

/** Body of the first field of a frame. */
function bodyOf(frame: Uint8Array): Uint8Array {
  return frame.subarray(5, 5 + (((frame[3] ?? 0) << 8) | (frame[4] ?? 0)));
}
