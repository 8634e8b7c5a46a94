import assert from 'node:assert/strict';
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { rm, writeFile } from 'node:fs/promises';
import { createServer as createHttpServer } from 'node:http';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { createSystemRuntime, type Runtime } from '@quietwire/tunnel';
import { startBackend } from '../fixture/backend.ts';
import { policyText, prepareDirectory } from '../fixture/local-sidecar.ts';
import { connectDevice } from '../fixture/test-device.ts';

const main = fileURLToPath(new URL('../../src/main.ts', import.meta.url));
const goodPolicy = policyText({ services: ['name: plain, port: 9'] });

interface Outcome {
  readonly status: number | null;
  readonly signal: string | null;
  readonly stdout: string;
  readonly stderr: string;
}

const children = new Set<ChildProcess>();

class Running {
  readonly child: ChildProcess;
  readonly outcome: Promise<Outcome>;
  stderr = '';

  constructor(args: readonly string[], environment: Record<string, string> = {}) {
    this.child = spawn(process.execPath, ['--conditions=quietwire-source', main, ...args], {
      env: { PATH: process.env.PATH, OTEL_RESOURCE_ATTRIBUTES: 'k8s.pod.name=pod-1', ...environment },
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    children.add(this.child);
    let stdout = '';
    this.child.stdout?.on('data', (chunk) => {
      stdout += chunk;
    });
    this.child.stderr?.on('data', (chunk) => {
      this.stderr += chunk;
      this.child.emit('line');
    });
    this.outcome = once(this.child, 'close').then(([status, signal]) => ({
      status,
      signal,
      stdout,
      stderr: this.stderr,
    }));
  }

  /** The first log line with this code, parsed. */
  async line(code: string): Promise<Record<string, string>> {
    for (;;) {
      const line = this.stderr.split('\n').find((text) => text.includes(`"code":"${code}"`) && text.endsWith('}'));
      if (line !== undefined) return JSON.parse(line) as Record<string, string>;
      if (this.child.exitCode !== null) throw new Error(`ended without ${code}: ${this.stderr}`);
      await Promise.race([once(this.child, 'line'), this.outcome]);
    }
  }
}

const run = (...args: string[]): Promise<Outcome> => new Running(args).outcome;

async function configFile(
  policies: readonly string[] = [goodPolicy],
  files: Record<string, string> = {},
): Promise<{ directory: string; path: string }> {
  const { directory, config } = await prepareDirectory({ policies, files });
  const path = join(directory, 'sidecar.yaml');
  await writeFile(path, config);
  return { directory, path };
}

describe('quietwire-sidecar', { timeout: 60_000, concurrency: 2 }, () => {
  let runtime: Runtime;
  before(() => {
    runtime = createSystemRuntime();
  });
  after(() => {
    for (const child of children) child.kill('SIGKILL');
    runtime.close();
  });

  test('prints its version and its help', async () => {
    const [version, help] = await Promise.all([run('version'), run('run', '--help')]);
    assert.match(version.stdout, /^\d+\.\d+\.\d+\n$/);
    assert.equal(version.status, 0);
    assert.match(
      help.stdout,
      /--config <file>[\s\S]*--set <key=value>[\s\S]*--check-config[\s\S]*Exit status:[\s\S]*Example/,
    );
    assert.equal(help.status, 0);
    assert.match((await run('--help')).stdout, /Exit status:\n {2}0 /);
  });

  test('ends with 2 for wrong flags, with the code USAGE', async () => {
    const wrong = [['run'], ['run', '--confg', 'x'], ['run', '--config'], ['serve'], ['--nothing']];
    for (const { status, stderr } of await Promise.all(wrong.map((args) => run(...args)))) {
      assert.equal(status, 2);
      assert.match(stderr, /^error USAGE: (?!error)\S.*\n/);
    }
    assert.equal((await run()).status, 2);
  });

  test('ends with 4 when the configuration cannot be read, and with 3 and all faults when it is not valid', async () => {
    const { path } = await configFile();
    const absent = run('run', '--config', '/nonexistent.yaml');
    const faulty = run('run', '--config', path, '--set', 'limits.tunnels=none', '--set', 'tls.minVersion=SSLv3');
    const { status, stderr } = await absent;
    assert.equal(status, 4);
    assert.match(stderr, /^error FILE_UNREADABLE: --config \/nonexistent\.yaml: ENOENT/);
    const faults = await faulty;
    assert.equal(faults.status, 3);
    assert.match(
      faults.stderr,
      /^error CONFIG_INVALID: 2 faults\n.*tls\.minVersion: .*\n.*limits\.tunnels: .*\(got "none", allowed .*\)\n/,
    );
  });

  test('ends with 3 and the faults of policies, keys and certificate together', async () => {
    const { path, directory } = await configFile(['kind: ShapingPolicy\n'], { 'tls.key': 'no key' });
    const policies = await run('run', '--config', path, '--check-config');
    assert.equal(policies.status, 3);
    assert.match(policies.stderr, /error POLICY_INVALID: /);
    assert.match(policies.stderr, /error KEYS_INVALID: tls\.keyFile: /);
    await writeFile(join(directory, 'policy.yaml'), goodPolicy);
    await rm(join(directory, 'smart-plug.primary'));
    const keys = await run('run', '--config', path);
    assert.equal(keys.status, 3);
    assert.match(keys.stderr, /smart-plug\.primary: the primary key of fleet smart-plug is missing/);
  });

  test('looks at the keys of the fleets, and at all files, although one policy is not valid', async () => {
    const faulty = policyText({ services: ['name: plain, port: 9'] }).replace('mode: STP', 'mode: Loud');
    const lamp = policyText({ name: 'lamp', fleet: 'lamp', services: ['name: plain, port: 9'] });
    const { path, directory } = await configFile([faulty, lamp], { 'smart-plug.primary': 'short' });
    const sets = ['--set', `policy.files=${directory}/policy.yaml,${directory}/gone.yaml`];
    const { status, stderr } = await run('run', '--config', path, ...sets, '--check-config');
    assert.equal(status, 3);
    for (const fault of [
      /^error FILE_UNREADABLE: policy\.files: cannot read .*gone\.yaml/m,
      /^error POLICY_INVALID: .*spec\.mode: /m,
      /smart-plug\.primary: primary key of fleet smart-plug: /,
      /lamp\.primary: the primary key of fleet lamp is missing/,
    ])
      assert.match(stderr, fault);
  });

  test('checks and prints the configuration without opening a port', async () => {
    const { path } = await configFile();
    const taken = createServer().unref().listen(0, '127.0.0.1');
    await once(taken, 'listening');
    const { port } = taken.address() as { port: number };
    const flags = ['--set', `listen.address=127.0.0.1:${port}`, '--check-config', '--print-config'];
    const { status, stdout, stderr } = await run('run', '--config', path, ...flags);
    assert.equal(status, 0, stderr);
    assert.match(stdout, new RegExp(`^listen:\\n {2}address: 127\\.0\\.0\\.1:${port}\\n`));
    assert.match(stderr, /is valid/);
    const refused = await run('run', '--config', path, '--set', `listen.address=127.0.0.1:${port}`);
    assert.equal(refused.status, 4);
    assert.match(
      refused.stderr,
      new RegExp(
        `error ADDRESS_UNAVAILABLE: cannot listen on 127\\.0\\.0\\.1:${port} \\(listen\\.address\\): .*EADDRINUSE`,
      ),
    );
    const admin = await run('run', '--config', path, '--set', `admin.address=127.0.0.1:${port}`);
    assert.equal(admin.status, 4);
    assert.match(admin.stderr, /^error ADDRESS_UNAVAILABLE: cannot listen on .* \(admin\.address\)/m);
    const bothTaken = ['--set', `admin.address=127.0.0.1:${port}`, '--set', `listen.address=127.0.0.1:${port}`];
    const both = await run('run', '--config', path, ...bothTaken);
    assert.equal(both.status, 4);
    assert.match(both.stderr, /^error ADDRESS_UNAVAILABLE: 2 faults\n.*\(listen\.address\).*\n.*\(admin\.address\)/m);
    taken.close();
  });

  test('serves, reloads on SIGHUP, refuses a bad reload, and ends with 0 on SIGTERM', async () => {
    const { path, directory } = await configFile();
    const sidecar = new Running(['run', '--config', path], { QUIETWIRE_LOG_LEVEL: 'debug' });
    const { admin = '', address = '' } = await sidecar.line('STARTED');
    const device = await connectDevice(runtime, Number(address.split(':')[1]));
    const metrics = await (await fetch(`http://${admin}/metrics`)).text();
    const target = metrics.split('\n').find((line) => line.startsWith('target_info{')) ?? '';
    assert.match(target, /k8s_pod_name="pod-1"/);
    assert.match(target, /service_name="quietwire-sidecar"/);
    assert.doesNotMatch(metrics, /process_command/);
    assert.match(
      metrics,
      /quietwire_tunnel_active\{quietwire_policy="iot\/smart-plug",tls_protocol_version="1\.3"\} 1\n/,
    );
    sidecar.child.kill('SIGHUP');
    await sidecar.line('RELOADED');
    await writeFile(join(directory, 'tls.crt'), 'nothing');
    sidecar.child.kill('SIGHUP');
    assert.match((await sidecar.line('RELOAD_REFUSED')).message ?? '', /everything stays as it was: tls\.certFile/);
    const closed = new Promise((resolve) => {
      device.onClose = resolve;
    });
    sidecar.child.kill('SIGTERM');
    assert.equal(await closed, undefined);
    assert.deepEqual(await sidecar.outcome.then(({ status, signal }) => ({ status, signal })), {
      status: 0,
      signal: null,
    });
    await sidecar.line('STOPPED');
  });

  test('pushes by OTLP, at the end too, and a collector that does not answer does not keep it', async () => {
    const { path } = await configFile();
    let bodies = '';
    const collector = createHttpServer((request, response) => {
      request.on('data', (chunk: Buffer) => {
        bodies += chunk.toString('latin1');
      });
      request.on('end', () => response.end());
    })
      .unref()
      .listen(0, '127.0.0.1');
    const silent = createServer((socket) => socket.resume().unref())
      .unref()
      .listen(0, '127.0.0.1');
    await Promise.all([once(collector, 'listening'), once(silent, 'listening')]);
    const [good, bad] = [collector, silent].map((server) => {
      const { port } = server.address() as { port: number };
      return new Running(['run', '--config', path, '--set', `telemetry.otlp.endpoint=http://127.0.0.1:${port}`]);
    }) as [Running, Running];
    for (const sidecar of [good, bad]) {
      await sidecar.line('STARTED');
      sidecar.child.kill('SIGTERM');
    }
    assert.equal((await good.outcome).status, 0);
    assert.ok(bodies.includes('quietwire.slot.lateness') && bodies.includes('quietwire-sidecar'));
    assert.equal((await bad.outcome).status, 0);
    assert.match((await bad.outcome).stderr, /"TELEMETRY_FAILED".*the collector does not answer/);
    collector.close();
    silent.close();
  });

  test('tells of a collector that refuses without a stack trace', async () => {
    const { path } = await configFile();
    const collector = createHttpServer((_, response) => response.writeHead(400).end())
      .unref()
      .listen(0, '127.0.0.1');
    await once(collector, 'listening');
    const { port } = collector.address() as { port: number };
    const sets = [`telemetry.otlp.endpoint=http://127.0.0.1:${port}`, 'telemetry.otlp.interval=1s'];
    const sidecar = new Running(['run', '--config', path, ...sets.flatMap((set) => ['--set', set])]);
    const { message = '' } = await sidecar.line('TELEMETRY_FAILED');
    assert.doesNotMatch(message, /stack|\bat \S+ \(|node:|\.m?js:|\.ts:/);
    assert.match(message, /OTLPExporterError.*Bad Request/);
    sidecar.child.kill('SIGKILL');
    collector.close();
  });

  test('ends at once with 128 + n on the second signal', async () => {
    const { path } = await configFile([policyText({ services: ['name: plain, port: 9'], mode: 'ILP' })]);
    const sidecar = new Running(['run', '--config', path]);
    const { address = '' } = await sidecar.line('STARTED');
    const device = await connectDevice(runtime, Number(address.split(':')[1]));
    sidecar.child.kill('SIGTERM');
    await sidecar.line('DRAINING');
    sidecar.child.kill('SIGINT');
    assert.equal((await sidecar.outcome).status, 130);
    device.destroy();
  });

  test('ends with 7 when data was undelivered', async () => {
    const flood = await startBackend((socket) => socket.write(Buffer.alloc(2_000_000)));
    const { path } = await configFile([policyText({ services: [`name: plain, port: ${flood.port}`] })]);
    const sidecar = new Running(['run', '--config', path]);
    const { address = '' } = await sidecar.line('STARTED');
    const device = await connectDevice(runtime, Number(address.split(':')[1]));
    const stream = device.open('plain');
    stream.on('error', () => {});
    stream.write('go');
    await once(stream, 'data');
    sidecar.child.kill('SIGTERM');
    const { status, stderr } = await sidecar.outcome;
    assert.equal(status, 7, stderr);
    flood.close();
  });
});
