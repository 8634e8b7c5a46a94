// Above level debug the agent's log does not tell when the device is used.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { ManualTime } from '@quietwire/tunnel';
import { Log } from '../../src/agent/log.ts';
import { ServiceReports } from '../../src/agent/service-reports.ts';

function scene(): { time: ManualTime; lines: string[]; reports: ServiceReports } {
  const time = new ManualTime();
  const lines: string[] = [];
  const write = (line: string): unknown => lines.push(line.trim());
  const log = new Log({ format: 'text', level: 'info', timestamp: () => String(time.now()), write });
  return { time, lines, reports: new ServiceReports(log, time.runtime('agent')) };
}

test('a refused service is told at the next full minute, wherever in it the device was used', async () => {
  for (const moments of [[5], [20_000, 20_001, 59_000], [59_999]]) {
    const { time, lines, reports } = scene();
    for (const moment of moments) {
      await time.advanceTo(moment);
      reports.refused('mqtt', 'down');
    }
    assert.deepEqual(lines, []);
    await time.advanceTo(200_000);
    assert.deepEqual(lines, ['60000 warn SERVICE_REFUSED: service mqtt: down']);
  }
});

test('it is told once for a tunnel, each reason for itself, and before the agent stops', async () => {
  const { time, lines, reports } = scene();
  reports.refused('mqtt', 'down');
  reports.refused('mqtt', 'limit');
  await time.advanceTo(70_000);
  reports.refused('mqtt', 'down');
  await time.advanceTo(130_000);
  reports.forget();
  reports.refused('mqtt', 'down');
  assert.equal(lines.length, 2);
  reports.close();
  await time.advanceTo(300_000);
  assert.deepEqual(lines, [
    '60000 warn SERVICE_REFUSED: service mqtt: down',
    '60000 warn SERVICE_REFUSED: service mqtt: limit',
    '130000 warn SERVICE_REFUSED: service mqtt: down',
  ]);
});
