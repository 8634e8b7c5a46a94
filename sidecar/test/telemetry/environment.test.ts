// The OTEL_ environment of the process, as docs/telemetry.md promises it.

import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { rm, writeFile } from 'node:fs/promises';
import { createServer, type IncomingHttpHeaders, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { policyText, prepareDirectory } from '../fixture/local-sidecar.ts';

const main = fileURLToPath(new URL('../../src/main.ts', import.meta.url));

interface Outcome {
  readonly status: number | null;
  readonly stdout: string;
  readonly lines: readonly Readonly<Record<string, string>>[];
  /** What a scrape gave. */
  readonly scraped: { readonly status: number; readonly text: string };
}

describe('The environment of OpenTelemetry', { timeout: 60_000 }, () => {
  let directory = '';
  let collector: Server;
  const pushes: { headers: IncomingHttpHeaders; body: string }[] = [];
  /** Refuses what comes with this header. */
  const refused = 'refuse';

  before(async () => {
    const prepared = await prepareDirectory({ policies: [policyText({ services: ['name: plain, port: 9'] })] });
    directory = prepared.directory;
    await writeFile(join(directory, 'sidecar.yaml'), prepared.config);
    collector = createServer(async (request, response) => {
      let body = '';
      for await (const chunk of request) body += (chunk as Buffer).toString('latin1');
      pushes.push({ headers: request.headers, body });
      response.writeHead(request.headers['x-test'] === refused ? 400 : 200).end();
    }).listen(0, '127.0.0.1');
    await once(collector, 'listening');
  });
  after(async () => {
    collector.close();
    await rm(directory, { recursive: true, force: true });
  });

  /** Starts a sidecar that pushes to the collector, scrapes it once and stops it. */
  async function serveOnce(environment: Record<string, string>): Promise<Outcome> {
    pushes.length = 0;
    const endpoint = `telemetry.otlp.endpoint=http://127.0.0.1:${(collector.address() as AddressInfo).port}`;
    const args = ['run', '--config', join(directory, 'sidecar.yaml'), '--set', endpoint, '--set', 'log.level=debug'];
    const child = spawn(process.execPath, ['--conditions=quietwire-source', main, ...args], {
      env: { PATH: process.env.PATH, ...environment },
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    let [stdout, stderr] = ['', ''];
    child.stdout.on('data', (chunk) => {
      stdout += chunk;
    });
    const admin = new Promise<string>((resolve, reject) => {
      child.stderr.on('data', (chunk) => {
        stderr += chunk;
        const line = stderr.split('\n').find((text) => text.includes('"code":"STARTED"') && text.endsWith('}'));
        if (line !== undefined) resolve((JSON.parse(line) as { admin: string }).admin);
      });
      child.once('close', () => reject(new Error(stderr)));
    });
    const closed = once(child, 'close');
    const response = await fetch(`http://${await admin}/metrics`);
    const scraped = { status: response.status, text: await response.text() };
    child.kill('SIGTERM');
    const [status] = (await closed) as [number | null];
    const lines = stderr
      .split('\n')
      .filter((line) => line !== '')
      .map((line) => JSON.parse(line) as Record<string, string>);
    return { status, stdout, lines, scraped };
  }

  const codes = ({ lines }: Outcome): readonly (string | undefined)[] => lines.map(({ code }) => code);

  test('names the service and its attributes, in a scrape and in a push', async () => {
    const { scraped } = await serveOnce({
      OTEL_SERVICE_NAME: 'plugs',
      OTEL_RESOURCE_ATTRIBUTES: 'k8s.pod.name=pod-1,service.name=lower',
      OTEL_EXPORTER_OTLP_HEADERS: 'x-test=accept',
    });
    const target = scraped.text.split('\n').find((line) => line.startsWith('target_info{')) ?? '';
    assert.match(target, /service_name="plugs"/);
    assert.match(target, /k8s_pod_name="pod-1"/);
    assert.match(target, /service_instance_id="[0-9a-f-]{36}"/);
    assert.match(target, /telemetry_sdk_name="opentelemetry"/);
    assert.doesNotMatch(target, /process_|host_|os_type/);
    assert.ok(pushes.length > 0);
    for (const { headers, body } of pushes) {
      assert.equal(headers['x-test'], 'accept');
      assert.ok(body.includes('plugs') && body.includes('pod-1'));
    }
  });

  test('can switch metrics off: nothing is pushed, a scrape is empty, and the sidecar serves', async () => {
    const outcome = await serveOnce({ OTEL_SDK_DISABLED: 'true' });
    assert.deepEqual(outcome.scraped, { status: 200, text: '' });
    assert.equal(pushes.length, 0);
    assert.equal(outcome.status, 0);
    assert.ok(!codes(outcome).includes('TELEMETRY_FAILED'));
  });

  test('says how much OpenTelemetry tells of itself, always in the log and never on stdout', async () => {
    const refusing = { OTEL_EXPORTER_OTLP_HEADERS: `x-test=${refused}` };
    const usual = await serveOnce(refusing);
    assert.ok(codes(usual).includes('TELEMETRY_FAILED'));
    assert.ok(!codes(usual).includes('TELEMETRY_DIAGNOSTIC'));
    const none = await serveOnce({ ...refusing, OTEL_LOG_LEVEL: 'none' });
    assert.ok(!codes(none).includes('TELEMETRY_FAILED'));
    const much = await serveOnce({ OTEL_LOG_LEVEL: 'DEBUG' });
    assert.ok(codes(much).includes('TELEMETRY_DIAGNOSTIC'));
    const wrong = await serveOnce({ OTEL_LOG_LEVEL: 'loud' });
    assert.match(
      wrong.lines.find(({ code }) => code === 'TELEMETRY_FAILED')?.message ?? '',
      /Unknown log level "loud"/,
    );
    assert.deepEqual(
      [usual, none, much, wrong].map(({ stdout }) => stdout),
      ['', '', '', ''],
    );
  });
});
