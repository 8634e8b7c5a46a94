// Two ends of a tunnel in STP joined by two pipes, on virtual time: ticks, arrivals and outside events in the order of
// their times. The shapers are the product's; the network, the machine's lateness and what is observed are arguments.
import { type CoverProcess, type Role, type ShapingParameters, StpShaper } from '../src/index.ts';
import type { Delay } from './delay.ts';
import { Pipe } from './pipe.ts';
import { type EndObserver, type PayloadCarrier, SimulatedEnd } from './simulated-end.ts';

/** Events from outside: activities of a list, say. */
export interface OutsideEvents {
  /** Time of the next event, in ms; Infinity after the last. */
  readonly nextMs: number;
  act(simulation: Simulation): void;
}

/** How late the machine of an end is. Both must not decrease. */
export interface Lateness {
  /** When a tick that is due at `dueMs` is carried out; the end then sees the tick floor(result). */
  wakeMs(role: Role, dueMs: number): number;
  /** When what arrived at `arrivalMs` is read. */
  readMs(role: Role, arrivalMs: number): number;
}

export interface SimulationOptions {
  readonly parameters: ShapingParameters;
  readonly covers: Readonly<Record<Role, CoverProcess>>;
  readonly delays: Readonly<Record<Role, Delay>>;
  readonly observer: EndObserver;
  readonly payload?: PayloadCarrier;
  readonly outside?: OutsideEvents;
  readonly lateness?: Lateness;
  /** Planted faults: see SimulatedEndOptions. */
  readonly keepDemand?: boolean;
  readonly hidePosition?: boolean;
  /** When the session begins at each end, in ms. */
  readonly startMs?: Readonly<Record<Role, number>>;
}

const nothing: OutsideEvents = { nextMs: Number.POSITIVE_INFINITY, act() {} };

export class Simulation {
  readonly device: SimulatedEnd;
  readonly cloud: SimulatedEnd;
  readonly #outside: OutsideEvents;
  readonly #lateness: Lateness | undefined;
  #nowMs: number;

  /** Both ends begin, and the device starts the unconditional first run. */
  constructor(options: SimulationOptions) {
    const { parameters, covers, delays, startMs = { device: 0, cloud: 0 } } = options;
    const end = (role: Role): SimulatedEnd =>
      new SimulatedEnd({
        ...options,
        role,
        shaper: new StpShaper({ parameters, role, cover: covers[role], startMs: startMs[role] }),
        outgoing: new Pipe(delays[role]),
      });
    this.device = end('device');
    this.cloud = end('cloud');
    this.#outside = options.outside ?? nothing;
    this.#lateness = options.lateness;
    this.#nowMs = Math.min(startMs.device, startMs.cloud);
    this.device.shaper.startUnconditional(startMs.device);
    this.device.prepare(startMs.device);
  }

  get nowMs(): number {
    return this.#nowMs;
  }

  /** Carries out all events up to `untilMs`. At one time ticks come first, then arrivals, then events from outside. */
  runUntil(untilMs: number): void {
    while (this.step(untilMs));
  }

  /** Carries out one event, if one is due by `untilMs`. */
  step(untilMs: number): boolean {
    const { device, cloud } = this;
    const deviceTick = this.#wake('device', device.nextMs);
    const cloudTick = this.#wake('cloud', cloud.nextMs);
    const upArrival = this.#read('cloud', device.outgoing.nextMs);
    const downArrival = this.#read('device', cloud.outgoing.nextMs);
    const outsideMs = this.#outside.nextMs;
    const tickMs = Math.min(deviceTick, cloudTick);
    const arrivalMs = Math.min(upArrival, downArrival);
    const nextMs = Math.max(this.#nowMs, Math.min(tickMs, arrivalMs, outsideMs));
    if (nextMs > untilMs) return false;
    this.#nowMs = nextMs;
    if (tickMs <= nextMs) (deviceTick <= cloudTick ? device : cloud).tick(Math.floor(nextMs));
    else if (upArrival <= nextMs && upArrival <= downArrival) this.#deliver(device.outgoing, cloud);
    else if (downArrival <= nextMs) this.#deliver(cloud.outgoing, device);
    else this.#outside.act(this);
    return true;
  }

  #wake(role: Role, dueMs: number): number {
    return this.#lateness === undefined || dueMs === Number.POSITIVE_INFINITY
      ? dueMs
      : this.#lateness.wakeMs(role, dueMs);
  }

  #read(role: Role, arrivalMs: number): number {
    if (this.#lateness === undefined || arrivalMs === Number.POSITIVE_INFINITY) return arrivalMs;
    return this.#lateness.readMs(role, arrivalMs);
  }

  #deliver(pipe: Pipe, to: SimulatedEnd): void {
    const { kind, first, second } = pipe;
    pipe.drop();
    to.read(kind, first, second, this.#nowMs);
  }
}
