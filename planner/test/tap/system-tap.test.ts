import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { connect, createServer, type Server, type Socket } from 'node:net';
import { buffer } from 'node:stream/consumers';
import { type TestContext, test } from 'node:test';
import { createServer as createTlsServer, connect as tlsConnect } from 'node:tls';
import { createDevelopmentCertificate } from '../../src/keys/system-certificate.ts';
import { type Direction, startTap, type Tap, type TapOptions } from '../../src/tap/system-tap.ts';
import { monotonicNs } from '../../src/tap/system-tap-meter.ts';

const host = '127.0.0.1';

async function listen(t: TestContext, server: Server): Promise<number> {
  server.listen(0, host);
  await once(server, 'listening');
  t.after(() => server.close());
  return (server.address() as { port: number }).port;
}

async function tapTo(t: TestContext, toPort: number, options: Partial<TapOptions> = {}): Promise<Tap> {
  const tap = await startTap({ listenHost: host, listenPort: 0, toHost: host, toPort, ...options });
  t.after(() => tap.close());
  return tap;
}

async function tapped(
  t: TestContext,
  serve: (socket: Socket) => void,
  options: Partial<TapOptions> = {},
): Promise<Socket> {
  const port = await listen(t, createServer({ allowHalfOpen: true }, serve));
  const tap = await tapTo(t, port, options);
  const socket = connect({ host, port: tap.port, allowHalfOpen: true, noDelay: true });
  await once(socket, 'connect');
  return socket;
}

test('bytes pass unchanged both ways, and an end passes while the other direction goes on', async (t) => {
  const up = randomBytes(3_000_000);
  const down = randomBytes(2_000_000);
  const received = Promise.withResolvers<Buffer>();
  const counted = { up: 0, down: 0 };
  const socket = await tapped(
    t,
    async (peer) => {
      received.resolve(await buffer(peer)); // until the client's end
      peer.end(down);
    },
    {
      onRead: (_connection, direction, _timeNs, bytes) => {
        counted[direction] += bytes;
      },
    },
  );
  socket.end(up);
  assert.deepEqual(await buffer(socket), down);
  assert.deepEqual(await received.promise, up);
  assert.deepEqual(counted, { up: up.length, down: down.length });
});

test('a reset by either end reaches the other as a reset', async (t) => {
  const closed = Promise.withResolvers<Error | undefined>();
  const reset = await tapped(t, (peer) => peer.resetAndDestroy(), {
    onClose: (_c, _t, error) => closed.resolve(error),
  });
  const [error] = await once(reset, 'error');
  assert.equal(error.code, 'ECONNRESET');
  assert.match(String(await closed.promise), /ECONNRESET/);

  const seen = Promise.withResolvers<Error>();
  const socket = await tapped(t, (peer) => peer.on('error', seen.resolve).resume());
  socket.write('x');
  socket.resetAndDestroy();
  assert.equal(((await seen.promise) as NodeJS.ErrnoException).code, 'ECONNRESET');
});

test('a target that refuses resets the client and says why', async (t) => {
  const gone = createServer();
  gone.listen(0, host);
  await once(gone, 'listening');
  const { port } = gone.address() as { port: number };
  await new Promise((resolve) => gone.close(resolve));
  const closed = Promise.withResolvers<Error | undefined>();
  const tap = await tapTo(t, port, { onClose: (_c, _t, error) => closed.resolve(error) });
  const socket = connect(tap.port, host);
  const [error] = await once(socket, 'error');
  assert.equal(error.code, 'ECONNRESET');
  assert.match(String(await closed.promise), /ECONNREFUSED/);
  assert.equal(tap.connections, 0);
});

test('a receiver that stalls holds its sender back, and loses nothing', async (t) => {
  const sent = randomBytes(1 << 20);
  const times = 48;
  const peers = Promise.withResolvers<Socket>();
  const socket = await tapped(t, (peer) => peers.resolve(peer.pause()));
  for (let n = 0; n < times; n += 1) socket.write(sent);
  socket.end();
  await new Promise((resolve) => setTimeout(resolve, 300));
  assert.ok(socket.writableLength > 8 * sent.length, `only ${socket.writableLength} bytes wait at the sender`);
  let bytes = 0;
  for await (const chunk of await peers.promise) bytes += (chunk as Buffer).length;
  assert.equal(bytes, times * sent.length);
});

test('a record that comes in pieces has the time of its last piece, and two in one read are marked', async (t) => {
  const rows: { timeNs: number; row: string }[] = [];
  const opened: number[] = [];
  let read = () => {};
  const socket = await tapped(t, (peer) => peer.resume(), {
    onOpen: (connection) => opened.push(connection),
    onRecord: (connection, direction, timeNs, type, length, several) =>
      rows.push({ timeNs, row: [connection, direction, type, length, several].join() }),
    onRead: () => setImmediate(() => read()),
  });
  const pieces = [[22], [3, 3, 0], [4, 1, 2], [3, 4, 23, 3], [3, 0, 1, 9, 21, 3, 3, 0, 2, 1, 0], [23, 3, 3, 0, 0]];
  const writtenNs: number[] = [];
  for (const piece of pieces) {
    writtenNs.push(monotonicNs());
    await new Promise<void>((resolve) => {
      read = resolve;
      socket.write(Buffer.from(piece));
    });
  }
  writtenNs.push(monotonicNs());
  assert.deepEqual(
    rows.map(({ row }) => row),
    ['1,up,22,4,true', '1,up,23,1,true', '1,up,21,2,true', '1,up,23,0,false'],
  );
  assert.deepEqual(opened, [1]);
  for (const [index, piece] of [3, 4, 4, 5].entries()) {
    const { timeNs } = rows[index] as { timeNs: number };
    assert.ok(timeNs > (writtenNs[piece] as number) && timeNs < (writtenNs[piece + 1] as number), `record ${index}`);
  }
  socket.destroy();
});

test('50 TLS connections at once: the lengths of all records of each, in order', async (t) => {
  const connections = 50;
  const frames = 20;
  const { ca, cert, key } = await createDevelopmentCertificate({
    hosts: [host],
    notBefore: new Date(Date.now() - 60_000),
    days: 2,
  });
  const server = createTlsServer({ cert, key, minVersion: 'TLSv1.3' }, (socket) => {
    socket.setNoDelay(true);
    socket.on('data', (chunk) => socket.write(Buffer.alloc(chunk.length * 2)));
    socket.on('error', () => {});
  });
  const data = new Map<string, number[]>();
  const times = new Map<string, number>();
  const port = await listen(t, server);
  const tap = await tapTo(t, port, {
    measureLoop: true,
    onForeign: () => assert.fail('TLS was taken for something else'),
    onRecord: (connection: number, direction: Direction, timeNs, type, length) => {
      const stream = `${connection} ${direction}`;
      assert.ok(timeNs >= (times.get(stream) ?? 0), 'times go back');
      times.set(stream, timeNs);
      if (type === 23) data.set(stream, [...(data.get(stream) ?? []), length]);
    },
  });
  const sizes = Array.from({ length: frames }, (_, index) => 64 + 37 * index);
  await Promise.all(
    Array.from({ length: connections }, async () => {
      const socket = tlsConnect({ host, port: tap.port, ca, minVersion: 'TLSv1.3' });
      socket.setNoDelay(true);
      await once(socket, 'secureConnect');
      for (const size of sizes) {
        socket.write(Buffer.alloc(size));
        let missing = 2 * size;
        while (missing > 0) missing -= ((await once(socket, 'data'))[0] as Buffer).length;
      }
      socket.destroy();
    }),
  );
  // Encrypted parts of the handshake and the close alert are of type 23 as well: the frames are the last but the alert.
  // TLS 1.3 adds the type of the content and a tag of 16 bytes.
  const tagged = 1 + 16;
  const framesOf = (stream: string) =>
    data
      .get(stream)
      ?.filter((length) => length !== 2 + tagged)
      .slice(-frames);
  for (let connection = 1; connection <= connections; connection += 1) {
    assert.deepEqual(
      framesOf(`${connection} up`),
      sizes.map((size) => size + tagged),
    );
    assert.deepEqual(
      framesOf(`${connection} down`),
      sizes.map((size) => 2 * size + tagged),
    );
  }
  const { queueUs, forwardUs, loopDelayUs } = tap.jitter();
  for (const quantiles of [queueUs, forwardUs, loopDelayUs]) {
    assert.ok(quantiles && quantiles.count > 0 && quantiles.p50 <= quantiles.p99 && quantiles.p99 <= quantiles.max);
  }
  t.diagnostic(`queue ${JSON.stringify(queueUs)} forward ${JSON.stringify(forwardUs)}`);
});

test('a direction that is no TLS is told once and passes all the same', async (t) => {
  const foreign: string[] = [];
  const socket = await tapped(t, (peer) => peer.pipe(peer), {
    onForeign: (connection, direction) => foreign.push(`${connection} ${direction}`),
    onRecord: () => assert.fail('no record was expected'),
  });
  socket.write('GET / HTTP/1.1\r\n');
  await once(socket, 'data');
  socket.end('\r\n');
  assert.equal((await buffer(socket)).toString(), '\r\n');
  assert.deepEqual(foreign, ['1 up', '1 down']);
});

test('an address that is taken or not of this machine is refused by name', async (t) => {
  const taken = await listen(t, createServer());
  const options = { listenHost: host, listenPort: taken, toHost: host, toPort: 1 };
  await assert.rejects(startTap(options), { code: 'ADDRESS_UNAVAILABLE', message: `${host}:${taken} is taken` });
  await assert.rejects(startTap({ ...options, listenHost: '192.0.2.1' }), {
    code: 'ADDRESS_UNAVAILABLE',
    message: `192.0.2.1:${taken} is not an address of this machine`,
  });
});
