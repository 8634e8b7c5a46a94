// The counts of the sample policy are those of the script that measures them, and the script measures what it says.
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { suite, test } from 'node:test';
import { durationClasses, parsePolicyFile } from '@quietwire/shaping';
import { samplePolicyFile } from '../src/local/rig/policy.ts';
import { measureDurations, plugActivities, plugParameters } from '../src/replay/plug-durations.ts';
import type { TableActivity } from '../src/replay/table-activities.ts';

suite('durations of the plug’s activities', () => {
  const parameters = plugParameters();
  const activities = plugActivities(parameters);

  test('are the counts of the sample policy, whose longest run is one class above them', async () => {
    const { device, cloud, deviceShare } = await measureDurations(activities, parameters);
    const { policies } = parsePolicyFile(readFileSync(samplePolicyFile, 'utf8'), samplePolicyFile);
    const { cover, longestRun } = policies[0]?.spec ?? assert.fail('the sample holds no policy');
    assert.deepEqual(cover.durations, { device, cloud });
    assert.equal(cover.deviceShare, Number(deviceShare.toFixed(2)));
    assert.equal(durationClasses(longestRun).length, Math.max(device.length, cloud.length) + 1);
  });

  test('have 31 activities, whatever the way between the ends takes', async () => {
    assert.equal(activities.length, 31);
    const { device, cloud } = await measureDurations(activities, parameters, 100);
    assert.equal(
      [...device, ...cloud].reduce((sum, count) => sum + count, 0),
      31,
    );
    const near = await measureDurations(activities, parameters, 1);
    assert.deepEqual([near.device, near.cloud], [device, cloud]);
  });

  test('are those of activities that were made to last so long', async () => {
    const lasting = (begins: TableActivity['begins'], ms: number): TableActivity => {
      const direction = begins === 'device' ? ('up' as const) : ('down' as const);
      const times = Array.from({ length: Math.floor(ms / 1000) + 1 }, (_, second) => second * 1000).concat(ms);
      return { begins, rows: times.map((timeMs) => ({ timeMs, direction, bytes: 100 })) };
    };
    const made = [lasting('device', 0), lasting('device', 1400), lasting('cloud', 1600), lasting('cloud', 6600)];
    assert.deepEqual(await measureDurations(made, parameters), { device: [2], cloud: [0, 1, 1], deviceShare: 0.5 });
  });
});
