// What an end does whose peer announced its close (SPEC.md section 12).
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { DEAD_PEER_MS, isPeerFault, type TunnelError } from '../src/index.ts';
import { cloudAlone } from './cloud-alone.ts';
import { connectPair, sampleParameters } from './pair.ts';

const { periodMs } = sampleParameters;
const LIMIT_MS = 2 * periodMs + DEAD_PEER_MS;

/** A peer that says GOAWAY at once and sends a frame every half second from then on. */
async function goesNever(untilMs: number): Promise<{ lostMs: number; error: TunnelError | undefined }> {
  const { time, tunnel, read, peer } = cloudAlone();
  const lost: { lostMs: number; error: TunnelError | undefined } = { lostMs: Number.NaN, error: undefined };
  tunnel.onClose = (error) => {
    lost.lostMs = time.now();
    lost.error = error as TunnelError | undefined;
  };
  time.at(1000, () => read((writer) => writer.control(peer.seal({ goaway: { lastStream: 0, final: true } }))));
  for (let atMs = 1500; atMs < untilMs; atMs += 500) time.at(atMs, () => read(() => {}));
  await time.advanceTo(untilMs);
  return lost;
}

test('a peer that says GOAWAY and never closes is dropped, after two periods and the time of a dead peer', async () => {
  const { lostMs, error } = await goesNever(60_000);
  // It is looked for when a slot comes.
  assert.ok(lostMs > 1000 + LIMIT_MS && lostMs <= 1000 + LIMIT_MS + 2000, `${lostMs}`);
  assert.equal(error?.code, 'TUNNEL_CLOSE_OVERDUE');
  assert.equal(isPeerFault(error), true);
});

test('no closing of an honest peer takes as long, wherever it begins', async () => {
  for (const parameters of [{}, { periodMs: 20_000 }]) {
    for (let afterMs = 0; afterMs < 8000; afterMs += 977) {
      const pair = await connectPair({
        parameters,
        delayMs: () => 60,
        onStream: (stream) => void stream.on('error', () => {}).resume(),
      });
      const stream = pair.device.open('any').on('error', () => {});
      await pair.time.advanceTo(9000 + afterMs);
      stream.write(Buffer.alloc(30_000));
      let error: Error | undefined;
      let closed = false;
      pair.cloud.onClose = (cause) => {
        error = cause;
        closed = true;
      };
      pair.time.at(10_000.5 + afterMs, () => void pair.device.close().catch(() => {}));
      await pair.time.advanceTo(80_000);
      assert.equal(closed, true);
      assert.equal(error, undefined);
    }
  }
});
