import assert from 'node:assert/strict';
import { connect, createServer } from 'node:net';
import { networkInterfaces } from 'node:os';
import { after, before, describe, test } from 'node:test';
import { createSystemRuntime } from '@quietwire/tunnel';
import { AdminServer } from '../../src/admin/admin-server.ts';

/** One request as it is written, and all that comes back. */
async function send(port: number, line: string, headers: Readonly<Record<string, string>>): Promise<string> {
  const head = Object.entries(headers).map(([name, value]) => `${name}: ${value}\r\n`);
  const socket = connect(port, '127.0.0.1');
  socket.end(`${line}\r\n${head.join('')}\r\n`);
  const chunks: Buffer[] = [];
  for await (const chunk of socket) chunks.push(chunk as Buffer);
  return Buffer.concat(chunks).toString();
}

const asked = { 'quietwire-drain': 'yes' };

describe('The admin server', () => {
  let reasons: string[] = [];
  let drains = 0;
  const runtime = createSystemRuntime();
  const admin = new AdminServer(
    {
      notReady: () => reasons,
      config: () => ({ version: '1' }),
      metrics: async () => 'metrics',
      drain: () => {
        drains += 1;
      },
    },
    runtime,
  );
  let port = 0;
  const ask = async (
    path: string,
    method = 'GET',
    host = '127.0.0.1',
    headers: Record<string, string> = {},
  ): Promise<{ status: number; text: string }> => {
    const response = await fetch(`http://${host}:${port}${path}`, { method, headers });
    return { status: response.status, text: await response.text() };
  };
  before(async () => {
    ({ port } = await admin.listen({ host: '0.0.0.0', port: 0 }));
  });
  after(async () => {
    await admin.close();
    runtime.close();
  });

  test('is alive and started', async () => {
    assert.deepEqual(await ask('/livez'), { status: 200, text: 'ok\n' });
    assert.deepEqual(await ask('/startupz'), { status: 200, text: 'ok\n' });
  });

  test('is ready unless there are reasons against it, and names them', async () => {
    assert.deepEqual(await ask('/readyz'), { status: 200, text: 'ok\n' });
    reasons = ['draining', 'no keys of fleet plug'];
    assert.deepEqual(await ask('/readyz?verbose'), { status: 503, text: 'draining\nno keys of fleet plug\n' });
  });

  test('serves metrics and the effective configuration', async () => {
    assert.equal((await ask('/metrics')).text, 'metrics');
    assert.deepEqual(JSON.parse((await ask('/config')).text), { version: '1' });
  });

  test('drains by POST from loopback only', async () => {
    assert.equal((await ask('/drain')).status, 405);
    assert.equal(drains, 0);
    const outside = Object.values(networkInterfaces())
      .flatMap((addresses) => addresses ?? [])
      .find(({ family, internal }) => family === 'IPv4' && !internal)?.address;
    if (outside !== undefined) assert.equal((await ask('/drain', 'POST', outside, asked)).status, 403);
    assert.equal(drains, 0);
    assert.deepEqual(await ask('/drain', 'POST', '127.0.0.1', asked), { status: 202, text: 'draining\n' });
    assert.equal(drains, 1);
  });

  test('does not drain for a web page that a browser of the pod shows', async () => {
    const before = drains;
    const form = await send(port, 'POST /drain HTTP/1.1', {
      Host: `127.0.0.1:${port}`,
      Origin: 'https://evil.example',
      'Sec-Fetch-Site': 'cross-site',
      'Content-Type': 'text/plain',
      'Content-Length': '0',
    });
    assert.match(form, /^HTTP\/1.1 403 /);
    for (const [name, value] of [
      ['Origin', 'null'],
      ['Sec-Fetch-Site', 'same-origin'],
    ] as const) {
      const scripted = await send(port, 'POST /drain HTTP/1.1', {
        Host: `localhost:${port}`,
        [name]: value,
        'Quietwire-Drain': 'yes',
      });
      assert.match(scripted, /^HTTP\/1.1 403 [\s\S]*not for browsers/);
    }
    assert.match((await ask('/drain', 'POST')).text, /needs the header "quietwire-drain: yes"/);
    const preflight = await send(port, 'OPTIONS /drain HTTP/1.1', {
      Host: `127.0.0.1:${port}`,
      Origin: 'https://evil.example',
      'Access-Control-Request-Method': 'POST',
      'Access-Control-Request-Headers': 'quietwire-drain',
    });
    assert.match(preflight, /^HTTP\/1.1 405 /);
    assert.doesNotMatch(preflight, /access-control/i);
    assert.equal(drains, before);
  });

  test('answers nothing on loopback to a name that a stranger can point there', async () => {
    const before = drains;
    for (const host of ['evil.example', `evil.example:${port}`, '127.0.0.1.evil.example', 'localhost.evil.example']) {
      for (const line of ['GET /config HTTP/1.1', 'POST /drain HTTP/1.1']) {
        const answer = await send(port, line, { Host: host, 'Quietwire-Drain': 'yes' });
        assert.match(answer, /^HTTP\/1.1 421 /, `${line} of ${host}`);
      }
    }
    for (const host of ['localhost', `LOCALHOST:${port}`, '127.0.0.1', `[::1]:${port}`])
      assert.match(await send(port, 'GET /livez HTTP/1.1', { Host: host }), /^HTTP\/1.1 200 /);
    assert.equal(drains, before);
  });

  test('answers what it does not know by 404 and other methods by 405', async () => {
    assert.equal((await ask('/')).status, 404);
    assert.equal((await ask('/__proto__')).status, 404);
    assert.equal((await ask('/livez', 'DELETE')).status, 405);
  });

  test('says whose port is taken', async () => {
    const other = createServer().listen(0, '127.0.0.1');
    await new Promise((resolve) => other.once('listening', resolve));
    const { port: taken } = other.address() as { port: number };
    const second = new AdminServer(
      { notReady: () => [], config: () => ({}), metrics: async () => '', drain: () => {} },
      runtime,
    );
    await assert.rejects(second.listen({ host: '127.0.0.1', port: taken }), {
      code: 'ADDRESS_UNAVAILABLE',
      message: `cannot listen on 127.0.0.1:${taken} (admin.address): listen EADDRINUSE: address already in use 127.0.0.1:${taken}`,
    });
    other.close();
  });
});
