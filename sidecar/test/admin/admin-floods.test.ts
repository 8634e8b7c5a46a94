import assert from 'node:assert/strict';
import { once } from 'node:events';
import { connect, type Socket } from 'node:net';
import { after, before, describe, test } from 'node:test';
import { createSystemRuntime } from '@quietwire/tunnel';
import { AdminServer } from '../../src/admin/admin-server.ts';

describe('The admin port under a flood', { timeout: 30_000 }, () => {
  const runtime = createSystemRuntime();
  let renders = 0;
  const admin = new AdminServer(
    {
      notReady: () => [],
      config: () => {
        renders += 1;
        return { renders };
      },
      metrics: async () => {
        renders += 1;
        await new Promise((resolve) => setTimeout(resolve, 20));
        return 'metric 1\n'.repeat(50_000);
      },
      drain: () => {},
    },
    runtime,
  );
  let port = 0;
  const open: Socket[] = [];
  before(async () => {
    ({ port } = await admin.listen({ host: '127.0.0.1', port: 0 }));
  });
  after(async () => {
    for (const socket of open) socket.destroy();
    await admin.close();
    runtime.close();
  });

  const dial = async (text: string): Promise<Socket> => {
    const socket = connect(port, '127.0.0.1');
    open.push(socket);
    socket.on('error', () => {});
    await once(socket, 'connect');
    if (text !== '') socket.write(text);
    return socket;
  };
  const probe = async (): Promise<number> => {
    const startMs = performance.now();
    const response = await fetch(`http://127.0.0.1:${port}/livez`, { signal: AbortSignal.timeout(5000) });
    assert.equal(await response.text(), 'ok\n');
    return performance.now() - startMs;
  };
  const request = (path: string): string => `GET ${path} HTTP/1.1\r\nHost: localhost\r\n\r\n`;

  for (const [what, text] of [
    ['silent connections', ''],
    ['connections that never end their head', 'GET /livez HTTP/1.1\r\nHost: localhost\r\nX: '],
    ['connections that do not read their answer', request('/metrics')],
    ['connections that were answered and stay', request('/livez')],
  ] as const) {
    test(`answers a probe at once beside 300 ${what}`, async () => {
      const sockets = await Promise.all(Array.from({ length: 300 }, () => dial(text)));
      for (const socket of sockets) socket.pause();
      for (let round = 0; round < 3; round += 1) assert.ok((await probe()) < 1000);
      for (const socket of sockets) socket.destroy();
    });
  }

  test('closes who sends no head within two seconds', async () => {
    const startMs = performance.now();
    const slow = await dial('GET /livez');
    const trickle = setInterval(() => slow.write('X'), 200);
    slow.resume();
    await once(slow, 'close');
    clearInterval(trickle);
    const tookMs = performance.now() - startMs;
    assert.ok(tookMs > 1500 && tookMs < 4000, `${tookMs}`);
  });

  test('refuses a head of more than 8 KiB', async () => {
    const socket = await dial(`GET /livez HTTP/1.1\r\nHost: localhost\r\nX: ${'x'.repeat(20_000)}\r\n\r\n`);
    const [answer] = (await once(socket, 'data')) as [Buffer];
    assert.match(answer.toString(), /^HTTP\/1.1 431 /);
  });

  for (const path of ['/metrics', '/config']) {
    test(`makes ${path} once a second for a flood of those who ask`, async () => {
      renders = 0;
      const startMs = performance.now();
      const ask = async (): Promise<string> => (await fetch(`http://127.0.0.1:${port}${path}`)).text();
      for (let round = 0; round < 20; round += 1) await Promise.all(Array.from({ length: 10 }, ask));
      const allowed = 11 + (performance.now() - startMs) / 1000;
      assert.ok(renders <= allowed, `${renders} renders for 200 requests, allowed ${allowed}`);
    });
  }

  test('answers one request a connection, so that a read full of requests does not hold the thread', async () => {
    await new Promise((resolve) => setTimeout(resolve, 200));
    const flood = await dial('');
    let bytes = 0;
    flood.on('data', (chunk: Buffer) => {
      bytes += chunk.length;
    });
    flood.write(request('/livez').repeat(5000));
    await once(flood, 'close');
    assert.ok(bytes > 0 && bytes < 400, `${bytes} bytes of answers`);
  });
});
