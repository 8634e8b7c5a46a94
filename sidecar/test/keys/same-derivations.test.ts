import assert from 'node:assert/strict';
import crypto from 'node:crypto';
import { syncBuiltinESMExports } from 'node:module';
import { after, before, describe, test } from 'node:test';
import {
  CloudBootstrap,
  type CloudBootstrapOptions,
  type CloudStep,
  DeviceBootstrap,
  deriveDeviceKey,
  FrameReader,
} from '@quietwire/proto';
import type { GroupKeys } from '../../src/keys/group-keys.ts';
import { KeyRing } from '../../src/keys/key-ring.ts';
import { revokedList } from '../../src/keys/revoked-list.ts';

const first = Buffer.alloc(32, 1);
const second = Buffer.alloc(64, 2);
const short = Buffer.alloc(16, 3);
const fleets = new Map<string, GroupKeys>([
  ['one', { primary: first, secondary: undefined, revoked: revokedList(['lost']) }],
  ['two', { primary: first, secondary: second, revoked: revokedList(['lost']) }],
  ['short', { primary: short, secondary: short, revoked: revokedList([]) }],
  ['idle', { primary: first, secondary: second, revoked: revokedList([]) }],
]);

interface Work {
  hmacs: number;
  hashes: number;
}

// Calls of node:crypto are counted: every derivation is one.
describe('The answers to HELLO and to PROOF', () => {
  const { createHmac, createHash } = crypto;
  const work: Work = { hmacs: 0, hashes: 0 };
  before(() => {
    crypto.createHmac = (...args: Parameters<typeof createHmac>) => {
      work.hmacs += 1;
      return createHmac(...args);
    };
    crypto.createHash = (...args: Parameters<typeof createHash>) => {
      work.hashes += 1;
      return createHash(...args);
    };
    syncBuiltinESMExports();
  });
  after(() => {
    Object.assign(crypto, { createHmac, createHash });
    syncBuiltinESMExports();
  });

  const counted = (step: () => CloudStep): { step: CloudStep; work: Work } => {
    const start = { ...work };
    const result = step();
    return { step: result, work: { hmacs: work.hmacs - start.hmacs, hashes: work.hashes - start.hashes } };
  };

  const exchange = (
    fleet: string,
    deviceId: string,
    groupKey: Uint8Array,
  ): { hello: Work; proof: Work; code?: string } => {
    const ring = new KeyRing(fleets);
    const binding = new Uint8Array(32).fill(7);
    const options: CloudBootstrapOptions = {
      nonce: new Uint8Array(32).fill(9),
      aeads: ['AES-256-GCM'],
      binding: () => binding,
      lookup: (name, id, keyId) => ring.lookup(name, id, keyId, name !== 'idle'),
      parameters: () => ({ refuse: 'BUSY' }),
    };
    const cloud = new CloudBootstrap(options);
    const device = new DeviceBootstrap({
      fleet,
      deviceId,
      deviceKey: deriveDeviceKey(groupKey, deviceId),
      nonce: new Uint8Array(32).fill(8),
      binding: { kind: 'EXPORTER', value: binding },
      aeads: ['AES-256-GCM'],
      maxFrame: 16_000,
      profile: 'FULL',
    });
    const hello = counted(() => cloud.receive(...message(device.hello())));
    const { send } = device.receive(...message(hello.step.send));
    const proof = counted(() => cloud.receive(...message(send as Uint8Array)));
    return { hello: hello.work, proof: proof.work, code: proof.step.refused?.code ?? 'none' };
  };

  const cases = [
    ['a fleet without a policy', 'idle', 'plug-1', first, 'UNKNOWN_FLEET'],
    ['a fleet with one key', 'one', 'plug-1', first, 'BUSY'],
    ['a wrong key of a fleet with one', 'one', 'plug-1', second, 'AUTHENTICATION'],
    ['the stand-in for the second key', 'one', 'plug-1', new Uint8Array(32), 'AUTHENTICATION'],
    ['the first of two keys', 'two', 'plug-1', first, 'BUSY'],
    ['the second of two keys', 'two', 'plug-1', second, 'BUSY'],
    ['a wrong key of a fleet with two', 'two', 'plug-1', short, 'AUTHENTICATION'],
    ['keys of 16 bytes', 'short', 'plug-1', short, 'BUSY'],
    ['a revoked device', 'two', 'lost', first, 'REVOKED'],
    ['a revoked id with a wrong key', 'two', 'lost', short, 'AUTHENTICATION'],
  ] as const;
  for (const [what, fleet, deviceId, groupKey, code] of cases) {
    test(`cost ${what} the derivations of an unknown fleet`, () => {
      const reference = exchange('nowhere', 'plug-1', first);
      const result = exchange(fleet, deviceId, groupKey);
      assert.equal(result.code, code);
      assert.deepEqual(result.hello, reference.hello);
      assert.deepEqual(result.proof, reference.proof);
    });
  }

  test('are counted at all', () => {
    const { hello, code } = exchange('nowhere', 'plug-1', first);
    assert.equal(code, 'UNKNOWN_FLEET');
    // Two device keys, two key ids, the master secret, and nine of the key schedule.
    assert.ok(hello.hmacs >= 10 && hello.hashes >= 1, JSON.stringify(hello));
  });
});

/** The one bootstrap message of a frame. */
function message(frame: Uint8Array): [number, Uint8Array] {
  let found: [number, Uint8Array] | undefined;
  const ignore = (): void => {};
  const visitor = {
    bootstrap: (type: number, body: Uint8Array) => {
      found = [type, body.slice()];
    },
    cover: ignore,
    open: ignore,
    reset: ignore,
    streamCredit: ignore,
    tunnelCredit: ignore,
    ack: ignore,
    control: ignore,
    stream: ignore,
  };
  new FrameReader(visitor, { maxFrame: 0, bootstrap: true }).push(frame);
  if (found === undefined) throw new Error('no bootstrap message');
  return found;
}
