// STP (Apthorpe et al. 2019) at one end: background slots while idle, N slots of one size in every period, the period
// clock and the cover process behind them. period-clock.md sections 2 to 4, SPEC.md sections 8 to 10.
import type { CoverProcess } from './cover-process.ts';
import { constantOf, type ShapingParameters } from './parameters.ts';
import { PeriodClock, type PeriodStart } from './period-clock.ts';
import type { ControlIntent, Shaper } from './shaper.ts';

export type Role = 'device' | 'cloud';

export interface StpShaperOptions {
  readonly parameters: ShapingParameters;
  readonly role: Role;
  readonly cover: CoverProcess;
  /** When the bootstrap exchange ended at this end, in ms: background slots count from it until the first run. */
  readonly startMs: number;
}

export class StpShaper implements Shaper {
  readonly #clock: PeriodClock;
  readonly #cover: CoverProcess;
  readonly #periodMs: number;
  readonly #distanceMs: number;
  readonly #slots: number;
  readonly #frameSize: number;
  readonly #backgroundMs: number;
  readonly #backgroundSize: number;
  readonly #holdMs: number;
  readonly longestPeerGapMs: number;
  /** Next slot of the running period; equal to #slots when all have passed. */
  #index = 0;
  /** Number of the period whose slots #index counts. */
  #slotsOf = 0;
  #backgroundNextMs: number;
  /** Highest period whose first frame has been told to carry its PeriodStart. */
  #announcedFirst = 0;
  /** How long the demand reaches of which the peer must be told; −Infinity if of none. */
  #owedUntilMs = Number.NEGATIVE_INFINITY;
  #inPeriod = false;
  #slotMs = 0;
  #lateSkips = 0;
  #periodsLed = 0;
  #nextMs: number;

  constructor({ parameters, role, cover, startMs }: StpShaperOptions) {
    this.#clock = new PeriodClock(parameters);
    this.#cover = cover;
    const [own, peer] =
      role === 'device' ? [parameters.upstream, parameters.downstream] : [parameters.downstream, parameters.upstream];
    this.#periodMs = parameters.periodMs;
    this.#slots = Math.round(parameters.periodMs / constantOf(own.interval));
    this.#distanceMs = this.#periodMs / this.#slots;
    this.#frameSize = parameters.frameSize;
    this.#backgroundMs = parameters.background.intervalMs;
    this.#backgroundSize = parameters.background.frameSize;
    this.#holdMs = parameters.holdMs;
    this.longestPeerGapMs = this.#backgroundMs + constantOf(peer.interval);
    this.#backgroundNextMs = Math.ceil(startMs) + this.#backgroundMs;
    this.#nextMs = 0;
    this.#plan(startMs);
  }

  /** The clock's state, for tests, simulations and status; not to be changed through it. */
  get clock(): PeriodClock {
    return this.#clock;
  }
  get nextMs(): number {
    return this.#nextMs;
  }
  get slotMs(): number {
    return this.#slotMs;
  }
  get inPeriod(): boolean {
    return this.#inPeriod;
  }
  get lateSkips(): number {
    return this.#lateSkips;
  }
  get periods(): number {
    return this.#clock.running;
  }
  get periodsLed(): number {
    return this.#periodsLed;
  }
  get running(): boolean {
    return !this.#clock.idle;
  }

  get nextSlotMs(): number {
    if (this.#clock.idle) return this.#backgroundNextMs;
    if (this.#slotsOf !== this.#clock.running) return this.#clock.startMs;
    if (this.#index < this.#slots) return this.#slotAt(this.#index);
    if (this.#clock.known > this.#clock.running) return this.#clock.endMs;
    return this.#clock.endMs - this.#distanceMs + this.#backgroundMs;
  }

  get nextBytes(): number {
    return this.nextInPeriod ? this.#frameSize : this.#backgroundSize;
  }

  get nextInPeriod(): boolean {
    return this.#nextSlotPeriod() > 0;
  }

  periodEndMs(atMs: number): number {
    // Boundaries before that time are crossed first: the tick that asks may come late. One at that time is the end itself.
    this.#settle(atMs - 1);
    return this.#clock.idle ? atMs : this.#clock.endMs;
  }

  advance(tickMs: number): number {
    this.#settle(tickMs);
    this.#takeArrivals(tickMs);
    // A start, whatever its cause, takes the tick's time.
    if (this.#clock.idle) this.#transition(tickMs, tickMs);
    const size = this.#dueSlot(tickMs);
    this.#plan(tickMs + 1);
    return size;
  }

  activity(nowMs: number): void {
    this.#settle(nowMs);
    this.#clock.openDemand(nowMs + this.#holdMs, nowMs);
    this.#plan(nowMs);
  }

  setPayloadQueued(queued: boolean, nowMs: number, fromMs = nowMs): void {
    if (queued === this.#clock.payloadQueued) return;
    this.#settle(nowMs);
    if (queued) this.#clock.openDemand(nowMs, nowMs, fromMs);
    this.#clock.payloadQueued = queued;
    this.#plan(nowMs);
  }

  startUnconditional(nowMs: number): void {
    this.#settle(nowMs);
    this.#clock.startUnconditional(!this.nextInPeriod);
    this.#plan(nowMs);
  }

  closing(by: 'own' | 'peer'): void {
    const { running, known } = this.#clock;
    // The end comes T after the first slot of the closing: with the period in which that lies if it is the period's first.
    const ends = this.#clock.idle || this.#index <= 1 ? running : running + 1;
    this.#clock.closeAfter(by === 'own' ? ends : known);
  }

  receivePeriodStart(start: PeriodStart, nowMs: number): void {
    this.#settle(nowMs);
    const wasIdle = this.#clock.idle;
    this.#clock.receive(start, nowMs);
    if (wasIdle && !this.#clock.idle) this.#enterPeriod();
    this.#plan(nowMs);
  }

  demand(remainingMs: number, nowMs: number): void {
    this.#settle(nowMs);
    this.#clock.openDemand(nowMs + remainingMs, nowMs);
    this.#plan(nowMs);
  }

  takeControl(): ControlIntent | undefined {
    const period = this.#nextSlotPeriod();
    if (period > this.#announcedFirst) {
      this.#announcedFirst = period;
      if (period > this.#clock.running) this.#clock.takeAnnouncement();
      return { kind: 'periodStart', start: this.#clock.describe(period) };
    }
    const announcement = this.#clock.takeAnnouncement();
    if (announcement !== undefined) return { kind: 'periodStart', start: announcement };
    return period > 0 ? this.#takeDemand() : undefined;
  }

  /**
   * Demand of virtual activities, for a slot of a period: its time is fixed, so what remains then is known. A background
   * slot could still become the first of a run, long before its time; and demand that outlives a rest opens that run.
   */
  #takeDemand(): ControlIntent | undefined {
    const untilMs = this.#owedUntilMs;
    this.#owedUntilMs = Number.NEGATIVE_INFINITY;
    return untilMs > this.nextSlotMs ? { kind: 'demand', untilMs } : undefined;
  }

  /** Number of the period in which the next slot lies as known now; 0 for the background. */
  #nextSlotPeriod(): number {
    if (this.#clock.idle) return 0;
    if (this.#slotsOf !== this.#clock.running || this.#index < this.#slots) return this.#clock.running;
    return this.#clock.known > this.#clock.running ? this.#clock.running + 1 : 0;
  }

  /** Carries out what was due in the running period by `nowMs`, at its own time: before anything that happens now. */
  #settle(nowMs: number): void {
    while (!this.#clock.idle) {
      const dueMs = this.#clock.nextMs(nowMs);
      if (dueMs > nowMs) return;
      this.#takeArrivals(dueMs);
      this.#transition(dueMs, nowMs);
    }
  }

  #transition(dueMs: number, nowMs: number): void {
    const { idle, running } = this.#clock;
    this.#clock.advance(dueMs, nowMs);
    if (!idle && (this.#clock.idle || this.#clock.running !== running)) this.#leavePeriod();
    if (this.#clock.running !== running) this.#enterPeriod();
    else if (!idle && this.#clock.idle) this.#backgroundNextMs = dueMs - this.#distanceMs + this.#backgroundMs;
  }

  /** Virtual activities that have arrived by `nowMs`. */
  #takeArrivals(nowMs: number): void {
    while (this.#cover.nextMs <= nowMs) {
      const arrivedMs = this.#cover.nextMs;
      const untilMs = arrivedMs + this.#cover.take();
      this.#clock.openDemand(untilMs, arrivedMs);
      this.#owedUntilMs = Math.max(this.#owedUntilMs, untilMs);
    }
  }

  #enterPeriod(): void {
    this.#slotsOf = this.#clock.running;
    this.#index = 0;
    if (this.#clock.led) this.#periodsLed += 1;
  }

  /** Slots of the past period that no tick came for in time are gone (no catching up). */
  #leavePeriod(): void {
    this.#lateSkips += this.#slots - this.#index;
    this.#index = this.#slots;
  }

  /**
   * Deadline of a slot of the running period. By whole numbers first: with a distance such as 5,000 / 150 a product of it would
   * come out above the tick that it means, and the slot a tick late.
   */
  #slotAt(index: number): number {
    return this.#clock.startMs + (index * this.#periodMs) / this.#slots;
  }

  #dueSlot(tickMs: number): number {
    if (this.#clock.idle) {
      if (tickMs < this.#backgroundNextMs) return 0;
      const passed = Math.floor((tickMs - this.#backgroundNextMs) / this.#backgroundMs);
      this.#lateSkips += passed;
      this.#slotMs = this.#backgroundNextMs + passed * this.#backgroundMs;
      this.#backgroundNextMs += (passed + 1) * this.#backgroundMs;
      this.#inPeriod = false;
      return this.#backgroundSize;
    }
    if (this.#index >= this.#slots || tickMs < this.#slotAt(this.#index)) return 0;
    const due = Math.min(this.#slots - 1, Math.floor(((tickMs - this.#clock.startMs) * this.#slots) / this.#periodMs));
    // At times above 10^12 ms a slot's deadline may round to the tick before it.
    const slot = Math.max(due, this.#index);
    this.#lateSkips += slot - this.#index;
    this.#index = slot + 1;
    this.#slotMs = this.#slotAt(slot);
    this.#inPeriod = true;
    return this.#frameSize;
  }

  #plan(nowMs: number): void {
    let nextMs = Math.min(this.#clock.nextMs(nowMs), this.#cover.nextMs);
    if (this.#clock.idle) nextMs = Math.min(nextMs, this.#backgroundNextMs);
    else if (this.#index < this.#slots) nextMs = Math.min(nextMs, this.#slotAt(this.#index));
    this.#nextMs = Math.ceil(nextMs);
  }
}
