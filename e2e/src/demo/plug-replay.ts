// Replays the plug's recorded traffic over and over: the device's end through the agent, the cloud's end as a service of
// its own. After a lost tunnel it goes on from where it was.

import { runReplayClient } from '../replay/client.ts';
import { type MarkObserver, machineNowMs, type ReplayPlan } from '../replay/replay-end.ts';
import { type ReplayServer, startReplayServer } from '../replay/server.ts';
import type { Row } from '../replay/table.ts';
import { ActivityWatch } from './activity-watch.ts';
import type { DelayMeter } from './delay-meter.ts';
import { activityRule } from './demo-policy.ts';

const retryMs = 500;

/** A pause in ms that an abort cuts short. */
function pause(ms: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    const done = () => {
      clearTimeout(timer);
      signal.removeEventListener('abort', done);
      resolve();
    };
    const timer = setTimeout(done, ms);
    signal.addEventListener('abort', done);
    if (signal.aborted) done();
  });
}

export class PlugReplay {
  readonly #rows: readonly Row[];
  readonly #speed: number;
  readonly #delays: DelayMeter;
  readonly #stop = new AbortController();
  #server: ReplayServer | undefined;
  #plan: ReplayPlan;
  #observer: MarkObserver | undefined;
  #playing: Promise<void> = Promise.resolve();
  #round = 0;

  constructor(rows: readonly Row[], speed: number, delays: DelayMeter) {
    this.#rows = rows;
    this.#speed = speed;
    this.#delays = delays;
    this.#plan = { rows, speed, seed: '0' };
  }

  /** Starts the service that sends the downstream bytes; resolves with its port. */
  async listen(): Promise<number> {
    this.#server = await startReplayServer({
      host: '127.0.0.1',
      port: 0,
      plan: () => this.#plan,
      onReport: () => {},
      observer: {
        sent: (direction, mark) => this.#observer?.sent(direction, mark),
        received: (direction, mark) => this.#observer?.received(direction, mark),
      },
    });
    return this.#server.port;
  }

  /** Begins to replay through a port of the device's side. */
  play(devicePort: number): void {
    this.#playing = this.#playOn(devicePort, this.#stop.signal);
  }

  async close(): Promise<void> {
    this.#stop.abort();
    await this.#playing;
    await this.#server?.close();
  }

  async #playOn(port: number, signal: AbortSignal): Promise<void> {
    let rows = this.#rows;
    while (!signal.aborted) {
      const startMs = machineNowMs();
      this.#begin(rows);
      const report = await runReplayClient({ host: '127.0.0.1', port }, this.#plan, this.#observer, signal).catch(
        () => undefined,
      );
      if (report?.complete) {
        rows = this.#rows;
        continue;
      }
      // The agent was away, or the tunnel ended: what time has passed over is not sent again.
      const reachedMs = (rows[0]?.timeMs ?? 0) + (report ? machineNowMs() - startMs : 0) * this.#speed;
      const rest = this.#rows.filter((row) => row.timeMs >= reachedMs);
      rows = rest.length > 0 ? rest : this.#rows;
      await pause(retryMs, signal);
    }
  }

  #begin(rows: readonly Row[]): void {
    this.#round++;
    this.#plan = { rows, speed: this.#speed, seed: String(this.#round) };
    const watch = new ActivityWatch(activityRule);
    this.#observer = this.#delays.observe((direction, bytes) => watch.add(machineNowMs(), direction, bytes, 'plug'));
  }
}
