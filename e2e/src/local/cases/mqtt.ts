// The e2e case `mqtt`: Debian's mosquitto and its clients through sidecar, agents and tap, under the sample policy. Every message
// once and in order, in bounded time whatever state the sending end is in; and a quiet device that stays quiet.
import { setTimeout as delay } from 'node:timers/promises';
import { seededRandom } from '@quietwire/shaping';
import { type Case, type CaseContext, type CaseOutcome, Faults, type Figures } from '../../harness/cases.ts';
import { quantile, renderDelays } from '../../harness/histogram.ts';
import { machineNowMs } from '../../replay/replay-end.ts';
import type { Direction } from '../../replay/table.ts';
import { aim } from '../mqtt/aim.ts';
import { type Broker, mosquittoMissing, publishOnce, startBroker, startSubscriber } from '../mqtt/mosquitto.ts';
import { Plug, tapLagMs } from '../mqtt/plug.ts';
import { watchQuietPlug } from '../mqtt/quiet-plug.ts';
import { measureConnack } from '../mqtt/raw-connect.ts';
import { directions, type PlugTiming, type SenderState, senderStates } from '../mqtt/sender-state.ts';
import { renderSamplePolicy } from '../rig/policy.ts';
import { Stack } from '../rig/stack.ts';
import { type Workplace, withWorkplace } from '../rig/workplace.ts';

/** Tunnels side by side, so that enough runs of 5 s end in little time. */
const plugCount = 4;
const goal = { messages: 200, perState: 30, turns: 20 };
const aimAtMost = 300_000;
const connectsPerPlug = 3;
const singlesPerPlug = 4;
const promptMs = 150;
const connackMs = 1000;
const quietFleet = 'smart-plug-quiet';

/** The sample policy's, with what TLS 1.3 and the record's header add to a frame. */
const timing: PlugTiming = {
  periodBytes: 1024 + 22,
  slotMs: { up: 100, down: 50 },
  periodMs: 5000,
  leadMs: 500,
  restMs: 200,
  holdMs: 3000,
  backgroundMs: 2000,
};

export const mqttCase: Case = {
  name: 'mqtt',
  about:
    'mosquitto through the tunnel: CONNACK, delays in each state of the sending end, order; idle minutes (--minutes)',
  blocked: mosquittoMissing,
  run: (context) => withWorkplace('mqtt', (place) => runMqtt(context, place)),
};

async function runMqtt(context: CaseContext, place: Workplace): Promise<CaseOutcome> {
  const faults = new Faults();
  const broker = await startBroker(place);
  const services = [{ name: 'mqtt', port: broker.port, proxyProtocol: 'None' as const }]; // mosquitto 2.0 reads no PROXY v2
  const stack = await Stack.start(place, {
    policies: [
      renderSamplePolicy({ services }),
      renderSamplePolicy({ services, fleet: quietFleet, spec: { cover: { objective: { probability: 0 } } } }),
    ],
  });
  const quietAgent = await stack.startAgent({ device: 'quiet', fleet: quietFleet, services: ['mqtt'] });
  const quietConnection = await stack.newConnection(0);
  const minutes = context.number('minutes') ?? 1;
  const quiet = watchQuietPlug(
    { stack, broker, agent: quietAgent, connection: quietConnection, timing, minutes },
    faults,
  );
  quiet.catch(() => {}); // awaited below
  const plugs = await startPlugs(stack, broker);
  const connacks = Promise.all(plugs.map(({ device, port }) => connectNowAndThen(port, device)));
  connacks.catch(() => {});
  const untilMs = machineNowMs() + aimAtMost;
  const own = plugs.map(({ plug }) => plug);
  await Promise.all(own.map((plug) => aim(plug, own, goal, seededRandom(`mqtt ${plug.device}`), untilMs)));
  const single = await publishSingles(place, broker, plugs, faults);
  await delay(2 * tapLagMs + 1000);
  const figures: Figures = { connack_max_ms: Math.max(...(await connacks).flat()), single_messages: single };
  faults.expect(Number(figures.connack_max_ms) < connackMs, `CONNACK took up to ${figures.connack_max_ms} ms`);
  judgeOrder(own, faults, figures);
  judgeDelays(own, faults, figures, context);
  const { pings, background } = await quiet;
  return faults.outcome({ ...figures, idle_minutes: minutes, idle_pings: pings, idle_records: background });
}

interface ConnectedPlug {
  readonly plug: Plug;
  readonly device: string;
  /** The agent's, for MQTT. */
  readonly port: number;
}

async function startPlugs(stack: Stack, broker: Broker): Promise<ConnectedPlug[]> {
  const epochOffsetMs = measureEpochOffset();
  const plugs: ConnectedPlug[] = [];
  for (let number = 1; number <= plugCount; number += 1) {
    const device = `plug-${number}`;
    const last = stack.lastConnection;
    const agent = await stack.startAgent({ device, services: ['mqtt'] });
    const connection = await stack.newConnection(last);
    const plug = new Plug({ stack, broker, agent, connection, timing, epochOffsetMs });
    plugs.push({ plug, device, port: agent.port('mqtt') });
  }
  await Promise.all(plugs.map(({ plug }) => plug.open()));
  return plugs;
}

/** CONNECTs of their own, at moments of no particular state. */
async function connectNowAndThen(port: number, device: string): Promise<number[]> {
  const random = seededRandom(`connects of ${device}`);
  const delays: number[] = [];
  for (let at = 0; at < connectsPerPlug; at += 1) {
    delays.push(await measureConnack(port, `${device}-connect-${at}`));
    await delay(5000 + 10_000 * random.next());
  }
  return delays;
}

/** A mosquitto_pub of its own for each message: connects, publishes, disconnects. */
async function publishSingles(
  place: Workplace,
  broker: Broker,
  plugs: readonly ConnectedPlug[],
  faults: Faults,
): Promise<number> {
  const came: string[] = [];
  const listener = { id: 'singles', port: broker.port, topic: 'single/+' };
  await startSubscriber(place, broker, { ...listener, onMessage: (_, payload) => came.push(payload) });
  const publish = async ({ device, port }: ConnectedPlug): Promise<void> => {
    for (let at = 0; at < singlesPerPlug; at += 1) {
      const options = { id: `${device}-single-${at}`, port, topic: `single/${device}` };
      const status = await publishOnce(place, options, `${device} ${at}`);
      faults.expect(status === 0, `mosquitto_pub ended with status ${status}`);
    }
  };
  await Promise.all(plugs.map(publish));
  await delay(500);
  for (const { device } of plugs) {
    const own = came.filter((payload) => payload.startsWith(`${device} `)).join(', ');
    const expected = Array.from({ length: singlesPerPlug }, (_, at) => `${device} ${at}`).join(', ');
    faults.expect(own === expected, `single messages of ${device}: got ${own}, expected ${expected}`);
  }
  return came.length;
}

function judgeOrder(plugs: readonly Plug[], faults: Faults, figures: Figures): void {
  for (const direction of directions) {
    let count = 0;
    for (const { device, order, messages } of plugs) {
      const sent = messages[direction].length;
      const isWhole = order[direction].length === sent && order[direction].every((number, at) => number === at);
      faults.expect(isWhole, `${device} ${direction}: sent ${sent} messages, got ${order[direction].join(' ')}`);
      count += sent;
    }
    figures[`messages_${direction}`] = count;
    faults.expect(count >= goal.messages, `${count} messages ${direction}, at least ${goal.messages} expected`);
  }
}

function judgeDelays(plugs: readonly Plug[], faults: Faults, figures: Figures, context: CaseContext): void {
  for (const direction of directions) {
    const turns = plugs.reduce((sum, plug) => sum + plug.turns(direction), 0);
    figures[`${direction}_inside_at_a_turn`] = turns;
    faults.expect(turns >= goal.turns, `${direction}: ${turns} messages at a period's end, needed ${goal.turns}`);
    for (const state of senderStates) {
      const delays = plugs.flatMap((plug) => delaysOf(plug, direction, state));
      context.print(renderDelays(`mqtt ${direction}, sending end ${state}`, delays));
      faults.expect(delays.length >= goal.perState, `${direction} ${state}: ${delays.length} of ${goal.perState}`);
      const [name, worst, limit] = limitOf(direction, state, delays);
      faults.expect(worst <= limit, `${direction} ${state}: ${name} ${worst.toFixed(1)} ms, allowed ${limit} ms`);
      figures[`${direction}_${state}`] = delays.length;
      figures[`${direction}_${state}_${name}_ms`] = worst;
    }
  }
}

/** Idle and inside a run the schedule serves at once; in the rest the message waits for the run that it starts. */
function limitOf(
  direction: Direction,
  state: SenderState,
  delays: readonly number[],
): [name: string, worst: number, limit: number] {
  if (state !== 'rest') return ['p99', quantile(delays, 0.99), promptMs];
  const { slotMs, leadMs, restMs } = timing;
  return ['max', Math.max(...delays), slotMs[direction] + leadMs + restMs + promptMs];
}

function delaysOf(plug: Plug, direction: Direction, state: SenderState): number[] {
  const states = plug.states(direction);
  return plug.messages[direction].flatMap(({ atMs, arrivals: [arrivedMs] }, at) =>
    states[at] === state && arrivedMs !== undefined ? [arrivedMs - atMs] : [],
  );
}

/** What to add to the monotonic clock for ms since 1970, exact to some µs: read at a step of the system's clock. */
function measureEpochOffset(): number {
  const start = Date.now();
  while (Date.now() === start);
  return Date.now() - machineNowMs();
}
