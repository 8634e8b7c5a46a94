// Real activities as payload: messages that wait in queues, leave in slots, and call for answers once they have arrived.
// Calls the shaper as the tunnel does, and nothing else.
import type { Random, Role } from '../src/index.ts';
import { type ActivityShape, drawShape } from './activity-shapes.ts';
import { PAYLOAD } from './pipe.ts';
import type { PayloadCarrier, SimulatedEnd } from './simulated-end.ts';
import type { OutsideEvents, Simulation } from './simulation.ts';

/** Bytes of a frame that plain data cannot use (SPEC.md). */
const FRAME_OVERHEAD = 7;
const NOTHING_COMPLETE = -1;

interface Chain {
  readonly id: number;
  readonly shape: ActivityShape;
  step: number;
  dueMs: number;
}

interface Message {
  readonly chain: Chain;
  left: number;
}

export interface PayloadTrafficOptions {
  readonly random: Random;
  /** Time until the next activity, in ms. */
  gap(random: Random): number;
  /** Payload was queued, sent or received at one end; `began` if with it an activity began. */
  onActivity?(role: Role, nowMs: number, began: boolean): void;
}

const peerOf = { device: 'cloud', cloud: 'device' } as const satisfies Record<Role, Role>;

export class PayloadTraffic implements OutsideEvents, PayloadCarrier {
  readonly #options: PayloadTrafficOptions;
  readonly #queues: Record<Role, Message[]> = { device: [], cloud: [] };
  /** Steps that wait for their time. */
  #waiting: Chain[] = [];
  readonly #chains = new Map<number, Chain>();
  #nextActivityMs: number;
  #nextStepMs = Number.POSITIVE_INFINITY;
  #begun = 0;

  constructor(options: PayloadTrafficOptions) {
    this.#options = options;
    this.#nextActivityMs = options.gap(options.random);
  }

  get nextMs(): number {
    return Math.min(this.#nextActivityMs, this.#nextStepMs);
  }

  act(simulation: Simulation): void {
    if (this.#nextActivityMs > this.#nextStepMs) this.#takeStep(simulation);
    else this.#begin(simulation);
  }

  #begin(simulation: Simulation): void {
    const atMs = this.#nextActivityMs;
    const chain: Chain = { id: this.#begun, shape: drawShape(this.#options.random), step: 0, dueMs: atMs };
    this.#begun += 1;
    this.#chains.set(chain.id, chain);
    this.#nextActivityMs = atMs + this.#options.gap(this.#options.random);
    this.#queue(simulation, chain, true);
  }

  leave(end: SimulatedEnd, tickMs: number, bytes: number): void {
    const queue = this.#queues[end.role];
    if (queue.length === 0) return;
    let room = bytes - FRAME_OVERHEAD;
    while (room > 0) {
      const message = queue[0];
      if (message === undefined) break;
      const taken = Math.min(room, message.left);
      room -= taken;
      message.left -= taken;
      if (message.left === 0) queue.shift();
      end.outgoing.carry(PAYLOAD, taken, message.left === 0 ? message.chain.id : NOTHING_COMPLETE);
    }
    this.#note(end, tickMs, false);
    if (queue.length === 0) end.shaper.setPayloadQueued(false, tickMs);
  }

  arrive(end: SimulatedEnd, _bytes: number, completed: number, nowMs: number): void {
    this.#note(end, nowMs, false);
    const chain = this.#chains.get(completed);
    if (chain === undefined) return;
    chain.step += 1;
    const step = chain.shape.steps[chain.step];
    if (step === undefined) {
      this.#chains.delete(completed);
      return;
    }
    chain.dueMs = nowMs + step.afterMs;
    this.#waiting.push(chain);
    this.#nextStepMs = Math.min(this.#nextStepMs, chain.dueMs);
  }

  #takeStep(simulation: Simulation): void {
    const dueMs = this.#nextStepMs;
    const due = this.#waiting.filter((chain) => chain.dueMs <= dueMs);
    this.#waiting = this.#waiting.filter((chain) => chain.dueMs > dueMs);
    this.#nextStepMs = Math.min(...this.#waiting.map((chain) => chain.dueMs));
    for (const chain of due) this.#queue(simulation, chain, false);
  }

  #queue(simulation: Simulation, chain: Chain, began: boolean): void {
    const step = chain.shape.steps[chain.step];
    if (step === undefined) return;
    const role = step.by === 'origin' ? chain.shape.origin : peerOf[chain.shape.origin];
    const end = simulation[role];
    this.#queues[role].push({ chain, left: step.bytes });
    this.#note(end, chain.dueMs, began);
    end.shaper.setPayloadQueued(true, chain.dueMs);
    end.prepare(chain.dueMs);
  }

  #note(end: SimulatedEnd, nowMs: number, began: boolean): void {
    end.shaper.activity(nowMs);
    this.#options.onActivity?.(end.role, nowMs, began);
  }
}
