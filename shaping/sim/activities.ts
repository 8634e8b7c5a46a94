// Activities of a simulation, real and virtual, served as cover: to the clock they are alike, the kind is a mark that only
// the simulation sees.
import type { CoverProcess, Random, Role } from '../src/index.ts';

export interface Activity {
  readonly atMs: number;
  readonly role: Role;
  /** How long it holds demand open, in ms. */
  readonly demandMs: number;
  readonly real: boolean;
}

/** The activities of a list that begin at one end, in order of time. */
export class ListedCover implements CoverProcess {
  readonly #activities: readonly Activity[];
  #next = 0;

  constructor(activities: readonly Activity[], role: Role) {
    this.#activities = activities.filter((activity) => activity.role === role);
  }

  get nextMs(): number {
    return this.#activities[this.#next]?.atMs ?? Number.POSITIVE_INFINITY;
  }

  take(): number {
    const demandMs = this.#activities[this.#next]?.demandMs ?? 0;
    this.#next += 1;
    return demandMs;
  }
}

/** Called as each activity arrives. */
export type ArrivalSink = (role: Role, atMs: number, real: boolean, demandMs: number) => void;

/** Another process with each of its activities marked real with one probability, whatever happened before. */
export class MarkedCover implements CoverProcess {
  readonly #inner: CoverProcess;
  readonly #role: Role;
  readonly #realShare: number;
  readonly #random: Random;
  readonly #sink: ArrivalSink;

  constructor(inner: CoverProcess, role: Role, realShare: number, random: Random, sink: ArrivalSink) {
    this.#inner = inner;
    this.#role = role;
    this.#realShare = realShare;
    this.#random = random;
    this.#sink = sink;
  }

  get nextMs(): number {
    return this.#inner.nextMs;
  }

  take(): number {
    const atMs = this.#inner.nextMs;
    const demandMs = this.#inner.take();
    this.#sink(this.#role, atMs, this.#random.next() < this.#realShare, demandMs);
    return demandMs;
  }
}
