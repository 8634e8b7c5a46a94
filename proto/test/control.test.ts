import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { counted, stpParameters } from '../scripts/vectors/samples.ts';
import { ControlOpener, ControlSealer, fragmentControl, sealOverhead } from '../src/control.ts';
import { encodeControl } from '../src/control-codec.ts';
import type { Aead, Control } from '../src/messages.ts';

const keys = { key: counted(1), iv: counted(2, 12) };
const pair = (aead: Aead = 'AES-256-GCM'): { sealer: ControlSealer; opener: ControlOpener } => ({
  sealer: new ControlSealer({ aead, ...keys }),
  opener: new ControlOpener({ aead, ...keys }),
});
const u32 = fc.integer({ min: 1, max: 2 ** 32 - 1 });

test('sealed messages open in their order and in no other', () => {
  fc.assert(
    fc.property(
      fc.constantFrom<Aead>('AES-256-GCM', 'CHACHA20-POLY1305'),
      u32,
      u32,
      u32,
      (aead, number, version, remainingMs) => {
        const { sealer, opener } = pair(aead);
        const start: Control = { periodStart: { number, position: 1, version }, demand: { remainingMs } };
        const first = sealer.seal(start);
        const second = sealer.seal({ parametersAck: { version } });
        assert.deepEqual(opener.open(first), start);
        assert.deepEqual(opener.open(second), { parametersAck: { version } });
        assert.throws(() => opener.open(second), { code: 'SEAL_BROKEN' });
        assert.throws(() => pair(aead).opener.open(second), { code: 'SEAL_BROKEN' });
      },
    ),
    { numRuns: 50 },
  );
});

test('PeriodStart and Demand fit one frame of 64 bytes together, whatever they hold', () => {
  const most = 2 ** 32 - 1;
  const { sealer } = pair();
  const sealed = sealer.seal({
    periodStart: { number: most, position: most, version: most },
    demand: { remainingMs: most },
  });
  assert.equal(sealed.length, 44);
  assert.equal(sealed.length - sealOverhead, 28);
});

test('any change of a sealed message is noticed', () => {
  const { sealer } = pair();
  const sealed = sealer.seal({ demand: { remainingMs: 5 } });
  for (let at = 0; at < sealed.length; at++) {
    const changed = Uint8Array.from(sealed);
    changed[at] = (changed[at] ?? 0) ^ 0x40;
    assert.throws(() => pair().opener.open(changed), { code: 'SEAL_BROKEN' });
    assert.throws(() => pair().opener.open(sealed.subarray(0, at)), { code: 'SEAL_BROKEN' });
  }
});

test('fragments of any size join to the message, with other messages between them', () => {
  fc.assert(
    fc.property(fc.integer({ min: 1, max: 400 }), fc.boolean(), (dataBytes, between) => {
      const { sealer, opener } = pair();
      const parts = fragmentControl({ parameters: stpParameters }, 3, dataBytes);
      parts.forEach((part, index) => {
        const opened = opener.open(sealer.seal(part));
        const last = index === parts.length - 1;
        assert.deepEqual(opened, last ? { parameters: stpParameters } : undefined);
        if (between)
          assert.deepEqual(opener.open(sealer.seal({ demand: { remainingMs: 1 } })), { demand: { remainingMs: 1 } });
      });
      assert.equal(opener.heldBytes, 0);
    }),
    { numRuns: 60 },
  );
});

test('fragments cannot claim more than 16 KiB', () => {
  const { sealer, opener } = pair();
  const data = new Uint8Array(1000);
  const send = (index: number): unknown =>
    opener.open(sealer.seal({ fragment: { message: 1, index, last: false, data } }));
  for (let index = 0; index < 16; index++) send(index);
  assert.equal(opener.heldBytes, 16_000);
  assert.throws(() => send(16), { code: 'FRAGMENT_TOO_LARGE' });
});

test('fragments hold nothing else and no further fragment', () => {
  const { sealer, opener } = pair();
  const fragment = {
    message: 1,
    index: 0,
    last: true,
    data: encodeControl({ fragment: { message: 2, index: 0, last: true, data: counted(0) } }),
  };
  assert.throws(() => opener.open(sealer.seal({ fragment })), { code: 'MALFORMED_MESSAGE' });
  assert.throws(() => opener.open(sealer.seal({ fragment, demand: { remainingMs: 1 } })), {
    code: 'MALFORMED_MESSAGE',
  });
});

test('keys of another length are refused', () => {
  assert.throws(() => new ControlSealer({ aead: 'AES-256-GCM', key: counted(0, 16), iv: counted(0, 12) }), {
    code: 'KEY_INVALID',
  });
});
