// The vectors against the real code and against the second, naive one.
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import { buildFrame, fromHex, toHex, type VectorField } from '../scripts/vectors/frame-builder.ts';
import { CloudBootstrap } from '../src/bootstrap-cloud.ts';
import { decodeAccept, decodeChallenge, decodeHello, decodeProof, decodeRefuse } from '../src/bootstrap-codec.ts';
import { DeviceBootstrap } from '../src/bootstrap-device.ts';
import { ControlOpener } from '../src/control.ts';
import { decodeControl, encodeControl } from '../src/control-codec.ts';
import { certificateBinding, deriveDeviceKey, KeySchedule, keyId, transcriptHash } from '../src/keys.ts';
import type { Aead, Binding, Control, Parameters, Profile } from '../src/messages.ts';
import { parametersFit } from '../src/parameters-codec.ts';
import { type NaiveField, naiveDecode } from './naive-decoder.ts';
import { bytesOf, naiveKeySchedule, naiveMessage, naiveOpen, textOf, varintOf } from './naive-messages.ts';
import { readInPieces } from './recording-visitor.ts';

type Mode = 'bootstrap' | 'session';

function load<T>(name: string): T {
  return JSON.parse(readFileSync(new URL(`../vectors/${name}`, import.meta.url), 'utf8')) as T;
}

interface FrameVector {
  name: string;
  mode: Mode;
  maxFrame: number;
  hex: string;
  frames: { size: number; fields: VectorField[] }[];
}

interface Errors {
  streams: { name: string; mode: Mode; maxFrame: number; hex: string; error: string }[];
  messages: { name: string; message: keyof typeof messageDecoders; hex: string; error: string }[];
  sealed: { name: string; aead: Aead; key: string; iv: string; counter: number; sealed: string[]; error: string }[];
}

const messageDecoders = {
  Hello: decodeHello,
  Challenge: decodeChallenge,
  Proof: decodeProof,
  Accept: decodeAccept,
  Refuse: decodeRefuse,
  Control: decodeControl,
};

test('frames: both decoders read the fields that stand beside the bytes', () => {
  for (const { name, mode, maxFrame, hex, frames } of load<FrameVector[]>('frames.json')) {
    const expected = { frames, rest: 0 };
    assert.deepEqual(naiveDecode(fromHex(hex), mode, maxFrame), expected, name);
    for (const cuts of [[], [1], [2], 'every byte'] as const) {
      assert.deepEqual(readInPieces(fromHex(hex), { maxFrame }, cuts), expected, name);
    }
  }
});

test('errors: both decoders end each stream with the code that stands beside it', () => {
  for (const { name, mode, maxFrame, hex, error } of load<Errors>('errors.json').streams) {
    assert.equal(naiveDecode(fromHex(hex), mode, maxFrame).error, error, name);
    assert.equal(readInPieces(fromHex(hex), { maxFrame, bootstrap: mode === 'bootstrap' }, []).error, error, name);
  }
});

test('errors: each message is refused with its code', () => {
  for (const { name, message, hex, error } of load<Errors>('errors.json').messages) {
    assert.throws(() => messageDecoders[message](fromHex(hex)), { name: 'ProtoError', code: error }, name);
  }
});

test('errors: each sequence of sealed messages fails at its last one, in both implementations', () => {
  for (const { name, aead, key, iv, counter: first, sealed, error } of load<Errors>('errors.json').sealed) {
    const opener = new ControlOpener({ aead, key: fromHex(key), iv: fromHex(iv), counter: first });
    const last = sealed.length - 1;
    sealed.forEach((message, index) => {
      const counter = first + index;
      const fails = index === last;
      if (fails) assert.throws(() => opener.open(fromHex(message)), { code: error }, name);
      else opener.open(fromHex(message));
      const plain = naiveOpen(aead, fromHex(key), fromHex(iv), counter, fromHex(message));
      assert.equal(plain === undefined, fails && error === 'SEAL_BROKEN', name);
    });
  }
});

test('key schedule: keys, identifiers, proofs and directions', () => {
  interface Schedule {
    keys: { groupKey: string; deviceId: string; deviceKey: string; keyId: string }[];
    sessions: (Record<string, string> & { binding: Binding })[];
  }
  const { keys, sessions } = load<Schedule>('key-schedule.json');
  for (const vector of keys) {
    const derived = deriveDeviceKey(fromHex(vector.groupKey), vector.deviceId);
    assert.equal(toHex(derived), vector.deviceKey);
    assert.equal(toHex(keyId(derived)), vector.keyId);
  }
  for (const vector of sessions) {
    const value = fromHex(vector.bindingValue ?? '');
    const bodies = [fromHex(vector.helloBody ?? ''), fromHex(vector.challengeBody ?? '')] as const;
    const deviceKey = fromHex(vector.deviceKey ?? '');
    const transcript = transcriptHash(...bodies, { kind: vector.binding, value });
    const schedule = new KeySchedule(deviceKey, transcript);
    const ours = {
      transcript,
      deviceMac: schedule.deviceMac,
      cloudMac: schedule.cloudMac,
      deviceControlKey: schedule.deviceControl.key,
      deviceControlIv: schedule.deviceControl.iv,
      cloudControlKey: schedule.cloudControl.key,
      cloudControlIv: schedule.cloudControl.iv,
    };
    const naive = naiveKeySchedule({
      deviceKey,
      helloBody: bodies[0],
      challengeBody: bodies[1],
      bindingKind: vector.binding === 'EXPORTER' ? 1 : 2,
      binding: value,
    });
    for (const [name, bytes] of Object.entries(ours)) {
      assert.equal(toHex(bytes), vector[name], name);
      assert.equal(naive[name]?.toString('hex'), vector[name], name);
    }
    if (vector.certificate !== undefined)
      assert.equal(toHex(certificateBinding(fromHex(vector.certificate))), vector.bindingValue);
  }
});

interface Exchange {
  name: string;
  inputs: {
    fleet: string;
    deviceId: string;
    deviceKey: string;
    deviceNonce: string;
    cloudNonce: string;
    binding: Binding;
    bindingValue: string;
    maxFrame: number;
    profile: Profile;
    aeads: Aead[];
  };
  frames: { hello: string; challenge: string; proof?: string; accept?: string; behind?: string; refuse?: string };
  parameters?: Parameters;
  refused?: string;
  error?: string;
}

const exchanges = load<Exchange[]>('bootstrap.json');

for (const { name, inputs, frames, parameters, error } of exchanges) {
  test(`bootstrap, ${name}: the device answers byte for byte`, () => {
    const device = new DeviceBootstrap({
      ...inputs,
      deviceKey: fromHex(inputs.deviceKey),
      nonce: fromHex(inputs.deviceNonce),
      binding: { kind: inputs.binding, value: fromHex(inputs.bindingValue) },
    });
    assert.equal(toHex(device.hello()), frames.hello);
    if (frames.proof === undefined) {
      assert.throws(() => device.receive(0x21, bodyOf(frames.challenge)), { code: error });
      return;
    }
    assert.equal(toHex(device.receive(0x21, bodyOf(frames.challenge)).send ?? new Uint8Array(0)), frames.proof);
    if (error !== undefined) {
      assert.throws(() => device.receive(0x23, bodyOf(frames.accept)), { code: error });
    } else if (frames.accept === undefined) {
      assert.throws(() => device.receive(0x24, bodyOf(frames.refuse)), { code: 'REFUSED' });
    } else {
      assert.deepEqual(device.receive(0x23, bodyOf(frames.accept)).session?.parameters, parameters);
    }
  });

  if (error !== undefined) continue;

  test(`bootstrap, ${name}: a second implementation comes to the same proofs and parameters`, () => {
    const [hello, challenge, proof] = [frames.hello, frames.challenge, frames.proof].map((hex) =>
      naiveMessage(bodyOf(hex)),
    );
    assert.ok(hello && challenge && proof);
    assert.equal(textOf(hello, 2), inputs.fleet);
    assert.equal(textOf(hello, 3), inputs.deviceId);
    assert.equal(varintOf(hello, 7), inputs.maxFrame);
    const keys = naiveKeySchedule({
      deviceKey: fromHex(inputs.deviceKey),
      helloBody: bodyOf(frames.hello),
      challengeBody: bodyOf(frames.challenge),
      bindingKind: varintOf(hello, 5),
      binding: fromHex(inputs.bindingValue),
    });
    assert.deepEqual(Buffer.from(bytesOf(proof, 1)), keys.deviceMac);
    if (frames.accept === undefined || parameters === undefined) return;
    const accept = naiveMessage(bodyOf(frames.accept));
    assert.deepEqual(Buffer.from(bytesOf(accept, 1)), keys.cloudMac);
    const aead = varintOf(challenge, 2) === 1 ? 'AES-256-GCM' : 'CHACHA20-POLY1305';
    const [key, iv] = [keys.cloudControlKey, keys.cloudControlIv];
    assert.ok(key && iv);
    const plain = naiveOpen(aead, key, iv, 0, bytesOf(accept, 2));
    const sent = naiveMessage(bytesOf(naiveMessage(plain ?? new Uint8Array(0)), 4));
    assert.equal(varintOf(sent, 1), parameters.version);
    assert.equal(varintOf(sent, 3), parameters.frameSize);
    assert.equal(varintOf(sent, 4), parameters.periodMs);
    assert.equal(varintOf(sent, 20), parameters.tunnelWindow);
  });
}

test('bootstrap: the cloud answers byte for byte', () => {
  // What comes behind a message is found where frames are read; `tunnel` tests it.
  const answered = exchanges.filter(({ error, frames }) => error === undefined && frames.behind === undefined);
  for (const { name, inputs, frames, parameters, refused } of answered) {
    const known = refused === undefined ? fromHex(inputs.deviceKey) : new Uint8Array(32);
    const cloud = new CloudBootstrap({
      nonce: fromHex(inputs.cloudNonce),
      binding: () => fromHex(inputs.bindingValue),
      lookup: () => ({ deviceKey: known, slot: 'primary' }),
      parameters: () => parameters ?? { refuse: 'NO_POLICY' },
      aeads: ['CHACHA20-POLY1305', 'AES-256-GCM'],
    });
    assert.equal(toHex(cloud.receive(0x20, bodyOf(frames.hello)).send), frames.challenge, name);
    const last = cloud.receive(0x22, bodyOf(frames.proof));
    assert.equal(toHex(last.send), frames.accept ?? frames.refuse, name);
    assert.equal(last.refused?.code, refused, name);
  }
});

test('control: messages seal to their bytes, open in order, and fit the frames beside them', () => {
  interface Sealed {
    aead: Aead;
    key: string;
    iv: string;
    messages: { counter: number; control: Control; plain: string; nonce: string; sealed: string; frame: string }[];
    joined: Control;
  }
  for (const { aead, key, iv, messages, joined } of load<Sealed[]>('control.json')) {
    const opener = new ControlOpener({ aead, key: fromHex(key), iv: fromHex(iv) });
    let last: Control | undefined;
    for (const { counter, control, plain, nonce, sealed, frame } of messages) {
      assert.equal(nonce, toHex(fromHex(iv).map((byte, at) => byte ^ (at === 11 ? counter : 0))));
      assert.equal(naiveOpen(aead, fromHex(key), fromHex(iv), counter, fromHex(sealed))?.toString('hex'), plain);
      last = opener.open(fromHex(sealed));
      if (control.fragment === undefined) {
        assert.equal(toHex(encodeControl(control)), plain);
        assert.deepEqual(last, control);
      }
      const fields: NaiveField[] = [{ type: 'CONTROL', sealed }];
      assert.deepEqual(naiveDecode(fromHex(frame), 'session', 1024).frames[0]?.fields, fields);
      if (control.periodStart && control.demand) assert.equal(fromHex(frame).length, 64);
    }
    assert.deepEqual(last, joined);
  }
});

test('parameters: every distribution decodes and encodes to its bytes', () => {
  interface Vector {
    name: string;
    parameters: Parameters;
    control: string;
    bytesLeftInAccept: number;
  }
  for (const { name, parameters, control, bytesLeftInAccept } of load<Vector[]>('parameters.json')) {
    assert.deepEqual(decodeControl(fromHex(control)), { parameters }, name);
    assert.equal(toHex(encodeControl({ parameters })), control, name);
    assert.equal(parametersFit(parameters), bytesLeftInAccept, name);
  }
});

test('the worked frame of SPEC section 18 is that of the vectors', () => {
  const spec = readFileSync(new URL('../SPEC.md', import.meta.url), 'utf8');
  const line = /^(0040 {2}01 .*?)00 …$/m.exec(spec)?.[1] ?? 'missing';
  const hex = line.replaceAll(' ', '').padEnd(128, '0');
  const frame = load<FrameVector[]>('frames.json').find(({ name }) => name === 'open with data');
  assert.equal(hex, frame?.hex);
  assert.equal(toHex(buildFrame(64, frame?.frames[0]?.fields ?? [])), frame?.hex);
});

/** Body of the first field of a frame. */
function bodyOf(hex: string | undefined): Uint8Array {
  const frame = fromHex(hex ?? '');
  return frame.subarray(5, 5 + (((frame[3] ?? 0) << 8) | (frame[4] ?? 0)));
}
