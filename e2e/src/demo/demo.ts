// The demo as a whole: joins broker, plug, replay, the product's parts, meters and observers, and says twice a second what
// can be seen. Knows no HTTP and prints nothing.

import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { findFreePorts } from '../harness/free-port.ts';
import { machineNowMs } from '../replay/replay-end.ts';
import { type Broker, startBroker } from './broker.ts';
import { DelayMeter } from './delay-meter.ts';
import { DemoError } from './demo-errors.ts';
import type { DemoOptions } from './demo-options.ts';
import { type DemoRates, demoPromise, demoRates, periodMs } from './demo-policy.ts';
import { Home } from './home.ts';
import { Lineup } from './lineup.ts';
import type { ActivitySpan, Claim, Settings, Snapshot } from './messages.ts';
import { PlugReplay } from './plug-replay.ts';
import { type RawMeter, startRawMeter } from './raw-meter.ts';
import { Stack } from './stack.ts';
import { Timeline } from './timeline.ts';

export const stepMs = 500;
const shownMs = 180_000;
const averagedMs = 60_000;
/** The tap's rows come in batches of 200 ms: so far behind the clock everything is known. */
const knownAfterMs = 700;
/** The runs of connecting are over, and counting may begin. */
const settlingMs = 2 * periodMs + 1000;

type Phase = Pick<Snapshot, 'phase' | 'text'>;

export class Demo {
  readonly #options: DemoOptions;
  readonly #rates: DemoRates;
  readonly #delays = new DelayMeter();
  readonly #timeline = new Timeline(stepMs, shownMs / stepMs);
  readonly #replay: PlugReplay;
  readonly #onFailure: (error: Error) => void;
  #phase: Phase = { phase: 'starting', text: 'Starting broker, sidecar, tap and agent.' };
  #settings: Settings;
  #lineup: Lineup;
  /** What was seen under earlier settings, for the strips only. */
  #past: { activities: ActivitySpan[]; raw: Claim[]; shaped: Claim[] } = { activities: [], raw: [], shaped: [] };
  #startMs = machineNowMs();
  #totals = { raw: 0, shaped: 0 };
  #directory: string | undefined;
  #broker: Broker | undefined;
  #meter: RawMeter | undefined;
  #stack: Stack | undefined;
  #home: Home | undefined;
  #changing: Promise<void> | undefined;

  constructor(options: DemoOptions, onFailure: (error: Error) => void) {
    this.#options = options;
    this.#onFailure = onFailure;
    this.#settings = options.settings;
    this.#rates = demoRates(options.rows, options.speed);
    this.#replay = new PlugReplay(options.rows, options.speed, this.#delays);
    this.#lineup = this.#newLineup();
    this.#requireReachable(options.settings);
  }

  /** Starts everything; resolves when traffic runs through the tunnel. */
  async start(): Promise<void> {
    this.#directory = await mkdtemp(join(tmpdir(), 'quietwire-demo-'));
    this.#broker = await startBroker();
    const services = { mqtt: this.#broker.port, replay: await this.#replay.listen() };
    const [sidecar = 0, sidecarAdmin = 0, agentAdmin = 0, mqtt = 0, replay = 0] = await findFreePorts(5);
    const agent = { mqtt, replay };
    this.#meter = await startRawMeter({
      agent,
      services,
      listener: (timeMs, service, direction, bytes) => {
        this.#timeline.add(timeMs, direction === 'up' ? 'rawUp' : 'rawDown', bytes);
        this.#totals.raw += bytes;
        this.#lineup.truth.add(timeMs, `${service} ${direction}`, bytes, service === 'mqtt' ? 'switch' : 'plug');
      },
    });
    this.#stack = new Stack({
      directory: this.#directory,
      rates: this.#rates,
      ports: { sidecar, sidecarAdmin, agentAdmin },
      agent,
      services: this.#meter.cloud,
      onRecord: ({ timeMs, direction, bytes }) => {
        this.#timeline.add(timeMs, direction === 'up' ? 'shapedUp' : 'shapedDown', bytes);
        this.#totals.shaped += bytes;
      },
      onFailure: this.#onFailure,
    });
    await this.#stack.start(this.#settings);
    this.#home = await Home.open({ broker: services.mqtt, plug: this.#meter.device.mqtt });
    this.#replay.play(this.#meter.device.replay);
    this.#began();
  }

  /** Sends a command through the tunnel to the plug and returns its number. */
  press(on: boolean): number {
    return this.#home?.send(on) ?? 0;
  }

  /** Puts other settings in force; the device connects again. Throws DemoError UNREACHABLE_CONFIDENCE, CHANGE_PENDING. */
  change(settings: Settings): void {
    this.#requireReachable(settings);
    if (this.#changing) throw new DemoError('CHANGE_PENDING', 'the last change is not in force yet');
    this.#settings = settings;
    this.#phase = {
      phase: 'reconnecting',
      text: 'The policy has changed: sidecar and agent start anew, the plug reconnects.',
    };
    this.#changing = this.#reconnect(settings).finally(() => {
      this.#changing = undefined;
    });
  }

  /** Stops everything and removes the keys. */
  async stop(): Promise<void> {
    await this.#changing?.catch(() => {});
    await this.#home?.close();
    await this.#replay.close();
    await this.#stack?.stop();
    await Promise.all([this.#meter?.close(), this.#broker?.close()]);
    if (this.#directory) await rm(this.#directory, { recursive: true, force: true });
  }

  /** What can be seen now, with the steps that ended after `sinceMs`. */
  snapshot(sinceMs: number): Snapshot {
    const knownMs = machineNowMs() - knownAfterMs;
    this.#lineup.advance(knownMs);
    const { truth, raw, shaped, scores } = this.#lineup;
    const fromMs = knownMs - shownMs;
    const recent = this.#timeline.between(Math.max(knownMs - averagedMs, this.#startMs), knownMs);
    const average = (bytes: number) => (bytes * 1000) / (Math.max(recent.length, 1) * stepMs);
    return {
      ...this.#phase,
      timeMs: knownMs,
      stepMs,
      settings: this.#settings,
      promise: demoPromise(this.#rates, this.#settings),
      speed: this.#options.speed,
      steps: this.#timeline.between(Math.max(sinceMs, fromMs), knownMs),
      activities: since(fromMs, this.#past.activities, truth.spans),
      claims: {
        raw: since(fromMs, this.#past.raw, raw.claims),
        shaped: since(fromMs, this.#past.shaped, shaped.claims),
      },
      scores,
      rawBytesPerS: average(recent.reduce((sum, step) => sum + step.rawUp + step.rawDown, 0)),
      shapedBytesPerS: average(recent.reduce((sum, step) => sum + step.shapedUp + step.shapedDown, 0)),
      overhead: this.#totals.raw > 0 ? this.#totals.shaped / this.#totals.raw : undefined,
      delay: { active: this.#delays.active, quiet: this.#delays.quiet },
      commands: this.#home?.commands ?? [],
      plugIsOn: this.#home?.plugIsOn ?? false,
    };
  }

  async #reconnect(settings: Settings): Promise<void> {
    try {
      await this.#stack?.change(settings);
      this.#began();
    } catch (error) {
      this.#phase = { phase: 'failed', text: 'A part of the demo did not come back.' };
      this.#onFailure(error as Error);
    }
  }

  /** A tunnel stands under the settings: all that is counted is counted from here. */
  #began(): void {
    this.#startMs = machineNowMs();
    this.#totals = { raw: 0, shaped: 0 };
    this.#delays.reset();
    const { truth, raw, shaped } = this.#lineup;
    const fromMs = this.#startMs - shownMs;
    this.#past = {
      activities: since(fromMs, this.#past.activities, truth.spans),
      raw: since(fromMs, this.#past.raw, raw.claims),
      shaped: since(fromMs, this.#past.shaped, shaped.claims),
    };
    this.#lineup = this.#newLineup();
    this.#phase = { phase: 'running', text: 'Traffic runs through the tunnel.' };
  }

  #newLineup(): Lineup {
    const lineup = new Lineup(this.#timeline, stepMs, this.#startMs, this.#startMs + settlingMs);
    lineup.teach(this.#options.rows, this.#options.speed);
    return lineup;
  }

  #requireReachable(settings: Settings): void {
    const { lowestConfidence, activityEveryS } = demoPromise(this.#rates, settings);
    if (settings.mode !== 'STP' || (settings.confidence > lowestConfidence && settings.confidence <= 1)) return;
    const percent = Math.ceil(lowestConfidence * 1000) / 10;
    throw new DemoError(
      'UNREACHABLE_CONFIDENCE',
      `a confidence of ${settings.confidence} cannot be reached: with an activity every ${activityEveryS.toFixed(0)} s a ` +
        `blind guess is right in ${percent} % of the periods already. Choose more than ${percent} %, slower replay, or ILP`,
    );
  }
}

/** Of two lists, one after the other, what had not ended at `fromMs`. */
function since<T extends { endMs: number }>(fromMs: number, earlier: readonly T[], later: readonly T[]): T[] {
  return [...earlier, ...later].filter(({ endMs }) => endMs >= fromMs);
}
