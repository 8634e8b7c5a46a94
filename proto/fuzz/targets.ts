// What the fuzzer feeds: every decoder that bytes from outside reach. A target throws when an input breaks a promise: only
// ProtoError may come out of a decoder, memory stays capped, and the naive decoder agrees about frames.
import assert from 'node:assert/strict';
import { counted, sampleDevice, sampleFleet, stpParameters } from '../scripts/vectors/samples.ts';
import { CloudBootstrap } from '../src/bootstrap-cloud.ts';
import { decodeAccept, decodeChallenge, decodeHello, decodeProof, decodeRefuse } from '../src/bootstrap-codec.ts';
import { DeviceBootstrap } from '../src/bootstrap-device.ts';
import { ControlOpener, ControlSealer } from '../src/control.ts';
import { decodeControl, encodeControl } from '../src/control-codec.ts';
import { ProtoError } from '../src/errors.ts';
import { FrameReader } from '../src/frame-reader.ts';
import { deriveDeviceKey } from '../src/keys.ts';
import { limits } from '../src/limits.ts';
import { naiveDecode } from '../test/naive-decoder.ts';
import { RecordingVisitor, readInPieces } from '../test/recording-visitor.ts';

export type Target = (input: Uint8Array) => void;

const deviceKey = deriveDeviceKey(counted(0), sampleDevice);
const binding = { kind: 'EXPORTER', value: counted(0x80) } as const;
const sealing = { aead: 'AES-256-GCM', key: counted(1), iv: counted(2, 12) } as const;

export const targets: Record<string, Target> = {
  session: (input) => stream(input, false),
  bootstrap: (input) => stream(input, true),
  hello: (input) => decodes(() => decodeHello(input)),
  challenge: (input) => decodes(() => decodeChallenge(input)),
  proof: (input) => decodes(() => decodeProof(input)),
  accept: (input) => decodes(() => decodeAccept(input)),
  refuse: (input) => decodes(() => decodeRefuse(input)),
  control: (input) =>
    decodes(() => {
      const control = decodeControl(input);
      if (control.fragment === undefined) assert.deepEqual(decodeControl(encodeControl(control)), control);
    }),
  sealed: (input) => decodes(() => new ControlOpener(sealing).open(input)),
  controls: (input) => controls(input),
  device: (input) => device(input),
  cloud: (input) => cloud(input),
};

function decodes(decode: () => void): void {
  try {
    decode();
  } catch (error) {
    if (!(error instanceof ProtoError)) throw error;
  }
}

/** The first byte says how the rest is cut. */
function stream(input: Uint8Array, bootstrap: boolean): void {
  const [step = 0] = input;
  const bytes = input.subarray(1);
  const cuts = Array.from({ length: step === 0 ? 0 : Math.ceil(bytes.length / step) }, (_, index) => index * step);
  const options = { maxFrame: bootstrap ? limits.bootstrapFrame : 1024, bootstrap };
  assert.deepEqual(
    readInPieces(bytes, options, cuts),
    naiveDecode(bytes, bootstrap ? 'bootstrap' : 'session', options.maxFrame),
  );
  decodes(() => {
    const reader = new FrameReader(new RecordingVisitor(), options);
    for (let at = 0; at < bytes.length; at += step + 1) {
      reader.push(bytes.subarray(at, at + step + 1));
      assert.ok(reader.heldBytes <= options.maxFrame, `${reader.heldBytes} bytes held`);
    }
  });
}

/** Messages with a length before each, correctly sealed: what an authenticated but hostile peer can send. */
function controls(input: Uint8Array): void {
  const sealer = new ControlSealer(sealing);
  const opener = new ControlOpener(sealing);
  decodes(() => {
    for (let at = 0; at + 2 <= input.length; ) {
      const length = ((input[at] ?? 0) << 8) | (input[at + 1] ?? 0);
      opener.open(sealer.sealBytes(input.subarray(at + 2, at + 2 + length)));
      assert.ok(opener.heldBytes <= limits.controlMessage, `${opener.heldBytes} bytes held`);
      at += 2 + length;
    }
  });
}

/** A type and a body, given to a device that waits for CHALLENGE and to one that waits for ACCEPT. */
function device(input: Uint8Array): void {
  const [type = 0] = input;
  for (const challenged of [false, true]) {
    const one = new DeviceBootstrap({
      fleet: sampleFleet,
      deviceId: sampleDevice,
      deviceKey,
      nonce: counted(0x40),
      binding,
      maxFrame: 1024,
      aeads: ['AES-256-GCM'],
      profile: 'FULL',
    });
    const hello = bodyOf(one.hello());
    if (challenged) one.receive(0x21, bodyOf(newCloud().receive(0x20, hello).send));
    decodes(() => one.receive(type, input.subarray(1)));
  }
}

/** A type and a body, given to a cloud that waits for HELLO, then the same again. Nothing may be thrown. */
function cloud(input: Uint8Array): void {
  const [type = 0] = input;
  const one = newCloud();
  assert.equal(one.receive(type, input.subarray(1)).send.length, limits.bootstrapFrame);
  const last = one.receive(0x22, input.subarray(1));
  assert.equal(last.session, undefined);
}

function newCloud(): CloudBootstrap {
  return new CloudBootstrap({
    nonce: counted(0x60),
    binding: () => binding.value,
    lookup: () => ({ deviceKey, slot: 'primary' }),
    parameters: () => stpParameters,
    aeads: ['AES-256-GCM'],
  });
}

function bodyOf(frame: Uint8Array): Uint8Array {
  return frame.subarray(5, 5 + (((frame[3] ?? 0) << 8) | (frame[4] ?? 0)));
}
