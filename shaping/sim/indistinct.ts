// Check 10 of period-clock.md section 7: real payload and virtual activities through both ends, runs as an observer near
// the device sees them, and attackers that are asked for the cause. Faults can be planted, which they must find.
import {
  type CoverProcess,
  durationClasses,
  durationLaw,
  PoissonCover,
  type Random,
  type Role,
  type ShapingParameters,
  type StpShaper,
  seededRandom,
} from '../src/index.ts';
import { MarkedCover } from './activities.ts';
import { activityShapes } from './activity-shapes.ts';
import { type Attack, attack } from './attackers.ts';
import { BoundaryCover } from './boundary-cover.ts';
import { Delay, type DelayOptions } from './delay.ts';
import { featuresOf, RunObserver } from './observed-runs.ts';
import { simulatedParameters } from './parameters.ts';
import { PayloadTraffic } from './payload-traffic.ts';
import { Simulation } from './simulation.ts';

const boundaryFault = 'continuation drawn at the boundary by each end';

/** What can be wrong with the defence. */
export type Fault =
  | 'cover length always 1'
  | 'cover from the device only'
  | typeof boundaryFault
  | 'hold below the pauses of activities';

export const faults: readonly Fault[] = [
  'cover length always 1',
  'cover from the device only',
  boundaryFault,
  'hold below the pauses of activities',
];

export interface IndistinctOptions {
  /** Runs of each cause, at least. */
  readonly each: number;
  readonly delay: DelayOptions;
  readonly seed: number;
  readonly fault?: Fault;
}

/** Mean time between real activities, and between virtual ones, in ms. */
const meanGapMs = 120_000;
/** Activities measured alone, from which the law of durations is learned. */
const measured = 1000;
/** Apart enough that none meets another. */
const aloneMs = 120_000;

const deviceShare = activityShapes.filter(({ origin }) => origin === 'device').length / activityShapes.length;

/** The attackers' results on runs of the product's two ends. */
export function attackRuns(options: IndistinctOptions): Attack[] {
  const { each, delay, seed, fault } = options;
  const parameters = simulatedParameters({
    ...(fault === 'hold below the pauses of activities' && { holdMs: 500 }),
    ...(fault === boundaryFault && { leadMs: 1 }),
  });
  const random = (name: string): Random => seededRandom(`${seed} ${name}`);
  const delays = () => ({ device: new Delay(delay, random('up')), cloud: new Delay(delay, random('down')) });
  const weights = learnDurations(parameters, delays(), random('alone'));
  const observer = new RunObserver(parameters.holdMs);
  const shapers: Partial<Record<Role, StpShaper>> = {};
  const cover = (role: Role, share: number): MarkedCover => {
    const short = fault === 'cover length always 1' || fault === boundaryFault;
    const law = short ? { sample: () => 4000 } : durationLaw(weights[role], parameters);
    let process: CoverProcess = new PoissonCover((1000 / meanGapMs) * share, law, random(`${role} cover`), 0);
    if (fault === boundaryFault) {
      process = new BoundaryCover(process, () => shapers[role], longShare(weights), random(`${role} boundary`));
    }
    const sink = (_: Role, atMs: number, __: boolean, demandMs: number): void => observer.virtual(atMs, demandMs);
    return new MarkedCover(process, role, 0, random('marks'), sink);
  };
  const coverShare = fault === 'cover from the device only' ? 1 : deviceShare;
  const traffic = new PayloadTraffic({
    random: random('payload'),
    gap: (source) => -meanGapMs * Math.log(1 - source.next()),
    onActivity: (_, nowMs) => observer.payload(nowMs),
  });
  const simulation = new Simulation({
    parameters,
    covers: { device: cover('device', coverShare), cloud: cover('cloud', 1 - coverShare) },
    delays: delays(),
    observer,
    payload: traffic,
    outside: traffic,
    keepDemand: fault === boundaryFault,
  });
  for (const role of ['device', 'cloud'] as const) shapers[role] = simulation[role].shaper;
  const enough = (): boolean => {
    const real = observer.runs.filter((run) => run.real).length;
    return Math.min(real, observer.runs.length - real) > each + 10;
  };
  while (!enough()) simulation.runUntil(simulation.nowMs + (meanGapMs * each) / 20);
  const { rows, labels } = featuresOf(observer.runs);
  return attack(rows, labels, seed);
}

/**
 * The law of single activities per starting end, as section 4 of the document has it: each alone, from its first byte to
 * when demand closes at that end, as a histogram over the classes with half a count added to each.
 */
function learnDurations(
  parameters: ShapingParameters,
  delays: Readonly<Record<Role, Delay>>,
  random: Random,
): Record<Role, number[]> {
  const { periodMs, leadMs, holdMs, longestRun } = parameters;
  const classes = durationClasses(longestRun);
  const weights: Record<Role, number[]> = { device: classes.map(() => 0.5), cloud: classes.map(() => 0.5) };
  let count = 0;
  let current: { readonly role: Role; readonly atMs: number; untilMs: number } | undefined;
  const add = (): void => {
    if (current === undefined) return;
    const { role, atMs, untilMs } = current;
    const index = classes.findIndex((length) => untilMs - atMs <= length * periodMs - leadMs);
    const list = weights[role];
    list[index] = (list[index] ?? 0) + 1;
    count += 1;
  };
  const traffic = new PayloadTraffic({
    random,
    gap: () => aloneMs,
    onActivity(role, nowMs, began) {
      if (began) {
        add();
        current = { role, atMs: nowMs, untilMs: nowMs + holdMs };
      } else if (current?.role === role && nowMs <= current.untilMs) current.untilMs = nowMs + holdMs;
    },
  });
  const none = { nextMs: Number.POSITIVE_INFINITY, take: () => 0 };
  const simulation = new Simulation({
    parameters,
    covers: { device: none, cloud: none },
    delays,
    observer: { frame() {}, transition() {} },
    payload: traffic,
    outside: traffic,
  });
  while (count < measured) simulation.runUntil(simulation.nowMs + aloneMs);
  return weights;
}

/** Share of single activities that need more than one period. */
function longShare({ device, cloud }: Record<Role, number[]>): number {
  const [one = 0, ...more] = device.map((weight, index) => weight + (cloud[index] ?? 0));
  const long = more.reduce((sum, weight) => sum + weight, 0);
  return long / (one + long);
}
