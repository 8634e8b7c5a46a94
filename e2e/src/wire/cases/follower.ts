// Invariant 8: the follower's first slot comes the same time after the leader's, whatever caused the run: the offset that
// the parameters name, up to a tick, and the way between the ends.
import { type Case, Faults } from '../../harness/cases.ts';
import { compareValues } from '../audit/indistinct.ts';
import { quantile, undecided } from '../audit/statistics.ts';
import { measureSourceJitter } from '../capture/source-jitter.ts';
import { FOLLOWER_OFFSET_MS } from '../rig/wire-policy.ts';
import { playRuns } from './run-stage.ts';

/** Of each kind; some 180 runs by payload and 350 by cover from each end. */
const DEVICES = 20;
const SECONDS = 26;
const LEAST_RUNS = 120;
/** Of the separation: so many runs give ± 0.05, so that alike ones stay inside. */
const LIMIT = 0.15;
const TICK_MS = 1;
/** Work on a run's first frame at either end, and the way over loopback, in the median, ms. */
const WAY_MS = 3;
/** The planted shift, ms. */
const PLANT_MS = 0.1;

export const followerCase: Case = {
  name: 'follower',
  about: 'invariant 8: the follower begins f after the leader, alike for payload and cover',
  run: async () => {
    const faults = new Faults();
    const jitter = await measureSourceJitter('microseconds');
    const stage = await playRuns(DEVICES, SECONDS, 'microseconds');
    const figures: Record<string, number | string> = { source: jitter.source, jitter_p99_us: jitter.p99Us };
    for (const end of ['up', 'down'] as const) {
      const lags = [false, true].map((real) => lagsByDevice(stage.runs, end, real));
      const [cover = [], payload = []] = lags;
      const follower = end === 'up' ? 'cloud' : 'device';
      for (const [name, blocks] of Object.entries({ payload, cover })) {
        const values = blocks.flat();
        figures[`${follower}_${name}`] = values.length;
        figures[`${follower}_${name}_p50_ms`] = quantile(values, 0.5);
        figures[`${follower}_${name}_p95_ms`] = quantile(values, 0.95);
        faults.expect(
          values.length >= LEAST_RUNS,
          `the ${follower} followed ${values.length} runs by ${name}, needed ${LEAST_RUNS}`,
        );
        const early = Math.min(...values);
        faults.expect(
          early >= FOLLOWER_OFFSET_MS - 0.2,
          `the ${follower} followed after ${early.toFixed(2)} ms (${name})`,
        );
        const typical = quantile(values, 0.5);
        const latest = FOLLOWER_OFFSET_MS + TICK_MS + WAY_MS;
        faults.expect(
          typical <= latest,
          `the ${follower} follows after ${typical.toFixed(2)} ms, allowed ${latest} (${name})`,
        );
      }
      const likeness = compareValues(cover, payload, {
        name: `lags of the ${follower} after cover and after payload`,
        plant: PLANT_MS,
        margin: 0.05,
      });
      figures[`${follower}_auc`] = likeness.separation.value;
      figures[`${follower}_planted`] = likeness.planted.separation.value;
      faults.list.push(...likeness.faults, ...undecided(`lags of the ${follower}`, likeness.separation, LIMIT));
    }
    faults.list.push(...stage.faults);
    return faults.outcome(figures);
  },
};

function lagsByDevice(
  runs: Awaited<ReturnType<typeof playRuns>>['runs'],
  end: 'up' | 'down',
  real: boolean,
): number[][] {
  const blocks = new Map<string, number[]>();
  for (const { device, run, ...cause } of runs) {
    if (cause.end !== end || cause.real !== real || run.first !== end) continue;
    blocks.set(device, [...(blocks.get(device) ?? []), run.lagMs]);
  }
  return [...blocks.values()];
}
