import assert from 'node:assert/strict';
import { createServer } from 'node:net';
import { networkInterfaces } from 'node:os';
import { after, before, describe, test } from 'node:test';
import { AdminServer } from '../../src/admin/admin-server.ts';

describe('The admin server', () => {
  let reasons: string[] = [];
  let drains = 0;
  const admin = new AdminServer({
    notReady: () => reasons,
    config: () => ({ version: '1' }),
    serveMetrics: (_, response) => response.end('metrics'),
    drain: () => {
      drains += 1;
    },
  });
  let port = 0;
  const ask = async (path: string, method = 'GET', host = '127.0.0.1'): Promise<{ status: number; text: string }> => {
    const response = await fetch(`http://${host}:${port}${path}`, { method });
    return { status: response.status, text: await response.text() };
  };
  before(async () => {
    ({ port } = await admin.listen({ host: '0.0.0.0', port: 0 }));
  });
  after(() => admin.close());

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
    if (outside !== undefined) assert.equal((await ask('/drain', 'POST', outside)).status, 403);
    assert.equal(drains, 0);
    assert.deepEqual(await ask('/drain', 'POST'), { status: 202, text: 'draining\n' });
    assert.equal(drains, 1);
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
    const second = new AdminServer({ notReady: () => [], config: () => ({}), serveMetrics: () => {}, drain: () => {} });
    await assert.rejects(second.listen({ host: '127.0.0.1', port: taken }), {
      code: 'ADDRESS_UNAVAILABLE',
      message: `cannot listen on 127.0.0.1:${taken} (admin.address): listen EADDRINUSE: address already in use 127.0.0.1:${taken}`,
    });
    other.close();
  });
});
