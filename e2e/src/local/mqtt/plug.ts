// One device of the case `mqtt`: its publishers and subscriber beside its agent, what was sent when in each direction, and what
// came. Knows nothing of when to send.
import type { Child } from '../../harness/child.ts';
import type { TapRecord } from '../../harness/tap-rows.ts';
import { machineNowMs } from '../../replay/replay-end.ts';
import type { Direction } from '../../replay/table.ts';
import type { Agent, Stack } from '../rig/stack.ts';
import { type Broker, startPublisher, startSubscriber } from './mosquitto.ts';
import { directions, type PlugTiming, SenderHistory, type SenderState } from './sender-state.ts';

/** A message may take so long from the publisher's stdin to the end of the tunnel that sends it. */
const transitMs = 10;
/** The tap's output is up to 0.2 s behind. */
export const tapLagMs = 300;
const longestPayload = 200;

export interface Message {
  readonly atMs: number;
  /** Monotonic, ms: when each copy came. */
  readonly arrivals: number[];
}

export interface PlugOptions {
  readonly stack: Stack;
  readonly broker: Broker;
  readonly agent: Agent;
  /** Number of its connection at the tap. */
  readonly connection: number;
  readonly timing: PlugTiming;
  /** What to add to the machine's monotonic clock to get ms since 1970. */
  readonly epochOffsetMs: number;
}

export class Plug {
  readonly device: string;
  readonly timing: PlugTiming;
  readonly messages: Readonly<Record<Direction, Message[]>> = { up: [], down: [] };
  /** Numbers of the messages as they came. */
  readonly order: Readonly<Record<Direction, number[]>> = { up: [], down: [] };
  readonly #options: PlugOptions;
  readonly #publishers: Partial<Record<Direction, Child>> = {};

  constructor(options: PlugOptions) {
    this.#options = options;
    this.device = options.agent.device;
    this.timing = options.timing;
  }

  /** Subscribes and connects both publishers: what goes up leaves by the agent's port, what goes down comes in by it. */
  async open(): Promise<void> {
    const { broker, agent, stack } = this.#options;
    const { place } = stack;
    const [local, direct] = [agent.port('mqtt'), broker.port];
    const topic = (direction: Direction) => `${direction}/${this.device}`;
    const receive = (direction: Direction) => ({
      id: `${this.device}-sub-${direction}`,
      port: direction === 'up' ? direct : local,
      topic: topic(direction),
      onMessage: (epochMs: number, payload: string) => this.#arrived(direction, epochMs, payload),
    });
    await Promise.all(directions.map((direction) => startSubscriber(place, broker, receive(direction))));
    const publish = (direction: Direction) => ({
      id: `${this.device}-pub-${direction}`,
      port: direction === 'up' ? local : direct,
      topic: topic(direction),
    });
    await Promise.all(
      directions.map(async (direction) => {
        this.#publishers[direction] = await startPublisher(place, broker, publish(direction));
      }),
    );
  }

  /** Records of its connection so far. */
  get records(): TapRecord[] {
    const { stack, connection } = this.#options;
    return stack.records.filter((record) => record.connection === connection);
  }

  /** Publishes one message of `bytes` bytes, at most 200. */
  send(direction: Direction, bytes: number): void {
    const number = this.messages[direction].length;
    const payload = `${number} `.padEnd(Math.min(bytes, longestPayload), 'x');
    this.messages[direction].push({ atMs: machineNowMs(), arrivals: [] });
    this.#publishers[direction]?.write(`${payload}\n`);
  }

  /** The state that each message met whose surroundings are known; undefined for the latest. */
  states(direction: Direction): (SenderState | undefined)[] {
    const history = new SenderHistory(this.records, direction, this.timing);
    return this.messages[direction].map(({ atMs }) =>
      this.#isKnown(atMs) ? history.stateAt(atMs, transitMs) : undefined,
    );
  }

  /** How many messages came in the last stretch of a period of a run. */
  turns(direction: Direction): number {
    const history = new SenderHistory(this.records, direction, this.timing);
    return this.messages[direction].filter(({ atMs }) => this.#isKnown(atMs) && history.isTurnAt(atMs, transitMs))
      .length;
  }

  #isKnown(atMs: number): boolean {
    return atMs < machineNowMs() - tapLagMs - transitMs;
  }

  #arrived(direction: Direction, epochMs: number, payload: string): void {
    const number = Number.parseInt(payload, 10);
    this.order[direction].push(number);
    this.messages[direction][number]?.arrivals.push(epochMs - this.#options.epochOffsetMs);
  }
}
