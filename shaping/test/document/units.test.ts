import assert from 'node:assert/strict';
import { it } from 'node:test';
import {
  formatAddress,
  formatDuration,
  formatSize,
  parseAddress,
  parseDuration,
  parseSize,
} from '../../src/document/units.ts';

it('durations need a unit and may have several', () => {
  const good: [string, number][] = [
    ['100ms', 100],
    ['5s', 5000],
    ['2m', 120_000],
    ['24h', 86_400_000],
    ['1h30m', 5_400_000],
    ['1.5s', 1500],
    ['0s', 0],
    ['1s500ms', 1500],
  ];
  for (const [text, expected] of good) assert.equal(parseDuration(text), expected, text);
  for (const text of ['', '5', '5 s', 's', '-5s', '5S', '5us', '1d', '5s ', '.5s', '1e3ms']) {
    assert.equal(parseDuration(text), undefined, text);
  }
});

it('sizes are integers or have binary or decimal units', () => {
  const good: [string | number, number][] = [
    [4096, 4096],
    ['4096', 4096],
    ['256 KiB', 262_144],
    ['256KiB', 262_144],
    ['1.5 MiB', 1_572_864],
    ['2 kB', 2000],
    ['7 B', 7],
  ];
  for (const [text, expected] of good) assert.equal(parseSize(text), expected, String(text));
  for (const text of ['', '-1', 1.5, '1.3 KiB', '4 kib', '4 K', '99999999 GiB', 'KiB']) {
    assert.equal(parseSize(text), undefined, String(text));
  }
});

it('addresses have a port and may leave the host out', () => {
  assert.deepEqual(parseAddress('0.0.0.0:7443'), { host: '0.0.0.0', port: 7443 });
  assert.deepEqual(parseAddress(':8080'), { host: '', port: 8080 });
  assert.deepEqual(parseAddress('[::1]:0'), { host: '::1', port: 0 });
  assert.deepEqual(parseAddress('broker.example:1883'), { host: 'broker.example', port: 1883 });
  for (const text of ['', 'host', 'host:', 'host:65536', '::1:80', 'a b:1', 'host:1x', 'http://h:1']) {
    assert.equal(parseAddress(text), undefined, text);
  }
});

it('what is formatted parses to the same value', () => {
  for (const durationMs of [0, 1, 20, 999, 1000, 1500, 60_000, 90_000, 3_600_000, 86_400_000, 0.5]) {
    assert.equal(parseDuration(formatDuration(durationMs)), durationMs);
  }
  for (const bytes of [0, 1, 1023, 1024, 1536, 262_144, 1_073_741_824])
    assert.equal(parseSize(formatSize(bytes)), bytes);
  for (const text of ['0.0.0.0:7443', '[::1]:80', ':8080', 'localhost:1']) {
    assert.equal(formatAddress(parseAddress(text) ?? { host: 'none', port: 0 }), text);
  }
});
