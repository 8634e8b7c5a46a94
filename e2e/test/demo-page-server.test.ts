import assert from 'node:assert/strict';
import { request } from 'node:http';
import { after, before, test } from 'node:test';
import { DemoError } from '../src/demo/demo-errors.ts';
import type { Settings, Snapshot } from '../src/demo/messages.ts';
import { bundlePage } from '../src/demo/page-bundle.ts';
import { PageServer } from '../src/demo/page-server.ts';
import { findFreePorts } from '../src/harness/free-port.ts';

const [port = 0] = await findFreePorts(1);
const page = new PageServer(port);
const asked: unknown[] = [];
const origin = `http://127.0.0.1:${port}`;

before(async () => {
  await page.listen();
  page.open(await bundlePage(), {
    snapshot: () => ({ phase: 'running', steps: [] }) as unknown as Snapshot,
    press: (on) => asked.push(on),
    change: (settings: Settings) => {
      if (settings.confidence < 0.05) throw new DemoError('UNREACHABLE_CONFIDENCE', 'cannot be reached');
      asked.push(settings);
    },
  });
});
after(() => page.close());

const post = (path: string, body: string, type = 'application/json') =>
  fetch(origin + path, { method: 'POST', headers: { 'Content-Type': type }, body });

test('the page loads nothing from elsewhere', async () => {
  const html = await (await fetch(`${origin}/`)).text();
  assert.doesNotMatch(html, /(src|href)="(https?:)?\/\//);
  for (const [, path] of html.matchAll(/(?:src|href)="(\/[^"]+)"/g)) {
    const response = await fetch(origin + path);
    assert.equal(response.status, 200, path);
    const policy = response.headers.get('content-security-policy') ?? '';
    assert.match(policy, /default-src 'none'/);
  }
});

test('the controls’ requests reach the demo, wrong ones are refused with a sentence', async () => {
  assert.equal((await post('/switch', '{"on":true}')).status, 202);
  assert.equal((await post('/settings', '{"mode":"ILP","confidence":0.2}')).status, 202);
  assert.deepEqual(asked, [true, { mode: 'ILP', confidence: 0.2 }]);
  assert.equal((await post('/switch', '{"on":1}')).status, 400);
  assert.equal((await post('/switch', 'x'.repeat(5000))).status, 400);
  assert.equal((await post('/settings', '{"mode":"X"}')).status, 400);
  const unreachable = await post('/settings', '{"mode":"STP","confidence":0.01}');
  assert.equal(unreachable.status, 400);
  assert.match(await unreachable.text(), /cannot be reached/);
});

test('forms of other pages and foreign host names are refused', async () => {
  assert.equal((await post('/switch', 'on=true', 'application/x-www-form-urlencoded')).status, 415);
  const status = await new Promise((resolve) => {
    request({ port, host: '127.0.0.1', path: '/', headers: { Host: 'evil.example' } }, (response) => {
      response.resume();
      resolve(response.statusCode);
    }).end();
  });
  assert.equal(status, 403);
});

test('a page that opens gets everything, and what is published afterwards', async () => {
  const response = await fetch(`${origin}/events`);
  const reader = response.body?.pipeThrough(new TextDecoderStream()).getReader();
  const first = await reader?.read();
  assert.match(first?.value ?? '', /"phase":"running"/);
  page.publish({ phase: 'reconnecting' } as unknown as Snapshot);
  const second = await reader?.read();
  assert.match(second?.value ?? '', /reconnecting/);
  await reader?.cancel();
});

test('a taken port is an error of the system, before anything else runs', async () => {
  await assert.rejects(new PageServer(port).listen(), { code: 'PORT_UNAVAILABLE' });
});
