import assert from 'node:assert/strict';
import { existsSync, readFileSync } from 'node:fs';
import { test } from 'node:test';
import { extractTable, plugCaptureFile, plugFlow } from '../src/replay/extract.ts';
import { readTcpSegments } from '../src/replay/pcap.ts';
import { SegmentCoverage } from '../src/replay/segment-coverage.ts';
import {
  cutTable,
  parseLabels,
  parseTable,
  plugLabelsFile,
  plugTableFile,
  readTable,
  renderTable,
  totalBytes,
} from '../src/replay/table.ts';

test('the shipped table carries exactly the bytes of the session without retransmissions', () => {
  const rows = readTable();
  assert.equal(totalBytes(rows, 'up'), 429_812);
  assert.equal(totalBytes(rows, 'down'), 184_898);
  const spanS = ((rows.at(-1)?.timeMs ?? 0) - (rows[0]?.timeMs ?? 0)) / 1000;
  assert.ok(Math.abs(spanS - 4086.2) < 0.1, `${spanS} s`);
});

test('the table made anew from the capture equals the shipped one', (t) => {
  if (!existsSync(plugCaptureFile)) return t.skip('the captures are not beside this checkout (../shared/traces)');
  const rows = extractTable(readFileSync(plugCaptureFile), plugFlow);
  assert.equal(renderTable(rows), readFileSync(plugTableFile, 'utf8'));
});

test('the labels name the stretch with the single activities', () => {
  const labels = parseLabels(readFileSync(plugLabelsFile, 'utf8'));
  const remote = labels.find(({ activity }) => activity === 'off_remote');
  assert.deepEqual(remote, { startS: 3984.137, endS: 3998.951, activity: 'off_remote' });
});

test('a cut keeps the rows from its start to before its end', () => {
  const rows = parseTable('t_ms,direction,bytes\n999.000,up,1\n1000.000,up,2\n1999.999,down,4\n2000.000,up,8\n');
  assert.equal(totalBytes(cutTable(rows, 1, 2), 'up'), 2);
  assert.equal(totalBytes(cutTable(rows, 1, 2), 'down'), 4);
});

test('a table with a broken row is refused with its line', () => {
  assert.throws(() => parseTable('t_ms,direction,bytes\n1.000,up,5\n0.500,up,5\n'), /line 3/);
  assert.throws(() => parseTable('t_ms,direction,bytes\n1.000,sideways,5\n'), /line 2/);
  assert.throws(() => parseTable('time,bytes\n'), /line 1/);
});

test('retransmitted, overlapping and reordered segments count once, over a wrap of the sequence numbers too', () => {
  const coverage = new SegmentCoverage();
  const start = 0xffff_fff0;
  coverage.begin(start - 1);
  assert.equal(coverage.add(start, 10), 10);
  assert.equal(coverage.add((start + 20) >>> 0, 10), 10); // one is missing before it
  assert.equal(coverage.missingBytes, 10);
  assert.equal(coverage.add((start + 5) >>> 0, 20), 10); // overlaps both
  assert.equal(coverage.missingBytes, 0);
  assert.equal(coverage.add(start, 30), 0);
  assert.equal(coverage.add((start - 1) >>> 0, 1), 0); // a keep-alive probe before the first byte
  assert.equal(coverage.add((start + 30) >>> 0, 1), 1);
});

test('what is not a pcap file is refused', () => {
  assert.throws(() => [...readTcpSegments(Buffer.alloc(100))], /not a classic pcap/);
  assert.throws(() => [...readTcpSegments(Buffer.alloc(3))], /shorter/);
});
