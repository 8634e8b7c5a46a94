// What a stream does as a net.Socket would, beyond what the comparison of stream-like-socket.test.ts reaches.
import assert from 'node:assert/strict';
import { once } from 'node:events';
import { createServer, connect as dial, Socket } from 'node:net';
import { test } from 'node:test';
import type { TunnelStream } from '../src/index.ts';
import { collect, connectPair } from './pair.ts';

/** Names of events in the order in which they come. */
function events(stream: TunnelStream, names: readonly string[]): string[] {
  const seen: string[] = [];
  for (const name of names) stream.on(name, () => seen.push(name));
  stream.on('error', (error: NodeJS.ErrnoException) => seen.push(`error ${error.code}`));
  return seen;
}

test('a stream that was opened is connecting for the present turn, then emits connect and ready', async () => {
  const { time, device } = await connectPair();
  const stream = device.open('mqtt');
  const seen = events(stream, ['connect', 'ready']);
  assert.deepEqual([stream.connecting, stream.pending, stream.readyState], [true, true, 'opening']);
  await time.advanceTo(time.now() + 1);
  assert.deepEqual([stream.connecting, stream.pending, stream.readyState], [false, false, 'open']);
  assert.deepEqual(seen, ['connect', 'ready']);
});

test('a stream destroyed in the turn in which it was opened never connects', async () => {
  const { time, device } = await connectPair();
  const stream = device.open('mqtt');
  const seen = events(stream, ['connect', 'ready', 'close']);
  stream.destroy();
  await time.advanceTo(time.now() + 10_000);
  assert.deepEqual(seen, ['close']);
  assert.equal(stream.readyState, 'closed');
});

test('an idle stream emits timeout once, and again only after it was used', async () => {
  const { time, device, accepted } = await connectPair();
  const stream = device.open('http');
  let timeouts = 0;
  stream.setTimeout(10_000, () => {});
  stream.on('timeout', () => {
    timeouts += 1;
  });
  assert.equal(stream.timeout, 10_000);
  await time.advanceTo(time.now() + 9000);
  stream.write('x');
  await time.advanceTo(time.now() + 9000);
  assert.equal(timeouts, 0);
  await time.advanceTo(time.now() + 60_000);
  assert.equal(timeouts, 1);
  accepted[0]?.stream.write('y');
  await time.advanceTo(time.now() + 60_000);
  assert.equal(timeouts, 2);
  stream.setTimeout(0);
  stream.write('z');
  await time.advanceTo(time.now() + 60_000);
  assert.equal(timeouts, 2);
});

test('setTimeout refuses what that of a socket refuses, by the same error, and stays as it was', async () => {
  const { device } = await connectPair();
  const [stream, socket] = [device.open('http').setTimeout(7000), new Socket()];
  const refusal = (attempt: () => unknown): unknown => {
    try {
      attempt();
      return 'accepted';
    } catch (error) {
      const { name, code, message } = error as NodeJS.ErrnoException;
      return { name, code, message: message.split(' Received ')[0] };
    }
  };
  const values = [-1, Number.NaN, Number.POSITIVE_INFINITY, 'x', '5', null, undefined, true, 5n, {}, () => {}];
  for (const value of values as number[]) {
    const expected = refusal(() => socket.setTimeout(value));
    assert.notEqual(expected, 'accepted');
    assert.deepEqual(
      refusal(() => stream.setTimeout(value)),
      expected,
    );
  }
  for (const listener of ['x', null, 5] as unknown as (() => void)[])
    for (const timeoutMs of [0, 100])
      assert.deepEqual(
        refusal(() => stream.setTimeout(timeoutMs, listener)),
        refusal(() => socket.setTimeout(timeoutMs, listener)),
      );
  assert.deepEqual([stream.timeout, stream.listenerCount('timeout')], [7000, 0]);
  assert.equal(stream.setTimeout(0).timeout, socket.setTimeout(0).timeout);
  assert.equal(stream.destroy().setTimeout(-1), stream);
  assert.ok('localFamily' in stream);
});

test('a reset has the code, number and call that it has on a socket', async () => {
  const server = createServer((socket) => socket.once('data', () => socket.resetAndDestroy())).listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as { port: number };
  const socket = dial(port, '127.0.0.1');
  const failed = new Promise<NodeJS.ErrnoException>((resolve) => socket.once('error', resolve));
  await once(socket, 'connect');
  socket.write('x');
  const ofSocket = await failed;
  server.close();
  const { time, device } = await connectPair({ onStream: (stream) => stream.refuse('BACKEND') });
  const errors: NodeJS.ErrnoException[] = [];
  device.open('http').on('error', (error) => errors.push(error));
  await time.advanceTo(10_000);
  const fields = ({ code, errno, syscall }: NodeJS.ErrnoException): unknown => ({ code, errno, syscall });
  assert.deepEqual(errors.map(fields), [fields(ofSocket)]);
});

test('bytes and FIN that were handed over before destroy() reach a reader that comes late', async () => {
  const { time, device, accepted } = await connectPair();
  const stream = device.open('upload');
  stream.end(Buffer.alloc(9000, 1));
  await time.advanceTo(5000);
  stream.destroy();
  await time.advanceTo(20_000);
  const other = accepted[0]?.stream as TunnelStream;
  const seen = events(other, ['end', 'close']);
  const chunks = collect(other);
  await time.advanceTo(40_000);
  assert.equal(Buffer.concat(chunks).length, 9000);
  assert.deepEqual(seen, ['end']);
  other.end();
  await time.advanceTo(60_000);
  assert.deepEqual(seen, ['end', 'close']);
  assert.equal(device.streams, 0);
});

test('destroy() right after write() delivers the bytes; close() of the tunnel waits for them', async () => {
  const { time, device, accepted } = await connectPair({ onStream: (stream) => stream.on('error', () => {}).resume() });
  await time.advanceTo(10_000);
  const stream = device.open('upload');
  stream.write(Buffer.alloc(5000));
  stream.destroy();
  const closing = device.close();
  await time.advanceTo(30_000);
  await closing;
  assert.equal(accepted[0]?.stream.bytesRead, 5000);
});

test('destroy with an error, resetAndDestroy and lost bytes reset the peer', async () => {
  for (const give of [
    (stream: TunnelStream) => stream.destroy(new Error('no more')),
    (stream: TunnelStream) => stream.resetAndDestroy(),
    (stream: TunnelStream) => {
      stream.write(Buffer.alloc(100_000));
      stream.write(Buffer.alloc(1));
      stream.destroy();
    },
  ]) {
    const { time, device, accepted } = await connectPair();
    const stream = device.open('upload');
    stream.on('error', () => {});
    await time.advanceTo(5000);
    const other = accepted[0]?.stream as TunnelStream;
    const seen = events(other, ['end', 'close']);
    other.resume();
    give(stream);
    await time.advanceTo(15_000);
    assert.deepEqual(seen, ['error ECONNRESET', 'close']);
    assert.equal(device.streams, 0);
  }
});

test('a peer that writes to a program that has gone is reset', async () => {
  const { time, device, accepted } = await connectPair();
  const stream = device.open('download');
  await time.advanceTo(5000);
  stream.destroy();
  await time.advanceTo(15_000);
  const other = accepted[0]?.stream as TunnelStream;
  const seen = events(other, ['end', 'close']);
  other.resume();
  other.write('too late');
  await time.advanceTo(30_000);
  assert.deepEqual(seen, ['end', 'error ECONNRESET', 'close']);
  assert.equal(device.streams, 0);
});

test('a peer that never ends after the program has gone is reset after a minute', async () => {
  const { time, device, accepted } = await connectPair();
  const stream = device.open('download');
  await time.advanceTo(5000);
  stream.destroy();
  const other = accepted[0]?.stream as TunnelStream;
  const seen = events(other, ['close']);
  other.resume();
  await time.advanceTo(60_000);
  assert.equal(device.streams, 1);
  await time.advanceTo(70_000);
  assert.equal(device.streams, 0);
  assert.deepEqual(seen, ['error ECONNRESET', 'close']);
});

test('the callback of a write that waits is called when the stream is destroyed', async () => {
  for (const error of [null, new Error('given up')]) {
    const { time, device } = await connectPair({ onStream: (stream) => stream.on('error', () => {}) });
    const stream = device.open('upload');
    stream.on('error', () => {});
    const results: (Error | null | undefined)[] = [];
    stream.write(Buffer.alloc(40_000), (result) => results.push(result));
    await time.advanceTo(500);
    stream.destroy(error ?? undefined);
    await time.advanceTo(1000);
    assert.deepEqual(results, [error]);
  }
});

test('the error of a reset names the reason that the peer gave', async () => {
  const { time, device } = await connectPair({ onStream: (stream) => stream.refuse('UNKNOWN_SERVICE') });
  const stream = device.open('nothing-there');
  const seen: unknown[] = [];
  stream.on('error', (error: { code: string; reason?: string }) => seen.push(error.code, error.reason));
  await time.advanceTo(10_000);
  assert.deepEqual(seen, ['ECONNRESET', 'UNKNOWN_SERVICE']);
});
