// The e2e case `no-tunnel`: while no tunnel stands the agent's local port resets connections, and the agent has no connection but to the
// sidecar's port, as the kernel sees it. A program that was connected gets a reset, not an end.
import { connect, type Socket } from 'node:net';
import { setTimeout as delay } from 'node:timers/promises';
import { type Case, type CaseOutcome, Faults } from '../../harness/cases.ts';
import { socketsOf, tcpSockets } from '../../harness/sockets.ts';
import { waitUntil } from '../../harness/wait.ts';
import { waitForLog } from '../rig/log-lines.ts';
import { renderSamplePolicy } from '../rig/policy.ts';
import { portAnswer } from '../rig/port-answer.ts';
import { type Agent, ready, Stack } from '../rig/stack.ts';
import { startEcho } from '../rig/tcp-service.ts';
import { type Workplace, withWorkplace } from '../rig/workplace.ts';

const watchMs = 5000;
const sampleMs = 20;

export const noTunnelCase: Case = {
  name: 'no-tunnel',
  about: 'no tunnel, no traffic: local ports reset, nothing goes around the sidecar, broken streams are reset',
  waits: true,
  run: () => withWorkplace('no-tunnel', runNoTunnel),
};

async function runNoTunnel(place: Workplace): Promise<CaseOutcome> {
  const faults = new Faults();
  const echo = await startEcho(place);
  const stack = await Stack.prepare(place, {
    policies: [renderSamplePolicy({ services: [{ name: 'echo', port: echo.port }] })],
  });
  const server = `127.0.0.1:${stack.ports.sidecar}`;
  const agent = await stack.launchAgent({ device: 'lonely', services: ['echo'], server, sets: ['backoff.max=2s'] });
  await waitForLog(agent.child, 'RETRY', /^UNREACHABLE: 127\.0\.0\.1:\d+ cannot be reached: .*ECONNREFUSED/);
  const before = await watch(agent, stack, echo.port, faults, 'before the first tunnel');
  const answer = await fetch(`http://127.0.0.1:${agent.adminPort}/readyz`);
  faults.expect(answer.status === 503, `/readyz answers ${answer.status} without a tunnel`);
  const reason = await answer.text();
  faults.expect(/UNREACHABLE/.test(reason), `/readyz says "${reason.trim()}" and not why`);

  await stack.startSidecar();
  await ready(`http://127.0.0.1:${agent.adminPort}/readyz`, agent.child);
  const program = new Program(agent.port('echo'));
  await program.echoes('before');
  stack.sidecar.kill();
  await stack.sidecar.exited;
  await waitForLog(agent.child, 'TUNNEL_DOWN', /local ports reset connections$/);
  const ending = await program.ended;
  faults.expect(ending === 'ECONNRESET', `a program whose tunnel was lost got ${ending}, not ECONNRESET`);
  const after = await watch(agent, stack, echo.port, faults, 'after the tunnel was lost');

  await stack.startSidecar();
  await ready(`http://127.0.0.1:${agent.adminPort}/readyz`, agent.child);
  const again = new Program(agent.port('echo'));
  await again.echoes('after');
  again.close();
  return faults.outcome({ resets_before: before, resets_after: after });
}

/** Watches for 5 s; returns how often the port was tried. */
async function watch(agent: Agent, stack: Stack, backend: number, faults: Faults, when: string): Promise<number> {
  const endMs = performance.now() + watchMs;
  const ownPorts = new Set([agent.adminPort, agent.port('echo')]);
  const strangers = new Set<number>();
  let tries = 0;
  let toBackend = 0;
  while (performance.now() < endMs) {
    for (const { localPort, remotePort, state } of socketsOf(agent.child.pid)) {
      const isProgram = ownPorts.has(localPort) || state === 'listening';
      if (!isProgram && remotePort !== stack.ports.sidecar) strangers.add(remotePort);
    }
    toBackend += tcpSockets().filter(
      ({ remotePort, state }) => remotePort === backend && (state === 'opening' || state === 'established'),
    ).length;
    faults.expect((await portAnswer(agent.port('echo'))) === 'reset', `${when}: the local port took a connection`);
    tries += 1;
    await delay(sampleMs);
  }
  faults.expect(strangers.size === 0, `${when}: the agent had connections to ports ${[...strangers].join(', ')}`);
  faults.expect(toBackend === 0, `${when}: something was connected to the backend`);
  return tries;
}

/** A program of the device. */
class Program {
  /** What its connection ended by. */
  readonly ended: Promise<string>;
  readonly #socket: Socket;
  #heard = '';

  constructor(port: number) {
    this.#socket = connect({ host: '127.0.0.1', port });
    this.#socket.setEncoding('latin1').on('data', (text: string) => {
      this.#heard += text;
    });
    this.ended = new Promise((resolve) => {
      this.#socket.once('error', (error: NodeJS.ErrnoException) => resolve(error.code ?? error.message));
      this.#socket.once('end', () => resolve('a clean end'));
    });
  }

  async echoes(text: string): Promise<void> {
    this.#socket.write(text);
    await waitUntil(`"${text}" is echoed`, 10_000, () => (this.#heard.endsWith(text) ? true : undefined));
  }

  close(): void {
    this.#socket.destroy();
  }
}
