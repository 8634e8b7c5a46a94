// Simulates one row of period-clock.md section 6 with both ends and holds what it gives against what the row expects.
import { PoissonCover, type Random, type Role, seededRandom } from '../src/index.ts';
import { MarkedCover } from './activities.ts';
import { Delay } from './delay.ts';
import { simulatedParameters } from './parameters.ts';
import { type Figure, type RowFigures, RowStatistics } from './row-statistics.ts';
import { Simulation } from './simulation.ts';
import { documentPeriods, type Expected, type FigureName, type TableRow, tolerances } from './table-rows.ts';

/** The document's settings for both tables: W, G, g, β in ms, frames, share of activities that begin at the device. */
const holdMs = 500;
const leadMs = 500;
const restMs = 100;
const backgroundMs = 30_000;
const wireBytes = 1086;
const deviceShare = 0.3;
/** Deviations of the delay that a fresh run's round trip allows for. */
const widestDelay = 3;
/** How far the simulation goes between two looks at the number of periods, in ms. */
const stretchMs = 600_000;

/** λ_a = −ln(1 − p) / T and λ_c = λ_a q / (p (1 − q)), per second (section 5). */
export function rates({ periodMs, activity, cover }: Pick<TableRow, 'periodMs' | 'activity' | 'cover'>): {
  readonly real: number;
  readonly virtual: number;
} {
  const real = (-Math.log(1 - activity) * 1000) / periodMs;
  return { real, virtual: (real * cover) / (activity * (1 - cover)) };
}

/** At least `periods` periods of one row. */
export function simulateRow(row: TableRow, periods: number, seed: number | string): RowFigures {
  const { real, virtual } = rates(row);
  const [baseMs, deviationMs] = row.delayMs;
  const roundTripMs = 2 * (baseMs + widestDelay * deviationMs);
  const statistics = new RowStatistics({
    periodMs: row.periodMs,
    wireBytes,
    freshAfterMs: restMs + 2 * leadMs + roundTripMs,
  });
  const random = (name: string): Random => seededRandom(`${seed} ${row.name} ${name}`);
  const law = { sample: (source: Random) => row.demand.quantile(source.next()) };
  const cover = (role: Role, share: number): MarkedCover => {
    const process = new PoissonCover((real + virtual) * share, law, random(`${role} cover`), 0);
    const sink = statistics.arrival.bind(statistics);
    return new MarkedCover(process, role, real / (real + virtual), random(`${role} marks`), sink);
  };
  const delay = (role: Role): Delay => new Delay({ baseMs, jitterMs: deviationMs }, random(`${role} delay`));
  const simulation = new Simulation({
    parameters: simulatedParameters({
      periodMs: row.periodMs,
      holdMs,
      leadMs,
      restMs,
      backgroundMs,
      runLengths: 'any',
    }),
    covers: { device: cover('device', deviceShare), cloud: cover('cloud', 1 - deviceShare) },
    delays: { device: delay('device'), cloud: delay('cloud') },
    observer: statistics,
  });
  while (statistics.periods < periods) simulation.runUntil(simulation.nowMs + stretchMs);
  return statistics.figures();
}

export interface Judgement extends Expected {
  readonly name: FigureName;
  readonly measured: Figure;
  /** Relative: that of section 6, or three standard errors where that is more. */
  readonly tolerance: number;
  readonly pass: boolean;
}

export function judge(row: TableRow, figures: RowFigures): Judgement[] {
  return (Object.keys(row.expected) as FigureName[]).flatMap((name) => {
    const expected = row.expected[name];
    if (expected === undefined) return [];
    const measured = figures[name];
    const reference = expected[expected.against];
    // The document's own simulation has an error too.
    const noise = expected.against === 'simulated' ? Math.sqrt(1 + figures.periods / documentPeriods) : 1;
    const tolerance = Math.max(tolerances[name], (3 * noise * measured.error) / reference);
    const pass = Math.abs(measured.value / reference - 1) <= tolerance;
    return [{ ...expected, name, measured, tolerance, pass }];
  });
}
