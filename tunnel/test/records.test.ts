// What comes in TLS records that no frame explains, and frames larger than the parameters have (SPEC.md sections 2.5, 3.1 and 15).
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { FrameWriter } from '@quietwire/proto';
import type { ShapingParameters } from '@quietwire/shaping';
import { connectPair, type Pair } from './pair.ts';

const constant = (value: number) => ({ kind: 'constant' as const, value });

function frame(size: number): Uint8Array {
  const bytes = new Uint8Array(size);
  new FrameWriter().begin(bytes, size);
  return bytes;
}

/** @returns the code with which the cloud's tunnel ended, or undefined if it stands. */
function codeAfter(pair: Pair, act: () => void): string | undefined {
  let code: string | undefined;
  pair.cloud.onClose = (error) => {
    code = (error as { code?: string } | undefined)?.code;
  };
  act();
  return code;
}

const ilp: Partial<ShapingParameters> = {
  mode: 'ILP',
  upstream: { interval: constant(100), size: { kind: 'uniform', low: 200, high: 600 } },
  downstream: { interval: constant(100), size: constant(1024) },
};

test('a frame larger than the parameters give to its direction is refused by its length', async () => {
  for (const [parameters, most] of [
    [{}, 1024],
    [{ background: { intervalMs: 2000, frameSize: 1200 } }, 1200],
    [ilp, 600],
  ] as const) {
    const fits = await connectPair({ parameters });
    assert.equal(
      codeAfter(fits, () => fits.cloudChannel.onRead(frame(most))),
      undefined,
    );
    const large = await connectPair({ parameters });
    assert.equal(
      codeAfter(large, () => large.cloudChannel.onRead(frame(most + 1))),
      'FRAME_LENGTH',
    );
  }
});

test('a frame may come in four records and not in more', async () => {
  const pair = await connectPair();
  const bytes = frame(1024);
  const inPieces = (pieces: number): void => {
    const step = Math.ceil(bytes.length / pieces);
    for (let at = 0; at < bytes.length; at += step) pair.cloudChannel.onRead(bytes.subarray(at, at + step));
  };
  for (let n = 0; n < 20; n += 1)
    assert.equal(
      codeAfter(pair, () => inPieces(4)),
      undefined,
    );
  assert.equal(
    codeAfter(pair, () => inPieces(1024)),
    'TUNNEL_RECORDS',
  );
});

test('a transport that reads what no frame explains is dropped at the next slot', async () => {
  for (const [beyond, code] of [
    [60_000, undefined],
    [75_000, 'TUNNEL_RECORDS'],
  ] as const) {
    let transportBytes = 5000;
    const pair = await connectPair({ cloudTransport: () => transportBytes });
    const ended = codeAfter(pair, () => {});
    assert.equal(ended, undefined);
    for (let n = 0; n < 20; n += 1) {
      pair.cloudChannel.onRead(frame(1024));
      transportBytes += 1024 + 22;
    }
    transportBytes += beyond;
    let seen: string | undefined;
    pair.cloud.onClose = (error) => {
      seen = (error as { code?: string } | undefined)?.code;
    };
    await pair.time.advanceTo(pair.time.now() + 2500);
    assert.equal(seen, code);
  }
});
