import assert from 'node:assert/strict';
import { test } from 'node:test';
import { prometheusName, unitSuffix } from '../../src/telemetry/prometheus-name.ts';

test('A unit becomes a suffix, a counted thing none, and 1 a ratio in gauges only', () => {
  assert.deepEqual(
    ['By', 's', '{frame}', '', 'By/s'].map((unit) => unitSuffix(unit, 'other')),
    ['bytes', 'seconds', '', '', 'bytes_per_second'],
  );
  assert.equal(unitSuffix('1', 'gauge'), 'ratio');
  assert.equal(unitSuffix('1', 'other'), '');
});

test('A name gets its unit once', () => {
  assert.equal(prometheusName('quietwire.network.io', 'bytes'), 'quietwire_network_io_bytes');
  assert.equal(prometheusName('quietwire.overhead.ratio', 'ratio'), 'quietwire_overhead_ratio');
  assert.equal(prometheusName('quietwire.frame.count', ''), 'quietwire_frame_count');
});
