// Invariant 12: a peer that does not speak quietwire/1 gets nothing but the end of its connection, and no service sees it.
// The tunnels beside it keep their schedule.
import { randomBytes } from 'node:crypto';
import { connect as connectTcp, type Socket } from 'node:net';
import { setTimeout as delay } from 'node:timers/promises';
import { connect as connectTls } from 'node:tls';
import { type Case, Faults } from '../../harness/cases.ts';
import { monotonicMs } from '../../harness/command-loop.ts';
import { auditLink } from '../audit/link-audit.ts';
import { BOOTSTRAP_FRAME } from '../audit/session-view.ts';
import { judge } from '../audit/stalls.ts';
import { type Rig, withRig } from '../rig/rig.ts';
import { fastPolicy } from '../rig/wire-policy.ts';

const TIMEOUT_MS = 1000;
const GRACE_MS = 1500;

interface Peer {
  readonly open: (rig: Rig) => Socket;
  /** Bytes that it may be told: the refusal of the bootstrap exchange. */
  readonly allowed: number;
}

const http = 'GET / HTTP/1.1\r\nHost: localhost\r\n\r\n';
const tls = (rig: Rig, protocols: readonly string[]) =>
  connectTls({ host: '127.0.0.1', port: rig.cloudPort, ca: rig.certificate.ca, ALPNProtocols: [...protocols] });
const saying = (socket: Socket, event: 'connect' | 'secureConnect', bytes: string | Buffer): Socket =>
  socket.once(event, () => socket.write(bytes));

const peers: Readonly<Record<string, Peer>> = {
  'plain HTTP': { open: (rig) => saying(connectTcp(rig.cloudPort, '127.0.0.1'), 'connect', http), allowed: 0 },
  'a silent TCP connection': { open: (rig) => connectTcp(rig.cloudPort, '127.0.0.1'), allowed: 0 },
  'HTTP over TLS without ALPN': { open: (rig) => saying(tls(rig, []), 'secureConnect', http), allowed: 0 },
  'HTTP over TLS with its own ALPN': {
    open: (rig) => saying(tls(rig, ['http/1.1']), 'secureConnect', http),
    allowed: 0,
  },
  'silence with the right ALPN': { open: (rig) => tls(rig, ['quietwire/1']), allowed: 0 },
  'garbage with the right ALPN': {
    open: (rig) => saying(tls(rig, ['quietwire/1']), 'secureConnect', randomBytes(2048)),
    allowed: BOOTSTRAP_FRAME,
  },
  'a frame of data before any proof': {
    open: (rig) => saying(tls(rig, ['quietwire/1']), 'secureConnect', dataFrame()),
    allowed: BOOTSTRAP_FRAME,
  },
};

export const refusedCase: Case = {
  name: 'refused',
  about: 'invariant 12: peers that do not speak the protocol get nothing, tunnels beside them are untouched',
  waits: true,
  run: async () => {
    const faults = new Faults();
    let excused = 0;
    await withRig(
      { policies: [fastPolicy], config: { limits: { handshakeTimeout: `${TIMEOUT_MS}ms` } } },
      async (rig) => {
        const link = await rig.connect(fastPolicy.fleet, 'good');
        const outcomes = await Promise.all(Object.entries(peers).map(([name, peer]) => visit(rig, name, peer)));
        faults.list.push(...outcomes.flat());
        await delay(1000);
        faults.expect(!rig.events.some(({ event }) => event === 'stream'), 'a service was reached');
        const status = await rig.cloud.request({ do: 'status' });
        faults.expect(status.tunnels === 1, `${status.tunnels} tunnels stand, expected the one good device`);
        const audit = auditLink(link, fastPolicy, { untilMs: monotonicMs() - 300 });
        const verdict = judge(audit.faults, await rig.stalls(), audit.slots);
        excused = verdict.excused;
        faults.list.push(...verdict.faults);
        faults.expect(
          audit.runs.length === 1,
          `the good device's tunnel shows ${audit.runs.length} runs, expected the first`,
        );
      },
    );
    return faults.outcome({ peers: Object.keys(peers).length, excused });
  },
};

async function visit(rig: Rig, name: string, { open, allowed }: Peer): Promise<string[]> {
  const socket = open(rig);
  let received = 0;
  socket.on('data', (chunk: Buffer) => {
    received += chunk.length;
  });
  socket.on('error', () => {});
  const startMs = monotonicMs();
  const closed = new Promise<boolean>((resolve) => socket.once('close', () => resolve(true)));
  const ended = await Promise.race([closed, delay(2 * TIMEOUT_MS + GRACE_MS, false)]);
  const faults: string[] = [];
  if (!ended) faults.push(`${name}: still open after ${Math.round(monotonicMs() - startMs)} ms`);
  if (received > allowed) faults.push(`${name}: got ${received} bytes, allowed ${allowed}`);
  socket.destroy();
  return faults;
}

/** A frame of 512 bytes with a STREAM field. */
function dataFrame(): Buffer {
  const frame = Buffer.alloc(BOOTSTRAP_FRAME);
  frame.writeUInt16BE(BOOTSTRAP_FRAME, 0);
  frame.set([0x10, 0, 4, 0, 1, 0x68, 0x69], 2);
  return frame;
}
