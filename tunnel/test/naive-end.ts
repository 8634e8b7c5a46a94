// A second end of a tunnel, written from SPEC.md sections 8 to 12 alone, slow and plain: it counts every tick and keeps the
// names of section 9.1. It plays the event lists of proto/vectors and shares no code with src/ or the generator.

import { type Head, type Line, NaiveStreams } from './naive-streams.ts';

interface Control {
  start?: { number: number; position: number };
  demand?: number;
  lastStream?: number;
}

interface Slot {
  /** Deadline. */
  at: number;
  size: number;
  /** Number of its period; 0 outside periods. */
  period: number;
}

const NEVER = Number.NEGATIVE_INFINITY;

export function naiveLines(head: Head, inputs: readonly Line[]): Line[] {
  const end = new NaiveEnd(head, inputs);
  for (let i = 0; i < inputs.length; ) {
    const first = inputs[i] as Line;
    let next = i + 1;
    while (first.event.startsWith('read-') && inputs[next]?.at === first.at && inputs[next]?.event.startsWith('read-'))
      next += 1;
    end.input(inputs.slice(i, next));
    i = next;
  }
  return end.lines;
}

class NaiveEnd {
  readonly lines: Line[] = [];
  readonly #arrivals: Line[];
  readonly #isDevice: boolean;
  readonly #ilp: boolean;
  // Parameters, 7.1
  readonly #T: number;
  readonly #N: number;
  readonly #G: number;
  readonly #W: number;
  readonly #g: number;
  readonly #f: number;
  readonly #M: number;
  readonly #beta: number;
  readonly #interval: number;
  readonly #head: Head;
  // State, 9.1
  #k = 0;
  #r = 0;
  #idle = true;
  #led = false;
  #restUntil = NEVER;
  #inRun = 0;
  #start = 0;
  readonly #pos = new Map<number, number>();
  #demandUntil = NEVER;
  #owedUntil = NEVER;
  // What 9.5 and 8 need beside it
  #now = NEVER;
  #lastTick = NEVER;
  #stoppedUntil = NEVER;
  #decided = false;
  #index = 0;
  #outside = 0;
  readonly #said = new Set<number>();
  #announce = false;
  #unconditional = false;
  #waitUntil = NEVER;
  #u = 0.5;
  #blocked = false;
  #over = false;
  #begun = false;
  // The frame of the next slot, and what waits for it
  #closed = false;
  #controls: Control[] = [];
  readonly #streams: NaiveStreams;
  // 12.1
  #wish = false;
  #closeAt = Number.POSITIVE_INFINITY;
  #lastPeriod: number | undefined;

  constructor(head: Head, inputs: readonly Line[]) {
    const number = (name: string): number => Number(head[name]);
    this.#head = head;
    this.#arrivals = inputs.filter(({ event }) => event === 'virtual');
    this.#isDevice = head['role'] === 'device';
    this.#ilp = head['mode'] === 'ILP';
    this.#T = number('period');
    this.#interval = number(this.#isDevice ? 'up' : 'down');
    this.#N = Math.round(this.#T / this.#interval);
    this.#G = number('lead');
    this.#W = number('hold');
    this.#g = number('rest');
    this.#f = number('follower_offset');
    this.#M = number('longest_run');
    this.#beta = number('background');
    this.#streams = new NaiveStreams(head);
  }

  // Time

  input(lines: readonly Line[]): void {
    const { at } = lines[0] as Line;
    if (this.#begun && !this.#over) {
      const from = this.#lastTick === NEVER ? Math.ceil(this.#now) : this.#lastTick + 1;
      for (let t = from; t <= at && !this.#over; t += 1) if (t >= this.#stoppedUntil) this.#tick(t);
    }
    this.lines.push(...lines.filter(({ event }) => event !== 'look'));
    if (this.#over) return;
    this.#now = at;
    if (this.#begun && !this.#ilp) this.#settle(at);
    if (this.#begun) this.#closeIfPast(at);
    const open = this.#open(at);
    const could = this.#streams.canLeave;
    for (const line of lines) if (!this.#over) this.#apply(line);
    // 9.3, number 2: credit that comes while demand is closed.
    if (!open && !could && this.#streams.canLeave && lines.some(({ event }) => event.endsWith('-credit')))
      this.#waitUntil = at + this.#u * this.#beta;
  }

  #tick(t: number): void {
    this.#lastTick = t;
    this.#now = t;
    const before = this.#next();
    if (Math.ceil(before.at) <= t) {
      this.#closeIfPast(t);
      this.#takeControl(before);
    }
    if (this.#closes(t, before)) return;
    if (!this.#ilp) {
      this.#settle(t);
      this.#arrive(t);
      if (this.#idle && t >= this.#restUntil && (this.#unconditional || this.#starts(t))) {
        this.#led = true;
        this.#k += 1;
        this.#begin(this.#k, t + 1, 1);
        // The background slot that it takes the place of is gone.
        this.#closed = false;
      }
    }
    const slot = this.#due(t);
    if (slot !== undefined) this.#leave(slot);
  }

  /** 9.5: what was due by `x`, each as of its own time. */
  #settle(x: number): void {
    while (!this.#idle) {
      const at = this.#decided ? this.#start + this.#T : this.#start + this.#T - this.#G;
      if (at > x) return;
      this.#arrive(at);
      if (this.#decided) this.#boundary(at);
      else this.#decide(at, x);
    }
  }

  #decide(at: number, x: number): void {
    this.#decided = true;
    if (this.#k !== this.#r || x >= this.#start + this.#T) return;
    const powerOfTwo = Number.isInteger(Math.log2(this.#inRun));
    const goesOn =
      this.#lastPeriod === undefined
        ? this.#inRun < this.#M && (this.#open(at) || !powerOfTwo)
        : this.#r < this.#lastPeriod;
    if (!goesOn) return;
    this.#k = this.#r + 1;
    this.#pos.set(this.#k, Math.max(this.#pos.get(this.#k) ?? 0, this.#inRun + 1));
    this.#announce = true;
  }

  #boundary(at: number): void {
    this.#announce = false;
    if (this.#k > this.#r) {
      const next = this.#r + 1;
      this.#begin(next, at, Math.max(this.#inRun + 1, this.#pos.get(next) ?? 0));
      return;
    }
    this.#idle = true;
    this.#restUntil = at + this.#g + (this.#led ? 0 : this.#G);
    this.#outside = at - this.#T / this.#N + this.#beta;
    this.#closed = false;
  }

  #begin(number: number, start: number, position: number): void {
    this.#idle = false;
    this.#unconditional = false;
    this.#r = number;
    this.#inRun = position;
    this.#start = start;
    this.#decided = false;
    this.#index = 0;
  }

  #arrive(x: number): void {
    for (let first = this.#arrivals[0]; first !== undefined && first.at <= x; first = this.#arrivals[0]) {
      this.#arrivals.shift();
      const until = first.at + Number(first['duration']);
      this.#demandUntil = Math.max(this.#demandUntil, until);
      this.#owedUntil = Math.max(this.#owedUntil, until);
    }
  }

  // Demand, 9.2 and 9.3

  #open(t: number): boolean {
    return t < this.#demandUntil || this.#queuedActive();
  }

  #starts(t: number): boolean {
    if (this.#lastPeriod !== undefined) return false;
    return t < this.#demandUntil || (this.#queuedActive() && t >= this.#waitUntil);
  }

  #queuedActive(): boolean {
    const demandWaits = this.#controls.some(({ demand }) => demand !== undefined);
    return this.#streams.canLeave || this.#streams.frameIsActive || demandWaits;
  }

  // Slots, 8

  /** The next slot, as known now. */
  #next(): Slot {
    const inside = Number(this.#head['frame_size']);
    if (this.#ilp) return { at: this.#outside, size: inside, period: 0 };
    const slot = (i: number): number => this.#start + (i * this.#T) / this.#N;
    const background = { size: Number(this.#head['background_size']), period: 0 };
    if (this.#idle) return { at: this.#outside, ...background };
    if (this.#index < this.#N) return { at: slot(this.#index), size: inside, period: this.#r };
    if (this.#k > this.#r) return { at: this.#start + this.#T, size: inside, period: this.#r + 1 };
    return { at: this.#start + this.#T - this.#T / this.#N + this.#beta, ...background };
  }

  /** The slot that leaves in tick `t`: the last that is due. */
  #due(t: number): Slot | undefined {
    let found: Slot | undefined;
    for (let next = this.#next(); Math.ceil(next.at) <= t; next = this.#next()) {
      if (!this.#ilp && !this.#idle && next.period !== this.#r) break;
      found = next;
      if (this.#ilp) this.#outside += this.#interval;
      else if (this.#idle) this.#outside += this.#beta;
      else this.#index += 1;
    }
    return found;
  }

  #leave(slot: Slot): void {
    const isFirst = this.#wish && this.#closeAt === Number.POSITIVE_INFINITY;
    if (isFirst) {
      this.#closeAt = slot.at + this.#T;
      if (!this.#ilp) this.#lastPeriod = Math.max(this.#lastPeriod ?? 0, this.#index > 1 ? this.#r + 1 : this.#r);
    }
    this.#closed = false;
    if (this.#blocked) return;
    this.#say('frame', { bytes: slot.size });
    for (const { start, demand, lastStream } of this.#controls) {
      if (start !== undefined) this.#say('sent-period-start', start);
      if (demand !== undefined) this.#say('sent-demand', { remaining: demand });
      if (lastStream !== undefined) this.#say('sent-goaway', { last_stream: lastStream });
      if (demand !== undefined) this.#demandUntil = Math.max(this.#demandUntil, slot.at + demand);
    }
    if (this.#streams.frameIsActive) this.#demandUntil = Math.max(this.#demandUntil, slot.at + this.#W);
    for (const { event, fields } of this.#streams.takeFields()) this.#say(event, fields);
    this.#controls = [];
  }

  // Frames, 6.4 and 8.6

  #closeIfPast(x: number): void {
    const next = this.#next();
    if (this.#closed || x <= Math.ceil(next.at) - 1) return;
    this.#closed = true;
    this.#takeControl(next);
    const control = this.#controls.reduce((sum, each) => sum + controlBytes(each), 0);
    const reserve = this.#ilp ? 0 : next.size < 256 ? 48 : 96;
    this.#streams.fill(next.size, control, reserve, next.period === 0 && !this.#ilp);
  }

  #takeControl({ at, period }: Slot): void {
    if (this.#ilp || period === 0) return;
    const control: Control = {};
    if (!this.#said.has(period)) {
      this.#said.add(period);
      if (period > this.#r) this.#announce = false;
      const position = period === this.#r ? this.#inRun : Math.max(this.#inRun + 1, this.#pos.get(period) ?? 0);
      control.start = { number: period, position };
    } else if (this.#announce) {
      this.#announce = false;
      control.start = { number: this.#k, position: Math.max(this.#inRun + 1, this.#pos.get(this.#k) ?? 0) };
    }
    if (this.#owedUntil > at) control.demand = Math.floor(this.#owedUntil - at + 0.5);
    this.#owedUntil = NEVER;
    if (control.start !== undefined || control.demand !== undefined) this.#controls.unshift(control);
  }

  // What comes

  #apply(line: Line): void {
    const number = (name: string): number => Number(line[name]);
    switch (line.event) {
      case 'begin':
        this.#begun = true;
        this.#outside = Math.ceil(line.at) + (this.#ilp ? this.#interval : this.#beta);
        this.#unconditional = this.#isDevice;
        return;
      case 'open':
        this.#streams.open(number('stream'), String(line['service']));
        return;
      case 'write':
        if (this.#streams.write(line)) this.#demandUntil = Math.max(this.#demandUntil, line.at + this.#W);
        return;
      case 'finish':
        this.#streams.finish(number('stream'));
        return;
      case 'take':
        this.#streams.take(number('stream'), number('bytes'));
        return;
      case 'close':
        this.#wish = true;
        this.#controls.push({ lastStream: this.#streams.lastStream });
        if (!this.#ilp && (this.#idle || this.#next().period === 0)) this.#unconditional = true;
        return;
      case 'draw':
        this.#u = number('u');
        return;
      case 'blocked':
      case 'unblocked':
        this.#blocked = line.event === 'blocked';
        return;
      case 'stopped':
        this.#stoppedUntil = number('until');
        return;
      case 'look':
        this.#look(line.at);
        return;
      case 'virtual':
      case 'end':
        return;
      case 'read-period-start':
        if (!this.#ilp) this.#readPeriodStart(number('number'), number('position'), line.at);
        return;
      case 'read-demand':
        this.#demandUntil = Math.max(this.#demandUntil, line.at + number('remaining'));
        return;
      case 'read-goaway':
        this.#lastPeriod = Math.max(this.#lastPeriod ?? 0, this.#k);
        return;
      default:
        if (line['active'] === 1) this.#demandUntil = Math.max(this.#demandUntil, line.at + this.#W);
        if (this.#streams.read(line)) this.#drop('stream');
    }
  }

  #readPeriodStart(n: number, j: number, now: number): void {
    if (n > this.#k + 1 || j > n) {
      this.#drop('period');
      return;
    }
    this.#pos.set(n, Math.max(this.#pos.get(n) ?? 0, j));
    if (n === this.#r && !this.#idle) this.#inRun = Math.max(this.#inRun, j);
    if (n !== this.#k + 1) return;
    this.#k = n;
    if (this.#idle) {
      this.#led = false;
      this.#begin(n, Math.ceil(now + this.#f), Math.max(1, this.#pos.get(n) ?? 0));
      this.#closed = false;
    } else if (this.#k - this.#r > 8) this.#drop('period');
  }

  // The end, 12

  /** Whether the tunnel ends in this tick. */
  #closes(t: number, next: Slot): boolean {
    if (t < this.#closeAt) return false;
    if (this.#ilp) {
      if (Math.ceil(next.at) > t) return false;
    } else {
      this.#settle(this.#closeAt - 1);
      if (!this.#idle) this.#closeAt = this.#start + this.#T;
      if (this.#closeAt > t) return false;
    }
    this.#say('alert', {});
    this.#over = true;
    return true;
  }

  #drop(fault: string): void {
    this.#say('dropped', { for: fault });
    this.#over = true;
  }

  #look(at: number): void {
    if (this.#ilp) return;
    const times = { rest_until: this.#restUntil, demand_until: this.#demandUntil, next_slot: this.#next().at };
    this.#say('look', {
      k: this.#k,
      r: this.#r,
      in_run: this.#inRun,
      idle: Number(this.#idle),
      led: Number(this.#led),
      ...Object.fromEntries(Object.entries(times).filter(([, time]) => time > at)),
    });
    this.#now = at;
  }

  #say(event: string, fields: Record<string, number | string>): void {
    this.lines.push({ at: this.#now, event, ...fields });
  }
}

/** Bytes of a CONTROL field: header, tag, and the message in Protocol Buffers, with parameters of version 1. */
function controlBytes({ start, demand, lastStream }: Control): number {
  const varint = (value: number): number => (value < 128 ? 1 : 1 + varint(Math.floor(value / 128)));
  const field = (value: number): number => (value === 0 ? 0 : 1 + varint(value));
  let bytes = 3 + 16;
  if (start !== undefined) bytes += 2 + field(start.number) + field(start.position) + field(1);
  if (demand !== undefined) bytes += 2 + field(demand);
  if (lastStream !== undefined) bytes += 2 + field(lastStream) + 2;
  return bytes;
}
