// How many tunnels a case has at a time: what this machine keeps, measured once a process, and less after a try for which it was
// too busy. A case's counts and limits stay what they are; with fewer tunnels at a time it takes longer.
import { setTimeout as delay } from 'node:timers/promises';
import { monotonicMs } from '../../harness/command-loop.ts';
import type { Stall, Stretch, Verdict } from '../audit/stalls.ts';
import { type Rig, withRig } from './rig.ts';
import { fastPolicy, type WirePolicy } from './wire-policy.ts';

/** Every machine is taken to keep as many: fewer, and a case would take minutes. */
export const LEAST_TUNNELS = 25;
/** Tunnels of the ramp's steps. */
const STEPS: readonly number[] = [LEAST_TUNNELS, 50, 100, 200];
const HOLD_MS = 1000;
/** Of one call of `playInBatches`: from the most tunnels to the least, and some. */
const MOST_RETRIES = 6;
/** A process of the stage that stands still for a larger share of a step is at its end. */
const LARGEST_STALLED_SHARE = 0.04;
/** More runs than any case has. */
const rampPolicy: WirePolicy = { ...fastPolicy, cover: { rate: 1, deviceShare: 0.5, counts: [1000] } };

let measured: Promise<number> | undefined;

/** Tunnels at a time, `most` or as many as the machine keeps. */
export async function tunnelsKept(most: number): Promise<number> {
  if (most <= LEAST_TUNNELS) return most;
  measured ??= withRig({ policies: [rampPolicy] }, climb);
  return Math.min(most, await measured);
}

/** Connects more and more tunnels, step by step, until a process stands still too long; the step before is what it keeps. */
async function climb(rig: Rig): Promise<number> {
  let kept = LEAST_TUNNELS;
  let connected = 0;
  for (const step of STEPS) {
    for (; connected < step; connected += 1) await rig.connect(rampPolicy.fleet, `ramp-${connected}`);
    // A moment's hiccup of the machine shall not cost minutes: the better of two tries counts.
    if (!((await holds(rig)) || (await holds(rig)))) break;
    kept = step;
  }
  return kept;
}

/** Handshakes are no slots: what they take does not count. */
async function holds(rig: Rig): Promise<boolean> {
  const fromMs = monotonicMs();
  await delay(HOLD_MS);
  const untilMs = monotonicMs();
  return stalledShare(await rig.stalls(), { fromMs, untilMs }) <= LARGEST_STALLED_SHARE;
}

/** Of the part that stood still longest. */
export function stalledShare(stalls: readonly Stall[], { fromMs, untilMs }: Stretch): number {
  const byPart = Map.groupBy(stalls, ({ of }) => of);
  const shares = [...byPart.values()].map((own) => {
    const within = own.map((stall) => Math.min(stall.untilMs, untilMs) - Math.max(stall.fromMs, fromMs));
    return within.reduce((sum, ms) => sum + Math.max(0, ms), 0) / (untilMs - fromMs);
  });
  return Math.max(0, ...shares);
}

/** What a batch showed. */
export interface Played {
  /** One for each stage that the batch had. */
  readonly verdicts: readonly Verdict[];
}

export interface Batches<Result extends Played> {
  /** Those that count; together they have all tunnels, each once. */
  readonly played: readonly Result[];
  /** Batches that were played again with fewer tunnels. */
  readonly retries: number;
  /** Most tunnels at a time. */
  readonly atOnce: number;
}

export interface BatchOptions {
  /** Fewest at a time (LEAST_TUNNELS): with fewer the case would show less, or take minutes. */
  readonly least?: number;
}

/**
 * Plays `total` tunnels (or other parts of a case), so many at a time as the machine keeps, each batch on a stage of its own. A
 * batch for which the machine was too busy is played again, with half as many while there are more than the least; after the
 * last try it counts as it is.
 * @param play gets the first one's number and how many there are.
 */
export async function playInBatches<Result extends Played>(
  total: number,
  play: (first: number, count: number) => Promise<Result>,
  { least = LEAST_TUNNELS }: BatchOptions = {},
): Promise<Batches<Result>> {
  let atOnce = await tunnelsKept(total);
  const played: Result[] = [];
  let [retries, most] = [0, 0];
  for (let first = 0; first < total; ) {
    const count = Math.min(atOnce, total - first);
    const result = await play(first, count);
    // What has no time holds whatever the machine did: such a batch needs no second try.
    const isBusy = result.verdicts.every(({ timeless }) => timeless.length === 0) && result.verdicts.some(busy);
    if (isBusy && retries < MOST_RETRIES) {
      retries += 1;
      atOnce = Math.max(Math.min(count, least), Math.floor(count / 2));
      if (measured !== undefined) measured = Promise.resolve(Math.max(LEAST_TUNNELS, atOnce));
      continue;
    }
    played.push(result);
    most = Math.max(most, count);
    first += count;
  }
  return { played, retries, atOnce: most };
}

function busy({ isBusy }: Verdict): boolean {
  return isBusy;
}
