import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import type { LogLevel } from '../src/events.ts';
import { Log } from '../src/log.ts';

function logTo(
  lines: string[],
  format: 'json' | 'text',
  level: LogLevel,
  clock: { nowMs: number } = { nowMs: 0 },
): Log {
  return new Log({
    format,
    level,
    timestamp: () => '2026-01-02T03:04:05.678Z',
    nowMs: () => clock.nowMs,
    write: (line) => lines.push(line),
  });
}

describe('The log', () => {
  test('writes JSON lines that begin with time, level, code and message', () => {
    const lines: string[] = [];
    logTo(lines, 'json', 'info').event('RELOADED', 'all "good"', { policies: 2 });
    assert.equal(
      lines.join(''),
      '{"time":"2026-01-02T03:04:05.678Z","level":"info","code":"RELOADED","message":"all \\"good\\"","policies":2}\n',
    );
  });

  test('writes text lines in which nobody can begin a line of their own', () => {
    const lines: string[] = [];
    logTo(lines, 'text', 'info').event('RELOADED', 'one\ntwo\u001b[31m', { origin: 'a\nb' });
    assert.equal(lines.join(''), '2026-01-02T03:04:05.678Z info RELOADED: one two [31m origin=a b\n');
  });

  test('tells no credentials of URLs that a library told it', () => {
    for (const format of ['json', 'text'] as const) {
      const lines: string[] = [];
      logTo(lines, format, 'info').event(
        'TELEMETRY_FAILED',
        'POST https://user:hunter2@collector/v1?key=hunter2 failed',
      );
      assert.match(lines.join(''), /POST https:\/\/\*\*\*@collector\/v1\?\*\*\* failed/);
    }
  });

  test('drops lines below its level', () => {
    const lines: string[] = [];
    const log = logTo(lines, 'text', 'warn');
    log.event('RELOADED', 'info');
    log.event('TUNNEL_OPENED', 'debug');
    log.event('RELOAD_REFUSED', 'error');
    assert.equal(lines.length, 1);
    assert.equal(log.takes('info'), false);
  });

  test('takes twenty lines of one code in ten seconds and then tells how many it left out', () => {
    const lines: string[] = [];
    const clock = { nowMs: 0 };
    const log = logTo(lines, 'json', 'info', clock);
    for (let flood = 0; flood < 50; flood += 1) log.event('CONNECTION_REFUSED', 'no TLS');
    log.event('RELOADED', 'another code');
    assert.equal(lines.length, 21);
    clock.nowMs = 10_000;
    log.event('CONNECTION_REFUSED', 'no TLS');
    assert.match(lines[21] ?? '', /SUPPRESSED.*30 further lines of CONNECTION_REFUSED/);
    assert.equal(lines.length, 23);
  });

  test('a flood of one peer does not hide the lines of others', () => {
    const lines: string[] = [];
    const clock = { nowMs: 0 };
    const log = logTo(lines, 'json', 'info', clock);
    for (let flood = 0; flood < 1000; flood += 1) {
      const peer = flood % 2 === 0 ? '192.0.2.9' : `2001:db8:0:1::${flood.toString(16)}`;
      log.event('AUTHENTICATION_FAILED', 'no proof', { peer });
    }
    log.event('AUTHENTICATION_FAILED', 'no proof', { peer: '192.0.2.1' });
    assert.equal(lines.length, 10 + 10 + 1);
    assert.match(lines.at(-1) ?? '', /"peer":"192\.0\.2\.1"/);
    clock.nowMs = 10_000;
    log.event('AUTHENTICATION_FAILED', 'no proof', { peer: '192.0.2.1' });
    assert.match(lines.at(-2) ?? '', /SUPPRESSED.*980 further lines of AUTHENTICATION_FAILED/);
  });

  test('a flood of many peers does not fill a disk', () => {
    const lines: string[] = [];
    const log = logTo(lines, 'json', 'info');
    for (let flood = 0; flood < 10_000; flood += 1)
      log.event('CONNECTION_REFUSED', 'no TLS', { peer: `192.0.${flood >> 8}.${flood & 255}` });
    assert.equal(lines.length, 100);
  });
});
