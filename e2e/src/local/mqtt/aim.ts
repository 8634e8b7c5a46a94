// Sends a plug's messages so that each state of the sending end meets enough of them: starts a run out of idleness or out of
// the rest, sends at random moments inside it, foresees its end. States are judged afterwards, from the wire.
import { setTimeout as delay } from 'node:timers/promises';
import type { Random } from '@quietwire/shaping';
import { machineNowMs } from '../../replay/replay-end.ts';
import type { Direction } from '../../replay/table.ts';
import { type Plug, tapLagMs } from './plug.ts';
import {
  type DirectionRun,
  directionRuns,
  directions,
  expectedPeriods,
  type SenderState,
  senderStates,
  turnMs,
} from './sender-state.ts';

/** `turn` counts those inside a run that came in the last stretch of a period. */
export type Tally = Record<Direction, Record<SenderState | 'turn', number>>;

export interface Goal {
  /** Messages each way, over all plugs. */
  readonly messages: number;
  /** Messages of each state and way. */
  readonly perState: number;
  /** Messages each way in the last stretch of a period. */
  readonly turns: number;
}

/** A message later than this in a run may still hold demand when the end decides whether to go on: hold 3 s, lead 0.5 s. */
const safeMs = 1100;
/** Shares of the runs whose messages come at any time of their first two periods, and at the end of the first one, too. */
const evenShare = 0.15;
const turnShare = 0.35;
const shortestBytes = 8;
const longestBytes = 200;

export function tally(plugs: readonly Plug[]): Tally {
  const none = () => ({ idle: 0, inside: 0, rest: 0, turn: 0 });
  const counts: Tally = { up: none(), down: none() };
  for (const plug of plugs) {
    for (const direction of directions) {
      for (const state of plug.states(direction)) if (state) counts[direction][state] += 1;
      counts[direction].turn += plug.turns(direction);
    }
  }
  return counts;
}

export function isReached(counts: Tally, goal: Goal): boolean {
  return directions.every((direction) => {
    const total = senderStates.reduce((sum, state) => sum + counts[direction][state], 0);
    const { [direction]: count } = counts;
    return (
      total >= goal.messages && count.turn >= goal.turns && senderStates.every((state) => count[state] >= goal.perState)
    );
  });
}

/** Sends until the goal is reached by all plugs together, or until `untilMs` (monotonic). */
export async function aim(
  plug: Plug,
  plugs: readonly Plug[],
  goal: Goal,
  random: Random,
  untilMs: number,
): Promise<void> {
  const sender = new StateSender(plug, random);
  for (let counts = tally(plugs); !isReached(counts, goal) && machineNowMs() < untilMs; counts = tally(plugs)) {
    await sender.round(shortOf(counts, goal));
  }
}

/** Directions that need more messages, by state. */
function shortOf(counts: Tally, goal: Goal): Record<SenderState, Direction[]> {
  const short = (state: SenderState) => directions.filter((direction) => counts[direction][state] < goal.perState);
  return { idle: short('idle'), inside: short('inside'), rest: short('rest') };
}

interface Moment {
  readonly direction: Direction;
  readonly afterMs: number;
}

class StateSender {
  readonly #plug: Plug;
  readonly #random: Random;
  /** The run that is on, or was on last. */
  #run: DirectionRun | undefined;

  constructor(plug: Plug, random: Random) {
    this.#plug = plug;
    this.#random = random;
  }

  /** One run: its start by a message that meets a state that is short, messages inside it, and its end. */
  async round(short: Record<SenderState, Direction[]>): Promise<void> {
    const fromRest =
      this.#run !== undefined && this.#draw() < short.rest.length / (short.rest.length + short.idle.length || 1);
    const startMs = fromRest && this.#run ? this.#run.endMs : await this.#idle();
    if (fromRest) await this.#sendInRest(startMs, short.rest);
    else this.#sendIdle(short.idle);
    this.#run = await this.#runAfter(startMs - 20);
    if (this.#run === undefined) return;
    const moments = this.#momentsInside();
    await this.#sendInside(this.#run, moments);
    const periods = expectedPeriods(
      moments.map(({ afterMs }) => afterMs),
      this.#plug.timing,
    );
    const endMs = this.#run.firstMs + periods * this.#plug.timing.periodMs;
    this.#run = { ...this.#run, endMs };
    await sleepUntil(endMs - this.#plug.timing.slotMs.up - 200);
  }

  #sendIdle(wanted: readonly Direction[]): void {
    for (const direction of this.#some(wanted)) this.#send(direction);
  }

  /** Both ends rest; the one that led rests shorter, and its message would end the other's rest. */
  async #sendInRest(endMs: number, wanted: readonly Direction[]): Promise<void> {
    const { slotMs, restMs, leadMs } = this.#plug.timing;
    const chosen = this.#some(wanted);
    const records = this.#plug.records;
    const [up, down] = directions.map((direction) => directionRuns(records, direction, this.#plug.timing).at(-1));
    const leader: Direction = (up?.firstMs ?? 0) < (down?.firstMs ?? 0) ? 'up' : 'down';
    const moments = chosen.map((direction) => {
      const alone = chosen.length === 1 && direction !== leader;
      const latestMs = endMs + restMs + (alone ? leadMs : 0) - 15;
      const earliestMs = endMs - slotMs[direction] + 3;
      return { direction, atMs: earliestMs + this.#draw() * (latestMs - earliestMs) };
    });
    for (const { direction, atMs } of moments.sort((a, b) => a.atMs - b.atMs)) {
      await sleepUntil(atMs);
      this.#send(direction);
    }
  }

  /** When messages come inside a run, ms after its beginning: at its beginning only, at any time, or at a period's end. */
  #momentsInside(): Moment[] {
    const { periodMs } = this.#plug.timing;
    const kind = this.#draw();
    const draw = (fromMs: number, toMs: number, direction: Direction) => ({
      direction,
      afterMs: fromMs + this.#draw() * (toMs - fromMs),
    });
    return directions.flatMap((direction) => {
      if (kind < evenShare) return Array.from({ length: 5 }, () => draw(0, 2 * periodMs, direction));
      const early = Array.from({ length: 2 + Math.floor(this.#draw() * 3) }, () => draw(0, safeMs, direction));
      return kind < evenShare + turnShare ? [...early, draw(periodMs - turnMs, periodMs, direction)] : early;
    });
  }

  async #sendInside({ firstMs }: DirectionRun, moments: readonly Moment[]): Promise<void> {
    const nowMs = machineNowMs();
    const due = moments.map(({ direction, afterMs }) => ({ direction, atMs: firstMs + afterMs }));
    for (const { direction, atMs } of due.filter((entry) => entry.atMs > nowMs).sort((a, b) => a.atMs - b.atMs)) {
      await sleepUntil(atMs);
      this.#send(direction);
    }
  }

  /** Waits until both ends have been idle for a random while; returns that moment. */
  async #idle(): Promise<number> {
    const { periodMs, restMs, leadMs } = this.#plug.timing;
    for (;;) {
      const endMs = Math.max(0, ...this.#latest().map((run) => run.endMs));
      const idleMs = endMs + restMs + leadMs;
      // A run that went on shows itself only when the tap tells of its next slots.
      if (machineNowMs() > endMs + tapLagMs && machineNowMs() > idleMs) break;
      await sleepUntil(Math.min(Math.max(idleMs, endMs + tapLagMs) + 20, machineNowMs() + periodMs));
    }
    await delay(50 + this.#draw() * 500);
    return machineNowMs();
  }

  /** The first run that began after a moment; undefined if none does within 2 s. */
  async #runAfter(sinceMs: number): Promise<DirectionRun | undefined> {
    const deadlineMs = machineNowMs() + 2000;
    while (machineNowMs() < deadlineMs) {
      const [first] = this.#latest()
        .filter(({ firstMs }) => firstMs > sinceMs)
        .sort((a, b) => a.firstMs - b.firstMs);
      if (first) return first;
      await delay(20);
    }
    return undefined;
  }

  #latest(): DirectionRun[] {
    const records = this.#plug.records.slice(-3000);
    return directions.flatMap((direction) => directionRuns(records, direction, this.#plug.timing).at(-1) ?? []);
  }

  /** One or both of the directions wanted; any if none is. */
  #some(wanted: readonly Direction[]): readonly Direction[] {
    const from = wanted.length === 0 ? directions : wanted;
    if (from.length === 1 || this.#draw() < 0.6) return from;
    return [this.#draw() < 0.5 ? 'up' : 'down'];
  }

  #send(direction: Direction): void {
    this.#plug.send(direction, shortestBytes + Math.floor(this.#draw() * (longestBytes - shortestBytes + 1)));
  }

  #draw(): number {
    return this.#random.next();
  }
}

async function sleepUntil(atMs: number): Promise<void> {
  const waitMs = atMs - machineNowMs();
  if (waitMs > 0) await delay(waitMs);
}
