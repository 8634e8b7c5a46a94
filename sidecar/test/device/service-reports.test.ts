import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { ManualTime } from '@quietwire/tunnel';
import { ServiceReports } from '../../src/device/service-reports.ts';
import type { LogLevel } from '../../src/events.ts';
import { Log } from '../../src/log.ts';
import type { FleetPolicy } from '../../src/policy/fleet-policy.ts';

const policy = {
  name: 'iot/plug',
  services: new Map([['mqtt', { name: 'mqtt', port: 1883, proxyProtocol: 'None' }]]),
} as unknown as FleetPolicy;

const minute = 60_000;
const hour = 60 * minute;

class Scene {
  readonly time = new ManualTime();
  readonly lines: string[] = [];
  readonly reports: ServiceReports;

  constructor(level: LogLevel = 'info') {
    const log = new Log({
      format: 'text',
      level,
      timestamp: () => String(this.time.now()),
      nowMs: () => this.time.now(),
      write: (line) => this.lines.push(line.trim()),
    });
    this.reports = new ServiceReports(log, this.time.runtime('services'));
  }

  /** A device's stream at this moment meets a service that is down. */
  async unreachableAt(atMs: number): Promise<void> {
    await this.time.advanceTo(atMs);
    this.reports.unreachable(policy, 'plug-1', 'mqtt', 'ECONNREFUSED');
  }
}

describe('Lines about services', () => {
  test('come at the next full minute, wherever in it the devices were active, and tell no number', async () => {
    const told: string[] = [];
    for (const moments of [[17], [12_345, 47_001, 47_002], [59_999]]) {
      const scene = new Scene();
      for (const moment of moments) await scene.unreachableAt(moment);
      assert.deepEqual(scene.lines, []);
      await scene.time.advanceTo(3 * minute);
      told.push(scene.lines.join('\n'));
    }
    assert.equal(
      told[0],
      '60000 warn SERVICE_UNREACHABLE: service mqtt of iot/plug did not accept connections on 127.0.0.1:1883: ' +
        'ECONNREFUSED policy=iot/plug service=mqtt',
    );
    assert.deepEqual(told, [told[0], told[0], told[0]]);
  });

  test('are not written again before the service was reached, nor within the hour', async () => {
    const scene = new Scene();
    await scene.unreachableAt(100);
    await scene.unreachableAt(2 * hour);
    scene.reports.reachable(policy, 'mqtt');
    await scene.unreachableAt(2 * hour + 10);
    scene.reports.reachable(policy, 'mqtt');
    await scene.unreachableAt(2 * hour + 10 * minute);
    await scene.time.advanceTo(4 * hour);
    assert.deepEqual(
      scene.lines.map((line) => Number.parseInt(line, 10)),
      [minute, 2 * hour + minute],
    );
  });

  test('that a service is unknown come once for a policy, also when the process stops before the minute is full', async () => {
    const scene = new Scene();
    await scene.time.advanceTo(1000);
    for (const service of ['telnet', 'ftp']) scene.reports.unknown(policy, 'plug-1', service);
    assert.deepEqual(scene.lines, []);
    scene.reports.close();
    await scene.time.advanceTo(hour);
    assert.equal(scene.lines.length, 1);
    assert.match(scene.lines[0] ?? '', /^1000 warn SERVICE_UNKNOWN: .* telnet, which iot\/plug .*names mqtt\)/);
  });

  test('come at once, for each stream and with its device, at level debug', async () => {
    const scene = new Scene('debug');
    await scene.unreachableAt(10);
    await scene.unreachableAt(20);
    assert.deepEqual(
      scene.lines.map((line) => line.split(' ').slice(0, 3).join(' ')),
      ['10 debug STREAM_FAILED:', '20 debug STREAM_FAILED:'],
    );
    assert.match(scene.lines[0] ?? '', /device=plug-1/);
  });
});
