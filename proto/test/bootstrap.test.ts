import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { counted, ilpParameters, stpParameters } from '../scripts/vectors/samples.ts';
import { CloudBootstrap, type CloudBootstrapOptions, type CloudStep } from '../src/bootstrap-cloud.ts';
import {
  decodeChallenge,
  decodeHello,
  decodeProof,
  decodeRefuse,
  encodeAccept,
  encodeChallenge,
  encodeHello,
} from '../src/bootstrap-codec.ts';
import { DeviceBootstrap, type DeviceBootstrapOptions } from '../src/bootstrap-device.ts';
import { ControlSealer } from '../src/control.ts';
import { isGreaseExtension } from '../src/field-type.ts';
import { deriveDeviceKey, KeySchedule, keyId, transcriptHash } from '../src/keys.ts';
import type { Aead, Binding, Parameters } from '../src/messages.ts';
import type { Session } from '../src/session.ts';

const types = { hello: 0x20, challenge: 0x21, proof: 0x22, accept: 0x23, refuse: 0x24 };
const deviceKey = deriveDeviceKey(counted(0), 'plug-1');
const binding: { kind: Binding; value: Uint8Array } = { kind: 'EXPORTER', value: counted(0x80) };

function device(options: Partial<DeviceBootstrapOptions> = {}): DeviceBootstrap {
  return new DeviceBootstrap({
    fleet: 'plug',
    deviceId: 'plug-1',
    deviceKey,
    nonce: counted(0x40),
    binding,
    maxFrame: 1400,
    aeads: ['AES-256-GCM', 'CHACHA20-POLY1305'],
    profile: 'FULL',
    ...options,
  });
}

function cloud(options: Partial<CloudBootstrapOptions> = {}): CloudBootstrap {
  return new CloudBootstrap({
    nonce: counted(0x60),
    binding: () => binding.value,
    lookup: (fleet, id, hint) => {
      if (fleet !== 'plug') return { unknown: 'fleet' };
      const matches = id === 'plug-1' && Buffer.compare(hint, keyId(deviceKey)) === 0;
      return matches ? { deviceKey, slot: 'primary' } : { unknown: 'device' };
    },
    parameters: () => stpParameters,
    aeads: ['AES-256-GCM', 'CHACHA20-POLY1305'],
    ...options,
  });
}

/** Type and body of a frame with one field. */
function field(frame: Uint8Array | undefined): [number, Uint8Array] {
  assert.ok(frame !== undefined && frame.length === 512);
  return [frame[2] ?? 0, frame.subarray(5, 5 + (((frame[3] ?? 0) << 8) | (frame[4] ?? 0)))];
}

/** Runs the exchange to its end; bodies pass through `tamper`. */
function run(
  one: DeviceBootstrap,
  other: CloudBootstrap,
  tamper = (_type: number, body: Uint8Array): Uint8Array => body,
) {
  const sizes: number[] = [];
  let cloudStep: CloudStep | undefined;
  let frame: Uint8Array | undefined = one.hello();
  let session: Session | undefined;
  while (frame !== undefined) {
    const [type, body] = field(frame);
    sizes.push(frame.length);
    cloudStep = other.receive(type, tamper(type, body));
    const [answer, answerBody] = field(cloudStep.send);
    sizes.push(cloudStep.send.length);
    const step: { send?: Uint8Array; session?: Session } = one.receive(answer, tamper(answer, answerBody));
    session = step.session;
    frame = step.send;
  }
  assert.ok(session !== undefined && cloudStep?.session !== undefined);
  return { device: session, cloud: cloudStep.session, sizes };
}

for (const aead of ['AES-256-GCM', 'CHACHA20-POLY1305'] as const satisfies Aead[]) {
  for (const kind of ['EXPORTER', 'CERTIFICATE'] as const satisfies Binding[]) {
    test(`both ends agree on a session by ${kind} with ${aead}, in two records each way`, () => {
      const both = run(device({ aeads: [aead], binding: { kind, value: binding.value } }), cloud());
      assert.deepEqual(both.sizes, [512, 512, 512, 512]);
      for (const session of [both.device, both.cloud]) {
        assert.equal(session.fleet, 'plug');
        assert.equal(session.deviceId, 'plug-1');
        assert.equal(session.aead, aead);
        assert.equal(session.maxFrame, 1400);
        assert.deepEqual(session.parameters, stpParameters);
      }
      assert.equal(both.cloud.keySlot, 'primary');
      const up = { parametersAck: { version: 1 } };
      const down = { demand: { remainingMs: 9 } };
      assert.deepEqual(both.cloud.open.open(both.device.seal.seal(up)), up);
      assert.deepEqual(both.device.open.open(both.cloud.seal.seal(down)), down);
    });
  }
}

test('drawn parameters arrive with the same bounds at both ends', () => {
  const both = run(device(), cloud({ parameters: () => ilpParameters }));
  assert.deepEqual(both.device.parameters, both.cloud.parameters);
});

test('the cloud takes the first AEAD of the device that it has', () => {
  const aeads: Aead[] = ['CHACHA20-POLY1305', 'AES-256-GCM'];
  assert.equal(run(device({ aeads }), cloud()).device.aead, 'CHACHA20-POLY1305');
  assert.equal(run(device({ aeads }), cloud({ aeads: ['AES-256-GCM'] })).device.aead, 'AES-256-GCM');
});

test('HELLO and CHALLENGE carry an extension that means nothing', () => {
  const [, hello] = field(device().hello());
  const decoded = decodeHello(hello);
  assert.equal(decoded.extensions.filter(({ type }) => isGreaseExtension(type)).length, 1);
  const [, challenge] = field(cloud().receive(types.hello, hello).send);
  assert.equal(decodeChallenge(challenge).extensions.filter(({ type }) => isGreaseExtension(type)).length, 1);
});

test('extensions that nobody knows change nothing', () => {
  const extensions = [1, 27, 58, 0xffffffff].map((type) => ({ type, value: counted(0, 20) }));
  run(device({ extensions }), cloud());
});

const refusals: [string, Partial<DeviceBootstrapOptions>, Partial<CloudBootstrapOptions>, string, string][] = [
  [
    'a wrong key',
    { deviceKey: counted(9) },
    { lookup: () => ({ deviceKey, slot: 'primary' }) },
    'AUTHENTICATION',
    'AUTHENTICATION',
  ],
  ['an unknown key', { deviceKey: counted(9) }, {}, 'AUTHENTICATION', 'AUTHENTICATION'],
  ['no key at all', {}, { lookup: () => undefined }, 'AUTHENTICATION', 'AUTHENTICATION'],
  ['another device with this key', { deviceId: 'plug-2' }, {}, 'AUTHENTICATION', 'AUTHENTICATION'],
  ['an unknown fleet', { fleet: 'bulb' }, {}, 'UNKNOWN_FLEET', 'AUTHENTICATION'],
  [
    'a key of zeros where the cloud has none',
    { deviceKey: new Uint8Array(32) },
    { lookup: () => undefined },
    'AUTHENTICATION',
    'AUTHENTICATION',
  ],
  ['a revoked device', {}, { lookup: () => ({ deviceKey, slot: 'primary', revoked: true }) }, 'REVOKED', 'REVOKED'],
  ['no common AEAD', { aeads: ['CHACHA20-POLY1305'] }, { aeads: ['AES-256-GCM'] }, 'VERSION', 'VERSION'],
  ['a binding that the policy forbids', {}, { binding: () => undefined }, 'VERSION', 'VERSION'],
  ['a device with small frames', { maxFrame: 1023 }, {}, 'FRAME_TOO_LARGE', 'FRAME_TOO_LARGE'],
  ['a fleet without a policy', {}, { parameters: () => ({ refuse: 'NO_POLICY' }) }, 'NO_POLICY', 'NO_POLICY'],
  ['a full sidecar', {}, { parameters: () => ({ refuse: 'BUSY' }) }, 'BUSY', 'BUSY'],
  [
    'a minimal device under drawn slots',
    { profile: 'MINIMAL' },
    { parameters: () => ilpParameters },
    'NO_POLICY',
    'NO_POLICY',
  ],
  ['parameters that do not fit ACCEPT', {}, { parameters: tooLarge }, 'PARAMETERS_TOO_LARGE', 'NO_POLICY'],
  [
    'parameters out of bounds',
    {},
    { parameters: () => ({ ...stpParameters, leadMs: 9000 }) },
    'PARAMETERS_INVALID',
    'NO_POLICY',
  ],
];

for (const [name, ofDevice, ofCloud, logged, told] of refusals) {
  test(`${name} is refused: ${logged} in the log, ${told} on the wire`, () => {
    let refused: string | undefined;
    const other = cloud(ofCloud);
    const receive = other.receive.bind(other);
    other.receive = (type, body) => {
      const step = receive(type, body);
      refused = step.refused?.code;
      assert.equal(step.session, undefined);
      return step;
    };
    assert.throws(() => run(device(ofDevice), other), { code: 'REFUSED', reason: told });
    assert.equal(refused, logged);
  });
}

test('unknown fleet, unknown device and wrong key look alike to the device', () => {
  const last = (ofDevice: Partial<DeviceBootstrapOptions>, ofCloud: Partial<CloudBootstrapOptions>): string => {
    const one = device(ofDevice);
    const other = cloud(ofCloud);
    const proof = one.receive(...field(other.receive(...field(one.hello())).send)).send;
    return Buffer.from(other.receive(...field(proof)).send).toString('hex');
  };
  const wrongKey = last({ deviceKey: counted(9) }, { lookup: () => ({ deviceKey, slot: 'primary' }) });
  assert.equal(last({ fleet: 'bulb' }, {}), wrongKey);
  assert.equal(last({ deviceId: 'plug-9' }, {}), wrongKey);
});

test('a replayed proof is refused: the nonce of the cloud is another', () => {
  const recorded: Uint8Array[] = [];
  run(device(), cloud(), (type, body) => {
    if (type === types.hello || type === types.proof) recorded.push(Uint8Array.from(body));
    return body;
  });
  const [hello, proof] = recorded;
  assert.ok(hello !== undefined && proof !== undefined);
  const other = cloud({ nonce: counted(0x61) });
  assert.equal(other.receive(types.hello, hello).refused, undefined);
  assert.equal(other.receive(types.proof, proof).refused?.code, 'AUTHENTICATION');
});

test('a proof relayed over another TLS connection is refused: the binding is another', () => {
  const other = cloud({ binding: () => counted(0x81) });
  assert.throws(() => run(device(), other), { code: 'REFUSED', reason: 'AUTHENTICATION' });
});

test('any changed bit of any message ends the exchange at one of the ends', () => {
  fc.assert(
    fc.property(fc.constantFrom(...Object.values(types).slice(0, 4)), fc.nat(), fc.nat(7), (target, at, bit) => {
      let changed = false;
      const tamper = (type: number, body: Uint8Array): Uint8Array => {
        if (type !== target) return body;
        const copy = Uint8Array.from(body);
        const place = at % copy.length;
        copy[place] = (copy[place] ?? 0) ^ (1 << bit);
        changed = true;
        return copy;
      };
      assert.throws(
        () => run(device(), cloud(), tamper),
        (error: { name: string }) => error.name === 'ProtoError',
      );
      assert.ok(changed);
    }),
    { numRuns: 400 },
  );
});

test('a cloud that does not hold the key cannot accept a device', () => {
  const one = device();
  const hello = field(one.hello())[1];
  const challenge = field(cloud().receive(types.hello, hello).send)[1];
  one.receive(types.challenge, challenge);
  const keys = new KeySchedule(counted(9), transcriptHash(hello, challenge, binding));
  const seal = new ControlSealer({ aead: 'AES-256-GCM', ...keys.cloudControl });
  const accept = encodeAccept({ mac: keys.cloudMac, sealed: seal.seal({ parameters: stpParameters }) });
  assert.throws(() => one.receive(types.accept, accept), { code: 'AUTHENTICATION' });
});

test('a proof of the device cannot be reflected as the proof of the cloud', () => {
  const one = device();
  const hello = field(one.hello())[1];
  const challenge = field(cloud().receive(types.hello, hello).send)[1];
  const { mac } = decodeProof(field(one.receive(types.challenge, challenge).send)[1]);
  assert.throws(() => one.receive(types.accept, encodeAccept({ mac, sealed: counted(0) })), { code: 'AUTHENTICATION' });
});

test('messages out of order end the exchange, and nothing is taken after an end', () => {
  const [, hello] = field(device().hello());
  const other = cloud();
  assert.equal(other.receive(types.proof, hello).refused?.code, 'FIELD_NOT_ALLOWED');
  assert.equal(other.receive(types.hello, hello).refused?.code, 'FIELD_NOT_ALLOWED');
  const one = device();
  one.hello();
  assert.throws(() => one.receive(types.accept, hello), { code: 'FIELD_NOT_ALLOWED' });
  assert.throws(() => one.receive(types.challenge, hello), { code: 'FIELD_NOT_ALLOWED' });
});

test('a challenge with an AEAD that was not offered is refused', () => {
  const one = device({ aeads: ['AES-256-GCM'] });
  one.hello();
  const challenge = encodeChallenge({ nonce: counted(1), aead: 'CHACHA20-POLY1305', extensions: [] });
  assert.throws(() => one.receive(types.challenge, challenge), { code: 'MALFORMED_MESSAGE' });
});

test('frames above what the device can take are refused by the device too', () => {
  let stated = 0;
  const other = cloud({
    parameters: (_fleet, hello) => {
      stated = hello.maxFrame;
      hello.maxFrame = 16_000;
      return { ...stpParameters, frameSize: 1200 };
    },
  });
  assert.throws(() => run(device({ maxFrame: 1024 }), other), { code: 'FRAME_TOO_LARGE' });
  assert.equal(stated, 1024);
});

test('what a refusing peer says is made harmless before it is shown', () => {
  const text = Buffer.from(`\u001b[31m${'x'.repeat(200)}`);
  const body = Uint8Array.from([0x08, 9, 0x12, (text.length & 0x7f) | 0x80, text.length >> 7, ...text]);
  const refuse = decodeRefuse(body);
  assert.equal(refuse.text.length, 128);
  assert.match(refuse.text, /^\?\[31mx+$/);
  const one = device();
  one.hello();
  assert.throws(() => one.receive(types.refuse, body), { code: 'REFUSED', reason: 'UNKNOWN' });
});

test('a hello of every legal size fits its frame', () => {
  const longest = device({ fleet: 'f'.repeat(63), deviceId: 'd'.repeat(128), maxFrame: 16_000 });
  const hello = decodeHello(field(longest.hello())[1]);
  assert.equal(hello.deviceId.length, 128);
  assert.throws(() => encodeHello({ ...hello, fleet: 'F' }), { code: 'MALFORMED_MESSAGE' });
  assert.throws(() => device({ maxFrame: 511 }), { code: 'MALFORMED_MESSAGE' });
});

function tooLarge(): Parameters {
  const values = Array.from({ length: 32 }, (_, at) => 20 + at);
  const interval = { kind: 'empirical' as const, values, weights: values };
  return { ...ilpParameters, upstream: { interval }, downstream: { interval } };
}

/** The key schedules that are erased while `work` runs; what they held must then be gone. */
function erasedDuring(work: () => void): KeySchedule[] {
  const erased: KeySchedule[] = [];
  const { erase } = KeySchedule.prototype;
  KeySchedule.prototype.erase = function (this: KeySchedule) {
    erase.call(this);
    erased.push(this);
  };
  try {
    work();
  } finally {
    KeySchedule.prototype.erase = erase;
  }
  for (const { deviceMac, cloudMac, deviceControl, cloudControl } of erased) {
    const secrets = [deviceMac, cloudMac, ...Object.values(deviceControl), ...Object.values(cloudControl)];
    for (const secret of secrets) assert.ok(secret.every((byte: number) => byte === 0));
  }
  return erased;
}

test('both ends erase what they derived when the session stands, and it works by copies', () => {
  const erased = erasedDuring(() => {
    const both = run(device(), cloud());
    const ack = { parametersAck: { version: 1 } };
    assert.deepEqual(both.cloud.open.open(both.device.seal.seal(ack)), ack);
    assert.deepEqual(both.device.open.open(both.cloud.seal.seal(ack)), ack);
  });
  assert.equal(erased.length, 2);
});

test('both ends erase what they derived when the exchange fails or is given up', () => {
  const challenged = (): { one: DeviceBootstrap; other: CloudBootstrap; proof: [number, Uint8Array] } => {
    const [one, other] = [device(), cloud()];
    const challenge = field(other.receive(...field(one.hello())).send);
    return { one, other, proof: field(one.receive(...challenge).send) };
  };
  const wrongProof = erasedDuring(() => {
    const { other, proof } = challenged();
    const body = proof[1].map((byte, at) => (at === proof[1].length - 1 ? byte ^ 1 : byte));
    assert.equal(other.receive(proof[0], body).refused?.code, 'AUTHENTICATION');
  });
  assert.equal(wrongProof.length, 1);
  const wrongMessage = erasedDuring(() => {
    const { one, other } = challenged();
    other.receive(types.accept, new Uint8Array(3));
    assert.throws(() => one.receive(types.challenge, new Uint8Array(3)), { code: 'FIELD_NOT_ALLOWED' });
  });
  assert.equal(wrongMessage.length, 2);
  const left = erasedDuring(() => {
    const { one, other, proof } = challenged();
    one.erase();
    other.erase();
    assert.equal(other.receive(...proof).refused?.code, 'FIELD_NOT_ALLOWED');
  });
  assert.equal(left.length, 2);
});
