// activity.json and opens.json: two decisions that depend on times and numbers alone, each line with its verdict (SPEC.md
// sections 9.3 and 11.1).
import { ActivityDetector } from '../../src/activity-detector.ts';
import { defaultTunnelLimits } from '../../src/limits.ts';
import { OpenGate } from '../../src/open-gate.ts';

export type VerdictLine = Readonly<Record<string, number | string>>;

type Writes = readonly (readonly [at: number, bytes: number])[];

export function activityLines(): VerdictLine[] {
  const list = (name: string, quietBytes: number, window: number, writes: Writes): VerdictLine[] => {
    const detector = new ActivityDetector(quietBytes, window);
    const verdicts = writes.map(([at, bytes]) => ({
      at,
      event: 'write',
      bytes,
      active: Number(detector.add(bytes, at)),
    }));
    return [{ list: name, quiet_bytes: quietBytes, window }, ...verdicts];
  };
  return [
    ...list('one write more than quiet', 4, 1000, [
      [0.5, 4],
      [5000.5, 5],
      [10_000.5, 60],
    ]),
    ...list('quiet writes that add up', 4, 1000, [
      [0.5, 2],
      [400.25, 2],
      [900.5, 1],
      [950.5, 1],
    ]),
    ...list('the window is open at its old end', 4, 1000, [
      [0, 3],
      [1000, 3],
      [1999.75, 2],
      [2000, 1],
    ]),
    ...list('an activity is forgotten with its window', 4, 1000, [
      [0.5, 100],
      [500.5, 1],
      [1000.25, 1],
      [1000.5, 1],
      [1500.5, 1],
    ]),
    ...list('every byte counts', 0, 1, [
      [0.5, 1],
      [7.5, 1],
    ]),
    ...list('pings of 22 bytes below a bound of 26', 26, 1000, [
      [0.5, 22],
      [30_000.5, 22],
      [30_400.5, 22],
      [60_000.5, 22],
    ]),
  ];
}

export function openLines(): VerdictLine[] {
  const list = (
    name: string,
    role: 'device' | 'cloud',
    maxStreams: number,
    longestGap: number,
    times: readonly number[],
  ): VerdictLine[] => {
    const gate = new OpenGate(
      { role, limits: { ...defaultTunnelLimits, maxStreams }, longestPeerGapMs: longestGap },
      0,
    );
    const head = { list: name, role, max_streams: maxStreams, longest_gap: longestGap };
    return [head, ...times.map((at) => ({ at, event: 'open', token: Number(gate.take(at)) }))];
  };
  const at = (time: number, count: number): number[] => Array.from({ length: count }, () => time);
  return [
    ...list('the device: a burst of max_streams, then ten a second', 'device', 16, 2100, [
      ...at(10, 17),
      ...[60, 115, 125, 215, 216, 1000, 1001],
      ...at(5000, 17),
    ]),
    ...list('the device: a burst of ten at least', 'device', 1, 2100, [...at(10, 11), 109, 111]),
    ...list('the cloud: twice the burst, and the opens of the longest distance', 'cloud', 16, 2100, [
      ...at(10, 54),
      ...[60, 115, 125],
    ]),
    ...list('the cloud: what the device paces passes', 'cloud', 1, 2100, [
      ...at(0, 10),
      ...at(2100, 10),
      ...at(2101, 10),
      ...at(3100, 10),
    ]),
  ];
}

/** A file: one array, each line of the text one object. */
export function verdictText(lines: readonly VerdictLine[]): string {
  return `[\n${lines.map((line) => JSON.stringify(line)).join(',\n')}\n]\n`;
}
