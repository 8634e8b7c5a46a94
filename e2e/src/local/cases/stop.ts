// The e2e case `stop`: SIGTERM to a sidecar with live tunnels. They close at the end of a period, the status says whether all was
// delivered, and the agents come back to the next sidecar one by one.

import { connect } from 'node:net';
import { setTimeout as delay } from 'node:timers/promises';
import { type Case, type CaseOutcome, Faults, type Figures } from '../../harness/cases.ts';
import { waitUntil } from '../../harness/wait.ts';
import { machineNowMs } from '../../replay/replay-end.ts';
import type { ClockTiming } from '../mqtt/sender-state.ts';
import { logLines } from '../rig/log-lines.ts';
import { renderSamplePolicy } from '../rig/policy.ts';
import { portAnswer } from '../rig/port-answer.ts';
import { type Agent, ready, Stack } from '../rig/stack.ts';
import { startEcho, startTcpService } from '../rig/tcp-service.ts';
import { type Workplace, withWorkplace } from '../rig/workplace.ts';
import { closingRun } from '../stop/closing-run.ts';

/** The sample policy's, with the shortest period that its lead allows. */
const timing: ClockTiming = {
  periodBytes: 1024 + 22,
  slotMs: { up: 100, down: 50 },
  periodMs: 2000,
  leadMs: 500,
  restMs: 200,
};
const agentCount = 4;
const drainDeadlineMs = 25_000;
/** period-clock.md section 3: at most 2 T + g + G from its turn; beside it the process has to end. */
const closesWithinMs = 2 * timing.periodMs + timing.restMs + timing.leadMs + 1500;
/** A first wait is drawn from nothing to 1 s: four of them lie closer together than this in one of 10,000 runs. */
const leastSpreadMs = 30;
/** More than 2 T can carry. */
const sourceBytes = 500_000;
/** One wait of at most 4 s that was drawn before, one more if the sidecar was not ready yet, and the connecting. */
const returnsWithinMs = 15_000;

export const stopCase: Case = {
  name: 'stop',
  about:
    'SIGTERM to a sidecar: status 0 and tunnels that close at a period’s end, 7 with data queued; agents come back jittered',
  waits: true,
  run: () => withWorkplace('stop', runStop),
};

async function runStop(place: Workplace): Promise<CaseOutcome> {
  const faults = new Faults();
  const figures: Figures = {};
  const echo = await startEcho(place);
  const source = await startTcpService(place, (socket) => socket.end(Buffer.alloc(sourceBytes, 'x')));
  const services = [
    { name: 'echo', port: echo.port },
    { name: 'source', port: source.port },
  ];
  const stack = await Stack.start(place, { policies: [renderSamplePolicy({ services, spec: { period: '2s' } })] });
  const agents: Agent[] = [];
  for (let number = 1; number <= agentCount; number += 1) {
    agents.push(
      await stack.startAgent({ device: `plug-${number}`, services: ['echo', 'source'], sets: ['backoff.max=4s'] }),
    );
  }
  await delay(1.5 * timing.periodMs); // some are in the run of connecting, some are idle
  await stopCleanly(stack, agents, faults, figures);
  await comeBack(stack, agents, faults, figures);
  await stopUndelivered(stack, agents, faults);
  return faults.outcome(figures);
}

async function stopCleanly(stack: Stack, agents: readonly Agent[], faults: Faults, figures: Figures): Promise<void> {
  const startMs = machineNowMs();
  stack.sidecar.signal('SIGTERM');
  const status = await stack.sidecar.exitsWithin(drainDeadlineMs);
  figures.stop_ms = machineNowMs() - startMs;
  faults.expect(status === 0, `the sidecar ended with ${status}, not 0: ${stack.sidecar.lastWords}`);
  faults.expect(Number(figures.stop_ms) <= closesWithinMs, `the stop took ${figures.stop_ms} ms`);
  for (const agent of agents) {
    faults.expect(agent.child.isRunning, `${agent.device} ended: ${agent.child.lastWords}`);
    faults.expect((await portAnswer(agent.port('echo'))) === 'reset', `${agent.device}: the local port does not reset`);
    const codes = logLines(agent.child).map(({ code }) => code);
    faults.expect(codes.includes('DRAINING'), `${agent.device} was not told of the drain: ${codes.join(' ')}`);
  }
  await delay(500); // the tap's output is up to 0.2 s behind
  // An agent that has come back already finds nobody: its connection at the tap has a hello and no period.
  const inPeriods = stack.records.filter(({ bytes }) => bytes === timing.periodBytes);
  const connections = [...new Set(inPeriods.map(({ connection }) => connection))];
  faults.expect(connections.length === agents.length, `${connections.length} connections, one for each agent expected`);
  for (const connection of connections) {
    const own = stack.records.filter((record) => record.connection === connection);
    const { faults: wrong, endMs } = closingRun(own, timing);
    for (const fault of wrong) faults.expect(false, `connection ${connection} ${fault}`);
    faults.expect(endMs > startMs, `connection ${connection} ended before the signal`);
  }
}

/** Each waits a random time of its own: nothing tells which of them were together. */
async function comeBack(stack: Stack, agents: readonly Agent[], faults: Faults, figures: Figures): Promise<void> {
  const last = stack.lastConnection;
  await stack.startSidecar();
  const startMs = machineNowMs();
  const isUp = ({ adminPort, child }: Agent) => ready(`http://127.0.0.1:${adminPort}/readyz`, child);
  await Promise.all(agents.map(isUp));
  figures.all_back_ms = machineNowMs() - startMs;
  faults.expect(Number(figures.all_back_ms) <= returnsWithinMs, `all agents were back after ${figures.all_back_ms} ms`);
  const firstWaits = agents.map(({ child }) => {
    const line = logLines(child).find(({ code, message }) => code === 'RETRY' && /next attempt in/.test(message));
    return Number(/next attempt in ([\d.]+) s/.exec(line?.message ?? '')?.[1]);
  });
  figures.first_waits_s = firstWaits.join('/');
  faults.expect(
    firstWaits.every((seconds) => seconds >= 0 && seconds <= 1),
    `first waits of ${firstWaits.join(', ')} s, at most 1 s expected`,
  );
  const times = await waitUntil('every agent at the tap', 5000, () => {
    const firsts = new Map<number, number>();
    for (const { connection, timeMs, bytes } of stack.records) {
      if (connection > last && bytes === timing.periodBytes && !firsts.has(connection)) firsts.set(connection, timeMs);
    }
    return firsts.size >= agents.length ? [...firsts.values()] : undefined;
  });
  figures.back_spread_ms = Math.max(...times) - Math.min(...times);
  faults.expect(Number(figures.back_spread_ms) > leastSpreadMs, `they came within ${figures.back_spread_ms} ms`);
}

/** Much is on its way down when the sidecar must stop: the stream is reset, never ended, and the status is 7. */
async function stopUndelivered(stack: Stack, agents: readonly Agent[], faults: Faults): Promise<void> {
  const [agent] = agents;
  if (agent === undefined) throw new Error('no agent');
  const socket = connect({ host: '127.0.0.1', port: agent.port('source') });
  let received = 0;
  const ended = new Promise<string>((resolve) => {
    socket.on('data', (chunk: Buffer) => {
      received += chunk.length;
    });
    socket.once('error', (error: NodeJS.ErrnoException) => resolve(error.code ?? error.message));
    socket.once('end', () => resolve('a clean end'));
  });
  await waitUntil('bytes of the source', 10_000, () => (received > 0 ? true : undefined));
  stack.sidecar.signal('SIGTERM');
  const status = await stack.sidecar.exitsWithin(drainDeadlineMs);
  faults.expect(status === 7, `with data queued the sidecar ended with ${status}, not 7`);
  const undelivered = logLines(stack.sidecar).find(({ code }) => code === 'UNDELIVERED');
  faults.expect(undelivered !== undefined, 'the sidecar does not log UNDELIVERED');
  const ending = await ended;
  faults.expect(ending === 'ECONNRESET', `a stream with bytes missing ended by ${ending}, not ECONNRESET`);
  faults.expect(received < sourceBytes, 'everything arrived: the case shows nothing');
}
