// One direction of a simulated connection: delivers what frames carry in order and whole, each after a delay. Frames
// without content only pass through the delays: their arrival is returned and nothing is kept.
import type { Delay } from './delay.ts';

/** What a frame can carry: a PeriodStart (number, position), a Demand (remaining ms, 0), payload (bytes, tag). */
export type ItemKind = 1 | 2 | 3;
export const PERIOD_START = 1;
export const DEMAND = 2;
export const PAYLOAD = 3;

const COLUMNS = 4;
const FIRST_CAPACITY = 64;

export class Pipe {
  readonly #delay: Delay;
  /** A ring of rows: arrival in ms, kind, two values. */
  #rows = new Float64Array(FIRST_CAPACITY * COLUMNS);
  #capacity = FIRST_CAPACITY;
  #head = 0;
  #count = 0;
  #lastArrivalMs = 0;

  constructor(delay: Delay) {
    this.#delay = delay;
  }

  /** Arrival of the next item, in ms; Infinity if none is under way. */
  get nextMs(): number {
    return this.#count === 0 ? Number.POSITIVE_INFINITY : (this.#rows[this.#head * COLUMNS] as number);
  }
  get kind(): ItemKind {
    return this.#rows[this.#head * COLUMNS + 1] as ItemKind;
  }
  get first(): number {
    return this.#rows[this.#head * COLUMNS + 2] as number;
  }
  get second(): number {
    return this.#rows[this.#head * COLUMNS + 3] as number;
  }

  /** A frame leaves at `nowMs`. @returns when it arrives, never before the frame ahead of it. */
  send(nowMs: number): number {
    const arrivalMs = nowMs + this.#delay.draw() + this.#delay.drawStall();
    if (arrivalMs > this.#lastArrivalMs) this.#lastArrivalMs = arrivalMs;
    return this.#lastArrivalMs;
  }

  /** Adds an item to the frame that was sent last. */
  carry(kind: ItemKind, first: number, second: number): void {
    if (this.#count === this.#capacity) this.#grow();
    const at = ((this.#head + this.#count) % this.#capacity) * COLUMNS;
    this.#rows[at] = this.#lastArrivalMs;
    this.#rows[at + 1] = kind;
    this.#rows[at + 2] = first;
    this.#rows[at + 3] = second;
    this.#count += 1;
  }

  /** Takes the next item away. */
  drop(): void {
    this.#head = (this.#head + 1) % this.#capacity;
    this.#count -= 1;
  }

  #grow(): void {
    const rows = new Float64Array(this.#capacity * 2 * COLUMNS);
    const firstPart = this.#rows.subarray(this.#head * COLUMNS);
    rows.set(firstPart);
    rows.set(this.#rows.subarray(0, this.#head * COLUMNS), firstPart.length);
    this.#rows = rows;
    this.#head = 0;
    this.#capacity *= 2;
  }
}
