// The event lists of proto/vectors against the product's own end of a tunnel and against a naive one.
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import { type EventList, inputEvents, type ListEvent, type ListHead, listsOf } from '../scripts/vectors/list-event.ts';
import { playList } from '../scripts/vectors/play-list.ts';
import { ActivityDetector } from '../src/activity-detector.ts';
import { defaultTunnelLimits } from '../src/limits.ts';
import { OpenGate } from '../src/open-gate.ts';
import { naiveLines } from './naive-end.ts';

const files = ['clock.json', 'streams.json', 'closing.json', 'slots.json'];

function load(name: string): EventList[] {
  const text = readFileSync(new URL(`../../proto/vectors/${name}`, import.meta.url), 'utf8');
  return listsOf(JSON.parse(text) as (ListHead | ListEvent)[]);
}

/** As lines of text; the fields of one frame in no particular order. */
function asText(lines: readonly ListEvent[]): string[] {
  const texts: string[] = [];
  for (let at = 0; at < lines.length; at += 1) {
    const frame: string[] = [];
    for (; lines[at]?.event.startsWith('sent-'); at += 1) frame.push(textOf(lines[at] as ListEvent));
    texts.push(...frame.sort());
    const line = lines[at];
    if (line !== undefined) texts.push(textOf(line));
  }
  return texts;
}

function textOf({ at, event, ...fields }: ListEvent): string {
  const named = Object.entries(fields).sort(([a], [b]) => (a < b ? -1 : 1));
  return [at, event, ...named.map(([name, value]) => `${name} ${value}`)].join(' ');
}

for (const name of files) {
  test(`${name}: the product’s end does what stands in each list`, async () => {
    const lists = load(name);
    assert.ok(lists.length > 4);
    for (const list of lists) assert.deepEqual(asText(await playList(list)), asText(list.events), list.head.list);
  });

  test(`${name}: a second end, written from the specification alone, does too`, () => {
    for (const { head, events } of load(name)) {
      const inputs = events.filter(({ event }) => inputEvents.has(event));
      const lines = naiveLines({ ...head }, inputs) as ListEvent[];
      assert.deepEqual(asText(lines), asText(events), head.list);
    }
  });
}

interface Decision {
  readonly at: number;
  readonly [field: string]: number | string;
}

function decisions(name: string): { head: Readonly<Record<string, number | string>>; lines: Decision[] }[] {
  const lists: { head: Readonly<Record<string, number | string>>; lines: Decision[] }[] = [];
  const text = readFileSync(new URL(`../../proto/vectors/${name}`, import.meta.url), 'utf8');
  for (const line of JSON.parse(text) as Decision[]) {
    if ('list' in line) lists.push({ head: line, lines: [] });
    else lists.at(-1)?.lines.push(line);
  }
  assert.ok(lists.length > 3);
  return lists;
}

test('activity.json: each verdict is that of the code, and of the sum over the window', () => {
  for (const { head, lines } of decisions('activity.json')) {
    const { quiet_bytes: quiet, window } = head as Record<string, number>;
    assert.ok(quiet !== undefined && window !== undefined);
    const detector = new ActivityDetector(quiet, window);
    for (const { at, bytes, active } of lines) {
      const inWindow: readonly Decision[] = lines.filter((other) => other.at > at - window && other.at <= at);
      const sum = inWindow.reduce((total, other) => total + Number(other['bytes']), 0);
      assert.equal(Number(sum > quiet), active, `${head['list']} at ${at}`);
      assert.equal(Number(detector.add(Number(bytes), at)), active, `${head['list']} at ${at}`);
    }
  }
});

test('opens.json: each token is given by the code, and by a bucket that is filled by the millisecond', () => {
  for (const { head, lines } of decisions('opens.json')) {
    const maxStreams = Number(head['max_streams']);
    const longestGap = Number(head['longest_gap']);
    const role = head['role'] === 'device' ? 'device' : 'cloud';
    const limits = { ...defaultTunnelLimits, maxStreams };
    const gate = new OpenGate({ role, limits, longestPeerGapMs: longestGap }, 0);
    // In hundredths of a token: ten a second are one a millisecond.
    const burst = 100 * Math.max(maxStreams, 10);
    const capacity = role === 'device' ? burst : 2 * burst + longestGap;
    let [now, left] = [0, capacity];
    for (const { at, token } of lines) {
      for (; now < at; now += 1) left = Math.min(capacity, left + 1);
      assert.equal(Number(left >= 100), token, `${head['list']} at ${at}`);
      assert.equal(Number(gate.take(at)), token, `${head['list']} at ${at}`);
      if (left >= 100) left -= 100;
    }
  }
});
