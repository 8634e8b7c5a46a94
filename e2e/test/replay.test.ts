import assert from 'node:assert/strict';
import { connect, createServer } from 'node:net';
import { test } from 'node:test';
import { runReplayClient } from '../src/replay/client.ts';
import { chunkDelays, summarizeDelays, summarizeReplay } from '../src/replay/delays.ts';
import type { EndReport, ReplayPlan } from '../src/replay/replay-end.ts';
import { startReplayServer } from '../src/replay/server.ts';
import { cutTable, readTable, totalBytes } from '../src/replay/table.ts';

const plan: ReplayPlan = { rows: cutTable(readTable(), 84, 215), speed: 200, seed: 'test' };

test('both ends of a replay find the other end’s bytes complete, and their delays', async () => {
  const cloud = Promise.withResolvers<EndReport>();
  const server = await startReplayServer({ host: '127.0.0.1', port: 0, plan, onReport: cloud.resolve });
  const device = await runReplayClient({ host: '127.0.0.1', port: server.port }, plan);
  const summary = summarizeReplay(device, await cloud.promise);
  await server.close();
  assert.ok(summary.complete);
  assert.equal(summary.directions.up.bytes, totalBytes(plan.rows, 'up'));
  assert.equal(summary.directions.down.bytes, totalBytes(plan.rows, 'down'));
  assert.ok(summary.directions.up.sha256Equal && summary.directions.down.sha256Equal);
  assert.equal(summary.directions.up.delay.count, plan.rows.filter(({ direction }) => direction === 'up').length);
  assert.ok(summary.directions.up.delay.p50Ms >= 0);
});

test('a byte changed on the way makes both summary and report incomplete', async () => {
  const cloud = Promise.withResolvers<EndReport>();
  const server = await startReplayServer({ host: '127.0.0.1', port: 0, plan, onReport: cloud.resolve });
  const relay = createServer({ allowHalfOpen: true }, (inner) => {
    const outer = connect({ port: server.port, host: '127.0.0.1', allowHalfOpen: true });
    let isFirst = true;
    inner.on('data', (chunk: Buffer) => {
      if (isFirst) chunk[0] = (chunk[0] ?? 0) ^ 1;
      isFirst = false;
      outer.write(chunk);
    });
    inner.on('end', () => outer.end());
    outer.pipe(inner);
  });
  await new Promise<void>((resolve) => relay.listen(0, '127.0.0.1', resolve));
  const { port } = relay.address() as { port: number };
  const device = await runReplayClient({ host: '127.0.0.1', port }, plan);
  const report = await cloud.promise;
  relay.close();
  await server.close();
  assert.equal(report.complete, false);
  assert.equal(summarizeReplay(device, report).directions.up.sha256Equal, false);
  assert.equal(summarizeReplay(device, report).directions.down.sha256Equal, true);
});

test('a connection that ends in the middle gives a report that is not complete', async () => {
  const server = createServer((socket) => socket.destroy());
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as { port: number };
  const report = await runReplayClient({ host: '127.0.0.1', port }, plan);
  server.close();
  assert.equal(report.complete, false);
});

test('a chunk has arrived when its last byte has', () => {
  const sent = [
    { offset: 10, timeMs: 0 },
    { offset: 20, timeMs: 5 },
    { offset: 30, timeMs: 6 },
  ];
  const received = [
    { offset: 9, timeMs: 7 },
    { offset: 25, timeMs: 9 },
  ];
  assert.deepEqual(chunkDelays(sent, received), [9, 4]);
  const { p50Ms, p99Ms, count } = summarizeDelays([9, 4]);
  assert.deepEqual([count, p50Ms, p99Ms], [2, 4, 9]);
});
