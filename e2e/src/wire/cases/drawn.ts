// Invariant 1 and 3 in mode ILP with drawn slots: sizes and gaps follow the policy's distributions, and are the same with
// full queues and with empty ones.
import { setTimeout as delay } from 'node:timers/promises';
import { type Case, Faults } from '../../harness/cases.ts';
import type { JsonObject } from '../../harness/child-program.ts';
import { monotonicMs } from '../../harness/command-loop.ts';
import { compareValues } from '../audit/indistinct.ts';
import { type FrameRecord, viewSession } from '../audit/session-view.ts';
import { largestDistance, quantile, undecided } from '../audit/statistics.ts';
import { type Link, withRig } from '../rig/rig.ts';
import { constantPolicy, type WirePolicy } from '../rig/wire-policy.ts';

const policy: WirePolicy = {
  ...constantPolicy,
  fleet: 'drawn',
  drawn: {
    up: { interval: { uniform: { low: '20ms', high: '60ms' } }, size: { uniform: { low: 200, high: 1000 } } },
    down: {
      interval: { exponential: { mean: '40ms' }, min: '20ms', max: '200ms' },
      size: { empirical: { values: [256, 512, 1024], weights: [2, 5, 3] } },
    },
  },
};
/** Medians of the laws above: gap in ms (a deadline is rounded up to a tick), size in bytes. */
const medians = { up: { gap: 40, size: 600 }, down: { gap: 40 * Math.LN2, size: 512 } };
const bounds = { up: [200, 1000], down: [256, 1024] } as const;
/** Of the separation: some 1,900 frames of each kind give ± 0.02, so that alike ones stay inside. */
const LIMIT = 0.06;
const DEVICES = 12;
const SECONDS = 12;

export const drawnCase: Case = {
  name: 'drawn',
  about: 'invariants 1 and 3: drawn sizes and gaps (ILP) do not depend on queues',
  waits: true,
  run: async () => {
    const faults = new Faults();
    const figures: Record<string, number> = {};
    await withRig({ policies: [policy] }, async (rig) => {
      const links: Link[] = [];
      for (let index = 0; index < DEVICES; index += 1) links.push(await rig.connect(policy.fleet, `device-${index}`));
      const loaded = links.filter((_, index) => index % 2 === 0);
      const names = loaded.map(({ device }) => device);
      await rig.open(names, 'manual');
      const startMs = monotonicMs() + 1000;
      const [up, down]: [JsonObject[], JsonObject[]] = [[], []];
      for (let atMs = startMs - 500; atMs < startMs + SECONDS * 1000; atMs += 1000) {
        for (const device of names) {
          up.push({ do: 'write', device, stream: 'a', bytes: 25_000, atMs });
          down.push({ do: 'write', device, bytes: 25_000, atMs });
        }
      }
      await rig.plan(up, down);
      await delay(startMs + SECONDS * 1000 - monotonicMs());
      for (const direction of ['up', 'down'] as const) {
        const sessions = links.map((link) => viewSession(link.capture, link.version)[direction].session);
        const framesOf = (full: boolean) =>
          sessions
            .filter((_, index) => (index % 2 === 0) === full)
            .map((frames) => frames.filter(({ atMs }) => atMs > startMs));
        const [low, high] = bounds[direction];
        const strange = sessions.flat().filter(({ size }) => size < low || size > high).length;
        faults.expect(strange === 0, `${direction}: ${strange} frames outside ${low}…${high} bytes`);
        const measures = { gap: gapsOf, size: (frames: readonly FrameRecord[]) => frames.map(({ size }) => size) };
        for (const [name, measure] of Object.entries(measures)) {
          const [empty, full] = [framesOf(false).map(measure), framesOf(true).map(measure)];
          const median = quantile(empty.flat(), 0.5);
          const wanted = medians[direction][name as 'gap' | 'size'];
          const plant = name === 'gap' ? 5 : 100;
          const likeness = compareValues(empty, full, {
            name: `${direction}, ${name}s with empty and full queues`,
            plant,
            margin: 0.04,
          });
          faults.list.push(...likeness.faults);
          faults.list.push(...undecided(`${direction}, ${name}s`, likeness.separation, LIMIT));
          faults.expect(
            Math.abs(median - wanted) <= 0.1 * wanted,
            `${direction}: the median ${name} is ${median.toFixed(1)}, expected ${wanted.toFixed(1)}`,
          );
          figures[`${name}_${direction}_auc`] = likeness.separation.value;
          figures[`${name}_${direction}_ks`] = largestDistance(empty.flat(), full.flat());
        }
        figures[`frames_${direction}`] = sessions.flat().length;
      }
      faults.list.push(...rig.capture.faults, ...rig.programFaults);
    });
    return faults.outcome(figures);
  },
};

function gapsOf(frames: readonly FrameRecord[]): number[] {
  return frames.slice(1).map(({ atMs }, index) => atMs - (frames[index]?.atMs ?? 0));
}
