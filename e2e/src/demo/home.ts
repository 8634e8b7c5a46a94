// The two MQTT programs of the demo: the plug, which talks to the agent's local port, and the owner's app, which talks to
// the broker in the cloud. A switch is one command from the app to the plug, and the plug's answer.

import { randomUUID } from 'node:crypto';
import { connectAsync, type MqttClient } from 'mqtt';
import { machineNowMs } from '../replay/replay-end.ts';
import type { Command } from './messages.ts';

const commandTopic = 'home/plug/set';
const stateTopic = 'home/plug/state';
const keptCommands = 8;

interface SentCommand {
  readonly id: number;
  readonly on: boolean;
  readonly sentMs: number;
  delayMs: number | undefined;
}

export interface HomePorts {
  /** The broker, as the app reaches it. */
  readonly broker: number;
  /** The agent's local port, as the plug reaches it (through the demo's meter). */
  readonly plug: number;
}

export class Home {
  readonly #commands: SentCommand[] = [];
  readonly #app: MqttClient;
  readonly #plug: MqttClient;
  #plugIsOn = false;
  #nextId = 1;

  private constructor(app: MqttClient, plug: MqttClient) {
    this.#app = app;
    this.#plug = plug;
    plug.on('message', (_topic, payload) => this.#obey(payload));
  }

  /** Connects both, and makes the plug listen. Reconnects by itself from then on. */
  static async open(ports: HomePorts): Promise<Home> {
    const app = await connectAsync(`mqtt://127.0.0.1:${ports.broker}`, { clientId: 'app', reconnectPeriod: 500 });
    const plug = await connectAsync(`mqtt://127.0.0.1:${ports.plug}`, {
      clientId: 'plug',
      clean: false, // commands sent while the tunnel is away arrive afterwards
      keepalive: 20,
      reconnectPeriod: 500,
      connectTimeout: 20_000,
    });
    app.on('error', () => {});
    plug.on('error', () => {}); // it reconnects
    const home = new Home(app, plug);
    await plug.subscribeAsync(commandTopic, { qos: 1 });
    return home;
  }

  get plugIsOn(): boolean {
    return this.#plugIsOn;
  }

  /** The latest commands, newest first. */
  get commands(): readonly Command[] {
    return this.#commands;
  }

  /** Sends a real command from the app to the plug and returns its number. */
  send(on: boolean): number {
    const command = { id: this.#nextId++, on, sentMs: machineNowMs(), delayMs: undefined };
    this.#commands.unshift(command);
    this.#commands.length = Math.min(this.#commands.length, keptCommands);
    this.#app.publish(commandTopic, renderCommand(command.id, on), { qos: 1 });
    return command.id;
  }

  async close(): Promise<void> {
    await Promise.all([this.#app.endAsync(true), this.#plug.endAsync(true)]);
  }

  #obey(payload: Buffer): void {
    const { id, power } = (JSON.parse(payload.toString()) as CommandMessage).state.desired;
    const command = this.#commands.find((sent) => sent.id === id);
    this.#plugIsOn = power === 'on';
    if (command) command.delayMs ??= machineNowMs() - command.sentMs;
    const reported = {
      id,
      power,
      load: power === 'on' ? 41.5 : 0,
      relay: power === 'on',
      signal: -58,
      uptime: process.uptime(),
    };
    this.#plug.publish(stateTopic, JSON.stringify({ state: { reported }, clientToken: randomUUID() }), { qos: 0 });
  }
}

/** A command as clouds of such devices send it: the wanted state, and about it. */
interface CommandMessage {
  readonly state: { readonly desired: { readonly id: number; readonly power: string } };
}

function renderCommand(id: number, on: boolean): string {
  const timestamp = Math.floor(Date.now() / 1000);
  const message: CommandMessage & Record<string, unknown> = {
    state: { desired: { id, power: on ? 'on' : 'off' } },
    metadata: { desired: { id: { timestamp }, power: { timestamp } } },
    version: id,
    timestamp,
    clientToken: randomUUID(),
  };
  return JSON.stringify(message);
}
