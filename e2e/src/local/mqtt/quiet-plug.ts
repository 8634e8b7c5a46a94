// A device that does nothing but MQTT's keep-alive, under a policy without cover: after the runs of connecting nothing but
// background may be on the wire, and nobody may lose the connection.
import { setTimeout as delay } from 'node:timers/promises';
import type { Faults } from '../../harness/cases.ts';
import type { Agent, Stack } from '../rig/stack.ts';
import { type Broker, startSubscriber } from './mosquitto.ts';
import type { ClockTiming } from './sender-state.ts';

const keepAliveS = 10;
/** Runs of connecting: the unconditional one, and that of CONNECT and SUBSCRIBE with its hold. */
const settleMs = 20_000;

export interface QuietPlugOptions {
  readonly stack: Stack;
  readonly broker: Broker;
  readonly agent: Agent;
  readonly connection: number;
  readonly timing: ClockTiming;
  readonly minutes: number;
}

/** Watches for as long as asked; returns how many pings the broker saw and how many records passed. */
export async function watchQuietPlug(
  { stack, broker, agent, connection, timing, minutes }: QuietPlugOptions,
  faults: Faults,
): Promise<{ pings: number; background: number }> {
  const id = `${agent.device}-sub`;
  let messages = 0;
  const client = await startSubscriber(stack.place, broker, {
    id,
    port: agent.port('mqtt'),
    topic: `down/${agent.device}`,
    keepAlive: keepAliveS,
    onMessage: () => {
      messages += 1;
    },
  });
  await delay(settleMs);
  const own = () => stack.records.filter((record) => record.connection === connection);
  const before = own().length;
  const pingsBefore = pings(broker, id);
  await delay(minutes * 60_000);
  const passed = own().slice(before);
  const inPeriods = passed.filter(({ bytes }) => bytes === timing.periodBytes);
  faults.expect(inPeriods.length === 0, `idle: ${inPeriods.length} records of periods passed, none allowed`);
  const expected = Math.floor((minutes * 60) / keepAliveS) - 1;
  const seen = pings(broker, id) - pingsBefore;
  faults.expect(seen >= expected, `idle: the broker saw ${seen} pings, at least ${expected} expected`);
  faults.expect(client.isRunning, `idle: mosquitto_sub ended: ${client.lastWords}`);
  const ends = broker.child.said.filter((line) => line.includes(id) && /disconnect|exceeded|closed/i.test(line));
  faults.expect(ends.length === 0, `idle: the broker says ${ends.join('; ')}`);
  const connects = broker.child.said.filter((line) => line.includes(`as ${id} `)).length;
  faults.expect(connects === 1, `idle: the broker saw ${connects} connects of ${id}, 1 expected`);
  faults.expect(messages === 0, `idle: ${messages} messages came`);
  const others = stack.records.filter((record) => record.connection > connection).length;
  faults.expect(others === 0 || agent.child.isRunning, `idle: the agent ended: ${agent.child.lastWords}`);
  return { pings: seen, background: passed.length };
}

function pings({ child }: Broker, id: string): number {
  return child.said.filter((line) => line.endsWith(`Received PINGREQ from ${id}`)).length;
}
