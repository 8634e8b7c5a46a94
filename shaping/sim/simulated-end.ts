// One end of a simulated tunnel: a shaper of the product and the frame that is prepared for its next slot. Does with
// frames what the tunnel does: the next one is prepared after a slot was written, and what appears later is added to it.
import type { Role, StpShaper } from '../src/index.ts';
import { DEMAND, type ItemKind, PERIOD_START, type Pipe } from './pipe.ts';

/** What one end's frames and transitions look like to a simulation. */
export interface EndObserver {
  /** A frame left. `arrivalMs` is when the peer reads it. */
  frame(end: SimulatedEnd, tickMs: number, bytes: number, arrivalMs: number): void;
  /** The end began a period, or fell idle (`end.shaper.running` tells); all else is in `end.shaper.clock`. */
  transition(end: SimulatedEnd, nowMs: number): void;
}

/** Payload of a simulation: puts bytes into frames that leave. */
export interface PayloadCarrier {
  /** A frame of `bytes` leaves `end` now: adds what it carries by `end.outgoing.carry`. */
  leave(end: SimulatedEnd, tickMs: number, bytes: number): void;
  arrive(end: SimulatedEnd, bytes: number, tag: number, nowMs: number): void;
}

export interface SimulatedEndOptions {
  readonly role: Role;
  readonly shaper: StpShaper;
  readonly outgoing: Pipe;
  readonly observer: EndObserver;
  readonly payload?: PayloadCarrier | undefined;
  /** Planted fault: virtual demand stays at the end where it arrived. */
  readonly keepDemand?: boolean;
  /** Planted fault: PeriodStart says nothing of the position in the run. */
  readonly hidePosition?: boolean;
}

const ITEM_COLUMNS = 3;
const MOST_ITEMS = 32;

export class SimulatedEnd {
  readonly role: Role;
  readonly shaper: StpShaper;
  readonly outgoing: Pipe;
  readonly #options: SimulatedEndOptions;
  /** Control of the prepared frame: kind and two values each. */
  readonly #items = new Float64Array(MOST_ITEMS * ITEM_COLUMNS);
  #itemCount = 0;
  #number = 0;
  #running = false;
  /** The tick from which the peer may be told of injected demand; Infinity if there is none. */
  #injectedMs = Number.POSITIVE_INFINITY;
  #injectedUntilMs = Number.NEGATIVE_INFINITY;
  #owedUntilMs = Number.NEGATIVE_INFINITY;
  #lastTick = Number.NEGATIVE_INFINITY;

  constructor(options: SimulatedEndOptions) {
    this.#options = options;
    this.role = options.role;
    this.shaper = options.shaper;
    this.outgoing = options.outgoing;
  }

  /** The next tick at which this end must be woken: every tick comes once. */
  get nextMs(): number {
    return Math.max(Math.min(this.shaper.nextMs, this.#injectedMs), this.#lastTick + 1);
  }

  tick(tickMs: number): void {
    this.#lastTick = tickMs;
    const bytes = this.shaper.advance(tickMs);
    this.#noteTransition(tickMs);
    if (bytes > 0) this.#send(tickMs, bytes);
    if (this.#injectedMs <= tickMs) {
      this.#injectedMs = Number.POSITIVE_INFINITY;
      this.#owedUntilMs = Math.max(this.#owedUntilMs, this.#injectedUntilMs);
      this.#injectedUntilMs = Number.NEGATIVE_INFINITY;
    }
    this.prepare(tickMs);
  }

  /** Delivers one item of a frame of the peer. */
  read(kind: ItemKind, first: number, second: number, nowMs: number): void {
    if (kind === PERIOD_START) this.shaper.receivePeriodStart({ number: first, position: second }, nowMs);
    else if (kind === DEMAND) this.shaper.demand(first, nowMs);
    else this.#options.payload?.arrive(this, first, second, nowMs);
    this.prepare(nowMs);
  }

  /**
   * An activity of known demand from outside of the cover process, as a read from a program's socket is: it opens demand
   * here, and its first bytes open as much at the peer.
   */
  inject(demandMs: number, nowMs: number): void {
    this.shaper.demand(demandMs, nowMs);
    this.#injectedMs = Math.ceil(nowMs);
    this.#injectedUntilMs = Math.max(this.#injectedUntilMs, nowMs + demandMs);
    this.prepare(nowMs);
  }

  /** Adds what the shaper has to say to the prepared frame. To be called after whatever may have changed the shaper. */
  prepare(nowMs: number): void {
    const { shaper } = this;
    for (let intent = shaper.takeControl(); intent !== undefined; intent = shaper.takeControl()) {
      if (intent.kind === 'periodStart') this.#put(PERIOD_START, intent.start.number, intent.start.position);
      else if (this.#options.keepDemand !== true) this.#putDemand(intent.untilMs);
    }
    if (this.#owedUntilMs > 0 && shaper.nextInPeriod) {
      this.#putDemand(this.#owedUntilMs);
      this.#owedUntilMs = Number.NEGATIVE_INFINITY;
    }
    this.#noteTransition(nowMs);
  }

  #noteTransition(nowMs: number): void {
    const { clock, running } = this.shaper;
    if (clock.running === this.#number && running === this.#running) return;
    this.#number = clock.running;
    this.#running = running;
    this.#options.observer.transition(this, nowMs);
  }

  #putDemand(untilMs: number): void {
    this.#put(DEMAND, Math.max(0, Math.round(untilMs - this.shaper.nextSlotMs)), 0);
  }

  #put(kind: ItemKind, first: number, second: number): void {
    if (this.#itemCount === MOST_ITEMS) throw new RangeError('more control than a simulated frame holds');
    const at = this.#itemCount * ITEM_COLUMNS;
    this.#items[at] = kind;
    this.#items[at + 1] = first;
    this.#items[at + 2] = kind === PERIOD_START && this.#options.hidePosition === true ? 1 : second;
    this.#itemCount += 1;
  }

  #send(tickMs: number, bytes: number): void {
    const arrivalMs = this.outgoing.send(tickMs);
    for (let at = 0; at < this.#itemCount * ITEM_COLUMNS; at += ITEM_COLUMNS) {
      const kind = this.#items[at] as ItemKind;
      this.outgoing.carry(kind, this.#items[at + 1] as number, this.#items[at + 2] as number);
    }
    this.#itemCount = 0;
    this.#options.payload?.leave(this, tickMs, bytes);
    this.#options.observer.frame(this, tickMs, bytes, arrivalMs);
  }
}
