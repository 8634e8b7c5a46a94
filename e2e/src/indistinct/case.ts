// The case `indistinct`: can an attacker tell runs that an activity caused from runs that cover caused? Real sidecar, real
// device library, many tunnels with periods as short as the bounds allow; the observer sees records and times on the wire.
import type { Case, CaseContext, CaseOutcome } from '../harness/cases.ts';
import { measureSourceJitter } from '../wire/capture/source-jitter.ts';
import { type Attack, classify, type Row, sklearnMissing } from './attackers.ts';
import { featuresOf } from './features.ts';
import { type ActivityEvent, causedByActivity, unexplained } from './labels.ts';
import { law, type Observation, observe, RECORD_LENGTHS, REST_MS, SLOT_MS, TUNNELS } from './observe.ts';
import { plantedLeaks } from './plant.ts';
import { type ObservedRun, observeRuns } from './runs.ts';
import { faultsOf, leastRuns, limitFor } from './verdict.ts';

/** Runs of each cause per second and tunnel, about. */
const RUNS_PER_SECOND = 0.15;
/** Runs of a connection that are left out: the unconditional first ones. */
const SETTLING_RUNS = 2;
const labelOptions = { slotMs: SLOT_MS, leadMs: law.leadMs, restMs: REST_MS, reactionMs: 25 };

export const indistinctCase: Case = {
  name: 'indistinct',
  about: 'classifiers on run length, initiator, lags, offsets, gaps and neighbours: real against virtual causes',
  blocked: sklearnMissing,
  run: runIndistinct,
};

/** `--periods N`: runs of each cause; `--seconds N`: a trial of that length, which shows nothing and so never passes. */
async function runIndistinct(context: CaseContext): Promise<CaseOutcome> {
  const trialSeconds = context.number('seconds');
  const wanted = context.number('periods') ?? leastRuns;
  if (trialSeconds === undefined && !(wanted >= leastRuns)) {
    throw new RangeError(
      `--periods: fewer than ${leastRuns} runs of each cause show nothing (got ${wanted}); --seconds N makes a trial`,
    );
  }
  const jitter = await measureSourceJitter('microseconds');
  const observation = await observe(trialSeconds ?? Math.ceil((1.15 * wanted) / (TUNNELS * RUNS_PER_SECOND)));
  const { records, events, seconds, seed } = observation;
  context.print(`${records.length} records, ${events.length} activities in ${seconds} s, seed ${seed}`);
  const tunnels = Array.from({ length: TUNNELS }, (_, connection) => labelledTunnel(observation, connection));
  const attack = await classify(tunnels.flatMap((tunnel) => rowsOf(tunnel)));
  context.print(
    `features that the forest used most: ${attack.leading.map(([name, share]) => `${name} ${share}`).join(', ')}`,
  );
  const planted: Record<string, Attack> = {};
  for (const [name, leak] of Object.entries(plantedLeaks)) {
    planted[name] = await classify(tunnels.flatMap((tunnel) => rowsOf({ ...tunnel, runs: plant(tunnel, leak) })));
  }
  const mislabelled = tunnels.reduce((sum, { unexplained }) => sum + unexplained, 0) / Math.max(1, events.length);
  const faults = faultsOf({ wanted, limit: limitFor(wanted), attack, planted, mislabelled });
  if (trialSeconds !== undefined) faults.unshift(`a trial of ${trialSeconds} s shows nothing, whatever it finds`);
  return {
    pass: faults.length === 0,
    figures: {
      ...(trialSeconds === undefined ? {} : { trial: 'shows_nothing' }),
      source: jitter.source,
      jitter_p50_us: jitter.p50Us,
      jitter_p99_us: jitter.p99Us,
      real: attack.real,
      cover: attack.cover,
      unexplained_activities: mislabelled,
      ...accuracies('', attack),
      ...Object.assign({}, ...Object.entries(planted).map(([name, found]) => accuracies(`planted_${name}_`, found))),
    },
    faults,
  };
}

function accuracies(prefix: string, { attackers }: Attack): Record<string, string> {
  const text = (values: readonly number[]) => values.map((value) => value.toFixed(3));
  return Object.fromEntries(
    Object.entries(attackers).map(([name, { accuracy, low, high }]) => {
      const [value, from, to] = text([accuracy, low, high]);
      return [`${prefix}${name}`, `${value}(${from}…${to})`];
    }),
  );
}

interface LabelledTunnel {
  readonly connection: number;
  readonly runs: readonly ObservedRun[];
  /** By run. */
  readonly real: readonly boolean[];
  /** Activities that no run shows. */
  readonly unexplained: number;
}

function labelledTunnel({ records, events }: Observation, connection: number): LabelledTunnel {
  const own = <T extends { readonly connection: number }>(of: readonly T[]) =>
    of.filter((entry) => entry.connection === connection);
  const activities: readonly ActivityEvent[] = own(events);
  const runs = observeRuns(own(records), {
    periodLength: RECORD_LENGTHS.period,
    backgroundLength: RECORD_LENGTHS.background,
    silenceMs: SLOT_MS + REST_MS / 2,
  });
  const pairs = runs.slice(1).map((run, index) => [runs[index], run] as [ObservedRun, ObservedRun]);
  return {
    connection,
    runs,
    real: [false, ...pairs.map(([before, run]) => causedByActivity(before, run, activities, labelOptions))],
    unexplained: pairs.flatMap(([before, run]) => unexplained(before, run, activities, labelOptions)).length,
  };
}

/** Every run with a neighbour on each side, as a row. */
function rowsOf({ connection, runs, real }: LabelledTunnel): Row[] {
  return runs.slice(SETTLING_RUNS, -1).map((run, index) => {
    const at = index + SETTLING_RUNS;
    const [before, after] = [runs[at - 1], runs[at + 1]] as [ObservedRun, ObservedRun];
    return {
      tunnel: connection,
      real: real[at] === true,
      features: featuresOf(before, run, after, { slotMs: SLOT_MS }),
    };
  });
}

/** The runs with the leak in those that an activity caused. */
function plant({ runs, real }: LabelledTunnel, leak: (run: ObservedRun) => ObservedRun): ObservedRun[] {
  return runs.map((run, index) => (real[index] ? leak(run) : run));
}
