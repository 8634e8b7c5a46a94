// Log lines over targets that fail, are slow, or come back.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { LineSink, type LineTarget } from '../src/index.ts';

type Done = (error: Error | undefined, written: number) => void;

class Target implements LineTarget {
  readonly texts: string[] = [];
  readonly pending: Done[] = [];

  write(text: string, done: Done): void {
    this.texts.push(text);
    this.pending.push(done);
  }

  finish(error?: Error, written = 0): void {
    this.pending.shift()?.(error, written);
  }
}

const full = new Error('ENOSPC');

test('lines go out in order, one write at a time', async () => {
  const target = new Target();
  const sink = new LineSink(target);
  for (const line of ['a\n', 'b\n', 'c\n']) sink.write(line);
  assert.deepEqual(target.texts, ['a\n']);
  target.finish();
  assert.deepEqual(target.texts, ['a\n', 'b\nc\n']);
  let flushed = false;
  const waits = sink.flushed().then(() => {
    flushed = true;
  });
  await Promise.resolve();
  assert.equal(flushed, false);
  target.finish();
  await waits;
  await sink.flushed();
});

test('lines that cannot be written are counted, and told once writing works again', () => {
  const target = new Target();
  const sink = new LineSink(target);
  sink.tellLoss = (lines) => `lost ${lines}\n`;
  sink.write('a\n');
  target.finish(full);
  sink.write('b\n');
  assert.equal(target.texts.at(-1), 'lost 1\nb\n');
  target.finish(full);
  sink.write('c\n');
  assert.equal(target.texts.at(-1), 'lost 2\nc\n');
  target.finish();
  sink.write('d\n');
  assert.equal(target.texts.at(-1), 'd\n');
});

test('a line that went out in part does not run into the next', () => {
  const target = new Target();
  const sink = new LineSink(target);
  sink.tellLoss = (lines) => `lost ${lines}\n`;
  sink.write('long line\n');
  target.finish(full, 4);
  sink.write('b\n');
  assert.equal(target.texts.at(-1), '\nlost 1\nb\n');
});

test('a reader that does not read makes lines lost, not memory grow', () => {
  const target = new Target();
  const sink = new LineSink(target);
  const line = `${'x'.repeat(999)}\n`;
  for (let n = 0; n < 10_000; n += 1) sink.write(line);
  target.finish();
  assert.ok((target.texts.at(-1)?.length ?? 0) <= 256 * 1024 + 100);
  assert.match(target.texts.at(-1) ?? '', /^9\d\d\d log lines were lost\n/);
});

test('a target that fails at once does not recurse without end', () => {
  const sink = new LineSink({ write: (_text, done) => done(full, 0) });
  for (let n = 0; n < 50_000; n += 1) sink.write('a\n');
});
