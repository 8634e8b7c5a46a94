import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { counted } from '../scripts/vectors/samples.ts';
import { certificateBinding, deriveDeviceKey, KeySchedule, keyId, macsEqual, transcriptHash } from '../src/keys.ts';
import { naiveKeySchedule } from './naive-messages.ts';

const body = fc.uint8Array({ maxLength: 500 });
const secret = fc.uint8Array({ minLength: 32, maxLength: 32 });

test('transcript and keys are those of a second implementation', () => {
  fc.assert(
    fc.property(
      secret,
      body,
      body,
      secret,
      fc.constantFrom(1, 2),
      (deviceKey, helloBody, challengeBody, binding, bindingKind) => {
        const kind = bindingKind === 1 ? 'EXPORTER' : 'CERTIFICATE';
        const transcript = transcriptHash(helloBody, challengeBody, { kind, value: binding });
        const keys = new KeySchedule(deviceKey, transcript);
        const naive = naiveKeySchedule({ deviceKey, helloBody, challengeBody, bindingKind, binding });
        assert.deepEqual(Buffer.from(transcript), naive.transcript);
        assert.deepEqual(keys.deviceMac, naive.deviceMac);
        assert.deepEqual(keys.cloudMac, naive.cloudMac);
        assert.deepEqual(keys.deviceControl, { key: naive.deviceControlKey, iv: naive.deviceControlIv });
        assert.deepEqual(keys.cloudControl, { key: naive.cloudControlKey, iv: naive.cloudControlIv });
      },
    ),
    { numRuns: 60 },
  );
});

test('no byte can move from one body to the other without changing the transcript', () => {
  const binding = { kind: 'EXPORTER' as const, value: counted(0) };
  const one = transcriptHash(Uint8Array.of(1, 2, 3), Uint8Array.of(4), binding);
  const other = transcriptHash(Uint8Array.of(1, 2), Uint8Array.of(3, 4), binding);
  assert.equal(macsEqual(one, other), false);
});

test('both bindings give different transcripts for the same bytes', () => {
  const value = counted(7);
  const [one, other] = (['EXPORTER', 'CERTIFICATE'] as const).map((kind) =>
    transcriptHash(counted(1), counted(2), { kind, value }),
  );
  assert.notDeepEqual(one, other);
});

test('the two proofs and the two directions share no key', () => {
  const { deviceMac, cloudMac, deviceControl, cloudControl } = new KeySchedule(counted(1), counted(2));
  const all = [deviceMac, cloudMac, deviceControl.key, cloudControl.key].map((bytes) =>
    Buffer.from(bytes).toString('hex'),
  );
  assert.equal(new Set(all).size, 4);
  assert.notDeepEqual(deviceControl.iv, cloudControl.iv);
});

test('group keys have 16 to 64 bytes', () => {
  for (const length of [0, 15, 65])
    assert.throws(() => deriveDeviceKey(new Uint8Array(length), 'd'), { code: 'KEY_INVALID' });
  for (const length of [16, 64]) assert.equal(deriveDeviceKey(new Uint8Array(length), 'd').length, 32);
});

test('a key identifier has 8 bytes and tells keys apart', () => {
  const one = keyId(deriveDeviceKey(counted(0), 'd'));
  assert.equal(one.length, 8);
  assert.notDeepEqual(one, keyId(deriveDeviceKey(counted(1), 'd')));
});

test('a binding of another length than 32 bytes is refused', () => {
  assert.throws(() => transcriptHash(counted(0), counted(0), { kind: 'EXPORTER', value: counted(0, 31) }), {
    code: 'KEY_INVALID',
  });
  assert.equal(certificateBinding(counted(0, 900)).length, 32);
});
