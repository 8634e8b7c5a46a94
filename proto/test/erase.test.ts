// What a session's keys leave in our buffers once they are not needed.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { counted } from '../scripts/vectors/samples.ts';
import { ControlOpener, ControlSealer, fragmentControl } from '../src/control.ts';
import { KeySchedule } from '../src/keys.ts';

const isZero = (bytes: Uint8Array): boolean => bytes.every((byte) => byte === 0);
/** The whole memory behind a view, of which the view may be a part. */
const behind = ({ buffer }: Uint8Array): Uint8Array => new Uint8Array(buffer);
const keys = { aead: 'AES-256-GCM', key: counted(1), iv: counted(2, 12) } as const;

test('a key schedule overwrites its proofs and keys, and holds no more than they are', () => {
  const schedule = new KeySchedule(counted(1), counted(2));
  const { deviceMac, cloudMac, deviceControl, cloudControl } = schedule;
  const ivs = [deviceControl.iv, cloudControl.iv];
  for (const iv of ivs) assert.ok(isZero(behind(iv).subarray(iv.byteOffset + iv.length)), 'the rest of the block');
  const secrets = [deviceMac, cloudMac, deviceControl.key, cloudControl.key, ...ivs];
  for (const secret of secrets) assert.ok(!isZero(secret));
  schedule.erase();
  for (const secret of secrets) assert.ok(isZero(behind(secret)));
});

/** The buffers of 56 bytes, key and iv and nonce, that are made while `make` runs. */
function cipherBuffers<T>(make: () => T): { made: T; buffers: Uint8Array[] } {
  const buffers: Uint8Array[] = [];
  const { set } = Uint8Array.prototype;
  Uint8Array.prototype.set = function (this: Uint8Array, ...args: Parameters<typeof set>) {
    if (this.length === 56 && !buffers.includes(this)) buffers.push(this);
    set.apply(this, args);
  };
  try {
    return { made: make(), buffers };
  } finally {
    Uint8Array.prototype.set = set;
  }
}

test('a sealer and an opener overwrite their keys and work no more', () => {
  const { made, buffers } = cipherBuffers(() => ({ seal: new ControlSealer(keys), open: new ControlOpener(keys) }));
  const sealed = made.seal.seal({ parametersAck: { version: 1 } });
  assert.equal(buffers.length, 2);
  for (const buffer of buffers) assert.ok(!isZero(buffer));
  made.seal.erase();
  made.open.erase();
  for (const buffer of buffers) assert.ok(isZero(buffer));
  assert.throws(() => made.seal.seal({ parametersAck: { version: 2 } }), { code: 'SEAL_EXHAUSTED' });
  assert.throws(() => made.open.open(sealed), { code: 'SEAL_EXHAUSTED' });
  // The caller's own copies are the caller's.
  assert.ok(!isZero(keys.key) && !isZero(keys.iv));
});

test('an opener lets go of the fragments that it held', () => {
  const [seal, open] = [new ControlSealer(keys), new ControlOpener(keys)];
  const [first] = fragmentControl({ parametersAck: { version: 300_000 } }, 1, 2);
  assert.ok(first);
  open.open(seal.seal(first));
  assert.equal(open.heldBytes, 2);
  open.erase();
  assert.equal(open.heldBytes, 0);
});
