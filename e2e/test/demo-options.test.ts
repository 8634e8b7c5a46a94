import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { type DemoOptions, parseDemoOptions } from '../src/demo/demo-options.ts';
import { parseTapRow } from '../src/harness/tap-rows.ts';
import { totalBytes } from '../src/replay/table.ts';

function parse(...args: string[]): DemoOptions {
  const options = parseDemoOptions(args);
  assert.notEqual(options, 'help');
  return options as DemoOptions;
}

test('without options the demo replays the shipped plug in STP at c = 0.2', () => {
  const { port, settings, speed, rows } = parse();
  assert.deepEqual([port, settings, speed], [8600, { mode: 'STP', confidence: 0.2 }, 4]);
  assert.ok((rows[0]?.timeMs ?? 0) >= 84_000 && (rows.at(-1)?.timeMs ?? 0) < 3_984_000);
});

test('wrong options say what is allowed', () => {
  for (const args of [['--mode', 'stp'], ['--port', '0'], ['--speed', '21'], ['--confidence', 'x'], ['--colour']]) {
    assert.throws(() => parse(...args), { code: 'USAGE' }, args.join(' '));
  }
  assert.throws(() => parse('--from', '10', '--to', '11'), /no payload/);
});

test('a capture in the CSV of the tap is replayed from its first row', () => {
  const folder = mkdtempSync(join(tmpdir(), 'quietwire-test-'));
  const file = join(folder, 'capture.csv');
  writeFileSync(file, 't_ns,dir,bytes\n5000000000,up,100\n5500000000,down,40\n');
  const { rows } = parse('--capture', file);
  rmSync(folder, { recursive: true });
  assert.deepEqual(rows, [
    { timeMs: 0, direction: 'up', bytes: 100 },
    { timeMs: 500, direction: 'down', bytes: 40 },
  ]);
  assert.equal(totalBytes(rows, 'up'), 100);
});

test('a line of the tap becomes a record, its header nothing, anything else an error', () => {
  assert.deepEqual(parseTapRow('1500000,down,1051,3,23,1046,0'), {
    timeMs: 1.5,
    direction: 'down',
    bytes: 1051,
    connection: 3,
    type: 23,
  });
  assert.equal(parseTapRow('t_ns,dir,bytes,conn,type,length,several'), undefined);
  assert.throws(() => parseTapRow('hello'));
});

test('a capture that cannot be read, or is none, is told apart', () => {
  assert.throws(() => parse('--capture', '/nonexistent'), { code: 'CAPTURE_UNREADABLE' });
  assert.throws(() => parse('--capture', import.meta.filename), { code: 'CAPTURE_INVALID' });
});
