import assert from 'node:assert/strict';
import { once } from 'node:events';
import { connect, type Socket } from 'node:net';
import { after, before, describe, test } from 'node:test';
import { createSystemRuntime } from '@quietwire/tunnel';
import { AdminServer } from '../../src/agent/admin-server.ts';

describe("The agent's admin port", { timeout: 20_000 }, () => {
  const runtime = createSystemRuntime();
  const admin = new AdminServer({ notReady: () => undefined, metrics: () => 'metric 1\n' }, runtime);
  let port = 0;
  const open: Socket[] = [];
  before(async () => {
    ({ port } = await admin.listen({ host: '127.0.0.1', port: 0 }));
  });
  after(() => {
    for (const socket of open) socket.destroy();
    admin.close();
    runtime.close();
  });
  const send = async (text: string): Promise<string> => {
    const socket = connect(port, '127.0.0.1');
    socket.end(text);
    const chunks: Buffer[] = [];
    for await (const chunk of socket) chunks.push(chunk as Buffer);
    return Buffer.concat(chunks).toString();
  };

  for (const [what, text] of [
    ['silent connections', ''],
    ['connections that never end their head', 'GET /livez HTTP/1.1\r\nX: '],
    ['connections that were answered and stay', 'GET /livez HTTP/1.1\r\nHost: localhost\r\n\r\n'],
  ] as const) {
    test(`answers a probe at once beside 100 ${what}`, async () => {
      for (let count = 0; count < 100; count += 1) {
        const socket = connect(port, '127.0.0.1');
        open.push(socket);
        socket.on('error', () => {}).pause();
        await once(socket, 'connect');
        if (text !== '') socket.write(text);
      }
      const startMs = performance.now();
      assert.match(await send('GET /livez HTTP/1.1\r\nHost: localhost\r\n\r\n'), /^HTTP\/1.1 200 /);
      assert.ok(performance.now() - startMs < 1000);
    });
  }

  test('answers one request a connection', async () => {
    const answers = await send('GET /metrics HTTP/1.1\r\nHost: localhost\r\n\r\n'.repeat(100));
    assert.equal(answers.match(/HTTP\/1.1 200/g)?.length, 1);
  });

  test('answers nothing to a name that a stranger can point here', async () => {
    assert.match(await send('GET /metrics HTTP/1.1\r\nHost: evil.example\r\n\r\n'), /^HTTP\/1.1 421 /);
  });

  test('is read only', async () => {
    const answer = await send('POST /metrics HTTP/1.1\r\nHost: localhost\r\nContent-Length: 2\r\n\r\nhi');
    assert.match(answer, /^HTTP\/1.1 405 [\s\S]*allow: GET, HEAD/i);
  });
});
