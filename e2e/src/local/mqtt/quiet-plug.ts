// A device that does nothing but MQTT's keep-alive, under a policy without cover: after the runs of connecting nothing but
// background may be on the wire, and nobody may lose the connection.
import { setTimeout as delay } from 'node:timers/promises';
import type { Faults } from '../../harness/cases.ts';
import type { TapRecord } from '../../harness/tap-rows.ts';
import { machineNowMs } from '../../replay/replay-end.ts';
import { logLines } from '../rig/log-lines.ts';
import type { Agent, Stack } from '../rig/stack.ts';
import { type Broker, startSubscriber } from './mosquitto.ts';
import { tapLagMs } from './plug.ts';
import { directions, type PlugTiming } from './sender-state.ts';

const keepAliveS = 10;
/** Runs of connecting: the unconditional one, and that of CONNECT and SUBSCRIBE with its hold. */
const settleMs = 20_000;
/** Share of the background's slots that must have a frame on the wire. */
const leastOfSlots = 0.95;

export interface QuietPlugOptions {
  readonly stack: Stack;
  readonly broker: Broker;
  readonly agent: Agent;
  readonly connection: number;
  readonly timing: PlugTiming;
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
  const fromMs = machineNowMs();
  const pingsBefore = pings(broker, id);
  await delay(minutes * 60_000);
  const untilMs = machineNowMs();
  await delay(tapLagMs);
  const passed = stack.records.filter(
    (record) => isBetween(record, fromMs, untilMs) && record.connection === connection,
  );
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
  judgeBackground(passed, untilMs - fromMs, timing, faults);
  // The tunnel is the first one still: what its end and another one would leave in the log is not there.
  const lines = logLines(agent.child).filter(({ code }) => /^(TUNNEL_|RETRY|DRAINING)/.test(code));
  const told = lines.map(({ code }) => code).join(', ');
  faults.expect(told === 'TUNNEL_UP', `idle: the agent says ${told}, one TUNNEL_UP expected`);
  faults.expect(agent.child.isRunning, `idle: the agent ended: ${agent.child.lastWords}`);
  return { pings: seen, background: passed.length };
}

/** Each direction has about the frames that its background slots make, and none of them at the end is missing. */
function judgeBackground(
  records: readonly TapRecord[],
  lengthMs: number,
  { backgroundMs }: PlugTiming,
  faults: Faults,
): void {
  const slots = lengthMs / backgroundMs;
  const untilMs = machineNowMs() - tapLagMs;
  for (const direction of directions) {
    const own = records.filter((record) => record.direction === direction);
    const count = `${own.length} records ${direction}, ${slots.toFixed(1)} background slots`;
    faults.expect(own.length >= leastOfSlots * slots - 1 && own.length <= slots + 1, `idle: ${count}`);
    const silentMs = untilMs - (own.at(-1)?.timeMs ?? 0);
    faults.expect(
      silentMs < 1.5 * backgroundMs,
      `idle: the last record ${direction} is ${Math.round(silentMs)} ms old`,
    );
  }
}

function isBetween({ timeMs }: TapRecord, fromMs: number, untilMs: number): boolean {
  return timeMs >= fromMs && timeMs < untilMs;
}

function pings({ child }: Broker, id: string): number {
  return child.said.filter((line) => line.endsWith(`Received PINGREQ from ${id}`)).length;
}
