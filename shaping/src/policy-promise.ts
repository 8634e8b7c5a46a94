/**
 * What a policy's confidence holds for, in words: c bounds what a run's length tells only where cover lasts as long as
 * activities do. Shown by `quietwire validate`, the sidecar's log and `/config`.
 */
import { formatDuration } from './document/units.ts';
import { durationClasses } from './parameters.ts';
import type { DurationBasis, PolicyModel } from './policy-model.ts';

/** Where nothing was measured: the activities for which c holds. */
export interface AssumedEnd {
  /** Runs of so many periods are the shortest that an activity makes. */
  readonly periods: number;
  /** From the start of a run until its leader has sent or read the last byte of the activity, ms. */
  readonly withinMs: number;
}

/**
 * The assumption of a policy without counts: that no activity makes a run longer than the shortest one, as cover does. A
 * further period is announced G before the end of one if demand is open then, which is W after the last byte: it must have
 * left, or come, within m T − G − W of the start, m the first class that reaches W. Source: SPEC.md sections 9 and 10.2.
 */
export function assumedEnd(model: Pick<PolicyModel, 'periodMs' | 'leadMs' | 'holdMs' | 'shape'>): AssumedEnd {
  const { periodMs, leadMs, holdMs, shape } = model;
  const leftMs = (periods: number): number => periods * periodMs - leadMs - holdMs;
  const periods = durationClasses(shape.longestRun).find((length) => leftMs(length) >= 0) ?? shape.longestRun;
  return { periods, withinMs: Math.max(leftMs(periods), 0) };
}

/** `c 0.2 by 31 measured activities`: c with three significant digits, and what it holds for. */
export function promiseText({ c, condition }: { readonly c: number; readonly condition: string | undefined }): string {
  const figure = `c ${Number(c.toPrecision(3))}`;
  return condition === undefined ? figure : `${figure} ${condition}`;
}

/** The condition as the end of a sentence that begins with c, such as `by 31 measured activities`. */
export function promiseCondition({ device, cloud }: DurationBasis, assumed: AssumedEnd): string {
  const ends = [
    { name: 'device', count: device },
    { name: 'cloud', count: cloud },
  ].flatMap(({ name, count }) => (count === undefined ? [] : [{ name, count }]));
  const measured = ends.filter(({ count }) => count > 0);
  const missing = ends.filter(({ count }) => count === 0);
  const sum = measured.reduce((total, { count }) => total + count, 0);
  const where = missing.length > 0 ? ` of the ${measured[0]?.name}` : '';
  const by = `by ${sum} measured ${sum === 1 ? 'activity' : 'activities'}${where}`;
  if (missing.length === 0) return by;
  const whose = measured.length > 0 ? ` of the ${missing[0]?.name}` : '';
  const condition = `if every activity${whose} ends within ${termsOf(assumed)}`;
  return measured.length > 0 ? `${by}, and ${condition}` : condition;
}

function termsOf({ periods, withinMs }: AssumedEnd): string {
  return `${periods === 1 ? '' : `${periods} `}T − lead − hold = ${secondsOf(withinMs)}`;
}

/** `1.5 s`; whole milliseconds below a second. */
function secondsOf(ms: number): string {
  return ms === 0 || ms >= 1000 ? `${ms / 1000} s` : formatDuration(ms).replace(/(\d)([a-z])/, '$1 $2');
}
