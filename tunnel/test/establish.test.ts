// Who sends before the answer to its last message can have come does not get a tunnel (SPEC.md section 5.1).
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import type { Aead, Binding } from '@quietwire/proto';
import { establishAsCloud, establishAsDevice, ManualTime, type MemoryChannel, memoryChannels } from '../src/index.ts';

interface Vector {
  readonly name: string;
  readonly inputs: {
    readonly deviceKey: string;
    readonly deviceNonce: string;
    readonly cloudNonce: string;
    readonly fleet: string;
    readonly deviceId: string;
    readonly binding: Binding;
    readonly bindingValue: string;
    readonly maxFrame: number;
    readonly profile: 'MINIMAL' | 'FULL';
    readonly aeads: readonly Aead[];
  };
  readonly frames: Readonly<Record<'hello' | 'challenge' | 'proof' | 'behind' | 'refuse', string>>;
}

const file = new URL('../../proto/vectors/bootstrap.json', import.meta.url);
const vectors = JSON.parse(readFileSync(file, 'utf8')) as Vector[];
const vector = vectors.find(({ name }) => name === 'a frame behind PROOF') as Vector;
const bytes = (hex: string): Uint8Array => Buffer.from(hex, 'hex');

function channels(): { time: ManualTime; far: MemoryChannel; near: MemoryChannel; received: string[] } {
  const time = new ManualTime();
  const [far, near] = memoryChannels({ time, delayMs: () => 5 });
  const received: string[] = [];
  far.onRead = (chunk) => received.push(Buffer.from(chunk).toString('hex'));
  return { time, far, near, received };
}

const createTunnel = (): never => {
  throw new Error('a tunnel was made');
};

test('the cloud refuses a device whose frame comes behind PROOF, before it accepts', async () => {
  const { inputs, frames } = vector;
  const { time, far, near, received } = channels();
  const tunnel = establishAsCloud(
    { channel: near, runtime: time.runtime(1), deadlineMs: 5000, createTunnel },
    {
      nonce: bytes(inputs.cloudNonce),
      binding: () => bytes(inputs.bindingValue),
      lookup: () => ({ deviceKey: bytes(inputs.deviceKey), slot: 'primary' }),
      parameters: createTunnel,
      aeads: ['CHACHA20-POLY1305'],
    },
  );
  const rejected = assert.rejects(tunnel, { code: 'FIELD_NOT_ALLOWED' });
  far.write(bytes(frames.hello));
  time.at(20, () => far.write(bytes(frames.proof + frames.behind)));
  await time.advanceTo(100);
  await rejected;
  assert.deepEqual(received, [frames.challenge, frames.refuse]);
});

test('the cloud refuses bytes behind HELLO, also of a frame that is not whole', async () => {
  const { inputs, frames } = vector;
  const { time, far, near, received } = channels();
  const tunnel = establishAsCloud(
    { channel: near, runtime: time.runtime(1), deadlineMs: 5000, createTunnel },
    {
      nonce: bytes(inputs.cloudNonce),
      binding: createTunnel,
      lookup: createTunnel,
      parameters: createTunnel,
      aeads: ['CHACHA20-POLY1305'],
    },
  );
  const rejected = assert.rejects(tunnel, { code: 'FIELD_NOT_ALLOWED' });
  far.write(bytes(`${frames.hello}02`));
  await time.advanceTo(100);
  await rejected;
  assert.deepEqual(received, [frames.refuse]);
});

test('the device ends an exchange with bytes behind CHALLENGE', async () => {
  const { inputs, frames } = vector;
  const { time, far, near, received } = channels();
  const { binding, bindingValue, deviceKey, deviceNonce, fleet, deviceId, maxFrame, profile, aeads } = inputs;
  const tunnel = establishAsDevice(
    { channel: near, runtime: time.runtime(1), deadlineMs: 5000, createTunnel },
    {
      fleet,
      deviceId,
      deviceKey: bytes(deviceKey),
      nonce: bytes(deviceNonce),
      binding: { kind: binding, value: bytes(bindingValue) },
      maxFrame,
      profile,
      aeads,
    },
  );
  const rejected = assert.rejects(tunnel, { code: 'FIELD_NOT_ALLOWED' });
  time.at(20, () => far.write(bytes(frames.challenge + frames.behind)));
  await time.advanceTo(100);
  await rejected;
  assert.deepEqual(received, [frames.hello]);
});
