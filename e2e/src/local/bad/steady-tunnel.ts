// A tunnel that must not notice what others do: in mode ILP, so that every missing frame shows, with one stream that is echoed
// all the time.

import { connect, type Socket } from 'node:net';
import type { Faults, Figures } from '../../harness/cases.ts';
import { machineNowMs } from '../../replay/replay-end.ts';
import { renderSamplePolicy } from '../rig/policy.ts';
import type { Agent, Stack } from '../rig/stack.ts';
import type { TcpService } from '../rig/tcp-service.ts';

const fleet = 'steady';
const lineEveryMs = 200;
/** Of slots that are 50 and 100 ms apart; the machine may be busy, a stopped schedule lasts longer. */
const longestGapMs = 1000;
const slotMs = { up: 100, down: 50 };

/** Its policy, for the stack. */
export function steadyPolicy({ port }: TcpService): string {
  return renderSamplePolicy({ fleet, mode: 'ILP', services: [{ name: 'echo', port }] });
}

export class SteadyTunnel {
  readonly agent: Agent;
  readonly #stack: Stack;
  readonly #connection: number;
  readonly #socket: Socket;
  readonly #timer: NodeJS.Timeout;
  readonly #startMs = machineNowMs();
  #sent = 0;
  #echoed = '';
  #ended: string | undefined;

  static async start(stack: Stack): Promise<SteadyTunnel> {
    const last = stack.lastConnection;
    const agent = await stack.startAgent({ device: 'steady', fleet, services: ['echo'] });
    return new SteadyTunnel(stack, agent, await stack.newConnection(last));
  }

  private constructor(stack: Stack, agent: Agent, connection: number) {
    this.agent = agent;
    this.#stack = stack;
    this.#connection = connection;
    this.#socket = connect({ host: '127.0.0.1', port: agent.port('echo') });
    this.#socket.on('data', (chunk: Buffer) => {
      this.#echoed += chunk.toString('latin1');
    });
    this.#socket.on('error', (error) => {
      this.#ended ??= error.message;
    });
    this.#socket.on('close', () => {
      this.#ended ??= 'closed';
    });
    this.#timer = setInterval(() => this.#socket.write(`${this.#sent++}\n`), lineEveryMs);
    stack.place.onClose(() => this.#stop());
  }

  /** Expects that it stood all the time, frame by frame, and that its stream lost nothing. */
  async judge(faults: Faults, figures: Figures): Promise<void> {
    clearInterval(this.#timer);
    await new Promise((resolve) => setTimeout(resolve, 1000));
    const endMs = machineNowMs() - 500; // the tap's output is up to 0.2 s behind
    faults.expect(this.#ended === undefined, `the steady tunnel's stream ended: ${this.#ended}`);
    const expected = Array.from({ length: this.#sent }, (_, at) => `${at}\n`).join('');
    faults.expect(this.#echoed === expected, `the steady tunnel's stream lost or changed bytes`);
    for (const direction of ['up', 'down'] as const) {
      const times = this.#stack.records
        .filter((record) => record.connection === this.#connection && record.direction === direction)
        .map(({ timeMs }) => timeMs)
        .filter((timeMs) => timeMs >= this.#startMs && timeMs < endMs);
      const longest = Math.max(...[...times, endMs].map((timeMs, at) => timeMs - (times[at - 1] ?? this.#startMs)));
      faults.expect(longest <= longestGapMs, `the steady tunnel was silent ${direction} for ${longest.toFixed(0)} ms`);
      figures[`steady_${direction}_longest_gap_ms`] = longest;
      figures[`steady_${direction}_frames_missing`] =
        Math.round((endMs - this.#startMs) / slotMs[direction]) - times.length;
    }
    figures.steady_echoes = this.#sent;
    this.#stop();
  }

  #stop(): void {
    clearInterval(this.#timer);
    this.#socket.destroy();
  }
}
