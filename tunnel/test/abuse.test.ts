// What one peer can do to the process: floods of opens, tiny fields, partial frames, programs that give up (docs/limits.md).
import assert from 'node:assert/strict';
import { test } from 'node:test';
import {
  defaultTunnelLimits,
  establishAsCloud,
  establishAsDevice,
  FramePool,
  ManualTime,
  memoryChannels,
  parametersFromMessage,
  parametersMessage,
  Tunnel,
  type TunnelStream,
} from '../src/index.ts';
import { cloudAlone } from './cloud-alone.ts';
import { collect, connectPair, sampleParameters } from './pair.ts';

test('a flood of opens makes no stream beyond the limit, and ends the tunnel', () => {
  const { tunnel, streams, read } = cloudAlone();
  read((writer) => {
    for (let id = 1; id <= defaultTunnelLimits.maxStreams + 60; id += 1) writer.open(id, 'x');
  });
  assert.equal(streams.length, defaultTunnelLimits.maxStreams);
  assert.equal(tunnel.streams, defaultTunnelLimits.maxStreams);
  assert.equal(tunnel.closed, false);
  // The next slot has room for a few refusals; the rest of the flood waits behind them.
  read((writer) => {
    for (let id = 101; id <= 200; id += 1) writer.open(id, 'x');
  });
  assert.equal(tunnel.closed, true);
  assert.equal(streams.length, defaultTunnelLimits.maxStreams);
});

test('one-byte fields that no program reads are kept joined', async () => {
  const { time, streams, read } = cloudAlone({ tunnelWindow: 32_768 });
  read((writer) => writer.open(1, 'x'));
  const one = new Uint8Array([7]);
  for (let frame = 0; frame < 10; frame += 1)
    read((writer) => {
      for (let n = 0; n < 2000; n += 1) writer.stream(1, one, 0, 1, false, false);
    });
  const [stream] = streams;
  assert.ok(stream !== undefined);
  const chunks = collect(stream);
  await time.advanceTo(10);
  assert.equal(Buffer.concat(chunks).length, 20_000);
  assert.ok(
    Buffer.concat(chunks).every((byte) => byte === 7),
    'every byte as it came',
  );
  assert.ok(chunks.length < 10, `${chunks.length} buffers`);
});

test('a program that listens for readable is told of every piece, however it waits for more', async () => {
  const waits: readonly ((stream: TunnelStream, header: Buffer | undefined) => Buffer | null)[] = [
    (stream) => stream.read(16) as Buffer | null,
    // Reads a header, then looks at what is there.
    (stream, header) =>
      header === undefined || stream.readableLength < 12 ? null : (stream.read(12) as Buffer | null),
  ];
  for (const wait of waits) {
    const { time, streams, read } = cloudAlone();
    read((writer) => writer.open(1, 'x'));
    const [stream] = streams;
    assert.ok(stream !== undefined);
    let header: Buffer | undefined;
    let messages = 0;
    stream.on('readable', () => {
      if (wait !== waits[0]) header ??= (stream.read(4) as Buffer | null) ?? undefined;
      if (wait(stream, header) !== null) messages += 1;
    });
    for (const bytes of [8, 4, 4]) {
      read((writer) => writer.stream(1, new Uint8Array(bytes), 0, bytes, false, false));
      await time.advanceTo(time.now() + 10);
      await new Promise((resolve) => setImmediate(resolve));
    }
    assert.equal(messages, 1);
  }
});

test('two streams with much to send share the frames', async () => {
  const pair = await connectPair();
  const streams = ['a', 'b'].map((service) => pair.device.open(service, { allowHalfOpen: true }));
  await pair.time.advanceTo(9000);
  const reached = pair.accepted.map(({ stream }) => collect(stream));
  for (const stream of streams) stream.write(Buffer.alloc(15_000));
  await pair.time.advanceTo(10_500);
  const bytes = reached.map((chunks) => Buffer.concat(chunks).length);
  assert.ok(Math.min(...bytes) > 0.4 * Math.max(...bytes), bytes.join(' '));
});

test('a trickle of partial frames does not keep a tunnel alive', async () => {
  const { time, tunnel, channel } = cloudAlone();
  let code: string | undefined;
  tunnel.onClose = (error) => {
    code = (error as { code?: string } | undefined)?.code;
  };
  channel.onRead(new Uint8Array([0x3e, 0x80]));
  const started = time.now();
  // A frame may come in four pieces.
  for (let n = 1; n <= 3; n += 1) time.at(started + n * 3000, () => channel.onRead(new Uint8Array(1)));
  await time.advanceTo(started + 15_000);
  assert.equal(code, 'TUNNEL_PEER_DEAD');
});

test('fields behind the one at which the tunnel was destroyed are not read', async () => {
  const { time, tunnel, streams, read } = cloudAlone();
  read((writer) => writer.open(1, 'x'));
  streams[0]?.on('data', () => tunnel.destroy(new Error('the program gave up')));
  await time.advanceTo(10);
  read((writer) => {
    writer.stream(1, new Uint8Array(10), 0, 10, false, false);
    writer.open(2, 'x');
  });
  assert.equal(tunnel.closed, true);
  assert.equal(streams.length, 1);
});

for (const abort of ['destroy', 'resetAndDestroy'] as const) {
  test(`programs that ${abort} in the middle of a transfer cost the tunnel no credit`, async () => {
    for (const direction of ['down', 'up'] as const) {
      let reached = 0;
      const pair = await connectPair({
        parameters: { holdMs: 1000 },
        onStream: (stream) => {
          stream.on('error', () => {});
          if (direction === 'down') stream.write(Buffer.alloc(60_000));
          else
            stream.on('data', (chunk: Buffer) => {
              reached += chunk.length;
              if (reached > 5000) stream[abort]();
            });
        },
      });
      const moved: number[] = [];
      for (let n = 0; n < 25; n += 1) {
        reached = 0;
        const stream = pair.device.open('any', { allowHalfOpen: true });
        stream.on('error', () => {});
        if (direction === 'down') stream.on('data', (chunk: Buffer) => (reached += chunk.length));
        stream.write(Buffer.alloc(direction === 'down' ? 60 : 20_000));
        await pair.time.advanceTo(pair.time.now() + 3000);
        moved.push(reached);
        stream[abort]();
        await pair.time.advanceTo(pair.time.now() + 9000);
      }
      assert.ok((moved.at(-1) ?? 0) > 5000, `${direction}: ${moved.join(' ')}`);
      assert.equal(pair.device.streams, 0);
    }
  });
}

test('a stream that was paused until its credit was used up goes on when it is read again', async () => {
  const pair = await connectPair({
    limits: { bytesPerTunnel: 16 * 1024 },
    onStream: (stream) => void stream.end(Buffer.alloc(60_000)),
  });
  const stream = pair.device.open('any', { allowHalfOpen: true });
  stream.write(Buffer.alloc(60));
  await pair.time.advanceTo(20_000);
  const chunks = collect(stream);
  await pair.time.advanceTo(60_000);
  assert.equal(Buffer.concat(chunks).length, 60_000);
});

test('bytes that a program reads later are acknowledged when it has them', async () => {
  const pair = await connectPair();
  const stream = pair.device.open('any', { allowHalfOpen: true });
  // The stream itself is open when the tunnel closes.
  stream.on('error', () => {});
  stream.write(Buffer.alloc(60));
  await pair.time.advanceTo(10_000);
  pair.accepted[0]?.stream.on('error', () => {}).resume();
  await pair.time.advanceTo(20_000);
  const closing = pair.device.close();
  await pair.time.advanceTo(40_000);
  await closing;
});

test('opens that one slot brings together are not refused below the rate', async () => {
  const pair = await connectPair();
  let resets = 0;
  for (let n = 0; n < 14; n += 1)
    pair.time.at(8000 + n * 140, () => {
      const stream = pair.device.open('any', { allowHalfOpen: true });
      stream.on('error', () => (resets += 1));
    });
  await pair.time.advanceTo(14_000);
  assert.equal(pair.accepted.length, 14);
  assert.equal(resets, 0);
});

test('a device holds its opens back at the rate that the other end allows', async () => {
  const pair = await connectPair({ limits: { maxStreams: 200, opensPerSecond: 10 } });
  for (let n = 0; n < 200; n += 1) pair.device.open('any').on('error', () => {});
  await pair.time.advanceTo(40_000);
  assert.equal(pair.accepted.length, 200);
  const quick = await connectPair({ limits: { maxStreams: 20, opensPerSecond: 10 } });
  let opened = 0;
  let refused = 0;
  quick.cloud.onStream = (stream) => {
    opened += 1;
    stream.on('error', () => {}).resetAndDestroy();
  };
  for (let atMs = 8000; atMs < 18_000; atMs += 5)
    quick.time.at(atMs, () => {
      while (quick.device.streams < 20) {
        const stream = quick.device.open('any');
        stream.on('error', (error: Error) => (refused += /LIMIT/.test(error.message) ? 1 : 0));
        stream.write(Buffer.alloc(60));
      }
    });
  await quick.time.advanceTo(18_000);
  assert.equal(refused, 0);
  assert.ok(opened > 90 && opened <= 20 + 100, `${opened} opened in 10 s`);
});

test('a tunnel that cannot be made ends the connection at once', async () => {
  const time = new ManualTime();
  const [far, near] = memoryChannels({ time, delayMs: () => 5 });
  const deviceKey = Buffer.alloc(32, 1);
  const binding = { kind: 'CERTIFICATE' as const, value: Buffer.alloc(32, 2) };
  const cloud = establishAsCloud(
    {
      channel: near,
      runtime: time.runtime(1),
      deadlineMs: 5000,
      createTunnel: () => {
        throw new Error('no such schedule');
      },
    },
    {
      nonce: Buffer.alloc(32, 3),
      binding: () => binding.value,
      lookup: () => ({ deviceKey, slot: 'primary' }),
      parameters: () => parametersMessage(sampleParameters, defaultTunnelLimits),
      aeads: ['AES-256-GCM'],
    },
  );
  const device = establishAsDevice(
    {
      channel: far,
      runtime: time.runtime(2),
      deadlineMs: 5000,
      createTunnel: (session) =>
        new Tunnel({
          channel: far,
          session,
          role: 'device',
          parameters: parametersFromMessage(session.parameters),
          limits: defaultTunnelLimits,
          runtime: time.runtime(3),
          pool: new FramePool(),
        }),
    },
    {
      fleet: 'f',
      deviceId: 'd',
      deviceKey,
      nonce: Buffer.alloc(32, 4),
      binding,
      maxFrame: 16_000,
      aeads: ['AES-256-GCM'],
      profile: 'FULL',
    },
  );
  device.catch(() => {});
  await Promise.all([assert.rejects(cloud, /no such schedule/), time.advanceTo(4000)]);
});

test('a service whose name fits no frame is refused at once', async () => {
  const small = { intervalMs: 2000, frameSize: 64 };
  const pair = await connectPair({ parameters: { background: small } });
  assert.throws(() => pair.device.open('a'.repeat(10)), { code: 'TUNNEL_SERVICE_NAME' });
  pair.device.open('a'.repeat(9)).on('error', () => {});
  await pair.time.advanceTo(20_000);
  assert.equal(pair.accepted.length, 1);
});

test('a tunnel that a program drops while a frame is filled leaves nothing of it to the next one', async () => {
  // The last credit of one stream is used up inside a frame: data of the other one, written at some time before, follow in it.
  for (let afterMs = 5; afterMs < 60; afterMs += 5) {
    const pool = new FramePool();
    const limits = { streamWindow: 2000, tunnelWindow: 16_384 };
    const { time, device, cloud, accepted } = await connectPair({ pool, limits });
    for (let count = 0; count < 2; count += 1) collect(device.open('any'));
    await time.advanceTo(9000);
    const [first, second] = accepted.map(({ stream }) => stream.on('error', () => {}));
    time.at(10_000.5, () => first?.write(Buffer.alloc(18_340, 0x41), () => cloud.destroy(new Error('given up'))));
    time.at(10_000.5 + afterMs, () => second?.write(Buffer.alloc(1900, 0x51)));
    await time.advanceTo(20_000);
    assert.equal(cloud.closed, true);
    const frames = Array.from({ length: 20 }, () => pool.acquire(1024).buffer);
    assert.ok(frames.every((frame) => frame.subarray(2).every((byte) => byte === 0)));
  }
});

test('memory that a write has called back for is the program’s again', async () => {
  const { time, device, accepted } = await connectPair();
  const stream = device.open('any');
  await time.advanceTo(9000);
  const received = collect((accepted[0] as { stream: TunnelStream }).stream);
  const memory = Buffer.alloc(8000, 0x41);
  time.at(10_000.5, () => stream.write(memory, () => memory.fill(0x5a)));
  time.at(10_001.5, () => stream.write(memory.fill(0x42), () => memory.fill(0x5a)));
  await time.advanceTo(40_000);
  assert.deepEqual(Buffer.concat(received), Buffer.concat([Buffer.alloc(8000, 0x41), Buffer.alloc(8000, 0x42)]));
});

test('an end that wants to close takes no further stream', async () => {
  const { time, device, cloud, accepted } = await connectPair();
  await time.advanceTo(9000);
  collect(device.open('before'));
  await time.advanceTo(12_000);
  accepted[0]?.stream.on('error', () => {});
  time.at(12_000.5, () => void cloud.close());
  const refused: string[] = [];
  time.at(12_001.2, () => device.open('after').on('error', (error: Error) => refused.push(error.message)));
  await time.advanceTo(18_000);
  assert.deepEqual(
    accepted.map(({ service }) => service),
    ['before'],
  );
  assert.match(refused.join(), /reset by the peer/);
});
