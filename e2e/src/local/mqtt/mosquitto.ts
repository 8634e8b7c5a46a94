// Debian's mosquitto and its two clients as processes: a broker on loopback, publishers that are held open and take a line for
// each message, subscribers that say when each message came.
import { existsSync } from 'node:fs';
import type { Child } from '../../harness/child.ts';
import { findFreePorts } from '../../harness/free-port.ts';
import type { Workplace } from '../rig/workplace.ts';

const brokerFile = '/usr/sbin/mosquitto';
const keptLines = 20_000;

/** Why mosquitto cannot be used here; undefined if it can. */
export function mosquittoMissing(): string | undefined {
  const files = [brokerFile, '/usr/bin/mosquitto_pub', '/usr/bin/mosquitto_sub'];
  const missing = files.filter((file) => !existsSync(file));
  return missing.length === 0
    ? undefined
    : `${missing.join(', ')} missing: apt-get install mosquitto mosquitto-clients`;
}

export interface Broker {
  readonly port: number;
  /** Its log is in `said`: connections, pings, messages. */
  readonly child: Child;
}

export async function startBroker(place: Workplace): Promise<Broker> {
  const [port = 0] = await findFreePorts(1);
  // Without nodelay the broker's own Nagle would add the 40 ms of a delayed acknowledgement to what is measured.
  const config = [
    `listener ${port} 127.0.0.1`,
    'allow_anonymous true',
    'set_tcp_nodelay true',
    'persistence false',
    'max_inflight_messages 0',
    'log_dest stderr',
    'log_type all',
    'connection_messages true',
    '',
  ].join('\n');
  const file = await place.file('mosquitto.conf', config);
  const child = place.start({ name: 'mosquitto', command: brokerFile, args: ['-c', file], keptLines });
  await child.waitFor(/mosquitto version \S+ running/, 10_000);
  return { port, child };
}

export interface ClientOptions {
  readonly id: string;
  /** The broker's, or an agent's. */
  readonly port: number;
  readonly topic: string;
  /** Seconds. */
  readonly keepAlive?: number;
}

/** A publisher with QoS 1: `write` one line for each message. Resolves when the broker has taken its connection. */
export async function startPublisher(place: Workplace, broker: Broker, options: ClientOptions): Promise<Child> {
  const args = [...clientArgs(options), '-l', '-q', '1', '--nodelay'];
  const child = place.start({ name: `mosquitto_pub ${options.id}`, command: 'mosquitto_pub', args, takesInput: true });
  await connected(broker, options.id);
  return child;
}

/** A subscriber with QoS 1: `onMessage` gets when each message came (ms since 1970) and its payload. */
export async function startSubscriber(
  place: Workplace,
  broker: Broker,
  options: ClientOptions & { onMessage: (epochMs: number, payload: string) => void },
): Promise<Child> {
  const child = place.start({
    name: `mosquitto_sub ${options.id}`,
    command: 'mosquitto_sub',
    args: [...clientArgs(options), '-q', '1', '--nodelay', '-F', '%U %p'],
    onLine: (line) => {
      const [, seconds = '', nanoseconds = '', payload = ''] = /^(\d+)\.(\d{9}) (.*)$/.exec(line) ?? [];
      options.onMessage(Number(seconds) * 1000 + Number(nanoseconds) / 1e6, payload);
    },
  });
  await broker.child.waitFor(new RegExp(`${options.id} 1 ${options.topic.replace('+', '\\+')}$`), 20_000);
  return child;
}

/** One mosquitto_pub for one message; resolves with its exit status. */
export async function publishOnce(place: Workplace, options: ClientOptions, payload: string): Promise<number> {
  const args = [...clientArgs(options), '-m', payload, '-q', '1', '--nodelay'];
  const { status } = await place.run({ name: `mosquitto_pub ${options.id}`, command: 'mosquitto_pub', args });
  return status;
}

function connected(broker: Broker, id: string): Promise<unknown> {
  return broker.child.waitFor(new RegExp(`Sending CONNACK to ${id} \\(0, 0\\)`), 20_000);
}

function clientArgs({ id, port, topic, keepAlive = 60 }: ClientOptions): string[] {
  return ['-h', '127.0.0.1', '-p', String(port), '-V', '311', '-i', id, '-k', String(keepAlive), '-t', topic];
}
