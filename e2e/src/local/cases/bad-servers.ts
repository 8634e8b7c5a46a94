// The e2e case `bad-servers`: an agent that meets something else than its sidecar says why, and tries again unless what it met has shown the
// server's certificate: then it ends with the status of the contract. No local connection ever goes through.
import { randomBytes } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { type AddressInfo, createServer, type Server, type Socket } from 'node:net';
import { createServer as createTlsServer, type TlsOptions } from 'node:tls';
import { type Case, type CaseOutcome, Faults } from '../../harness/cases.ts';
import { waitForLog } from '../rig/log-lines.ts';
import { renderSamplePolicy } from '../rig/policy.ts';
import { portAnswer } from '../rig/port-answer.ts';
import { type AgentOptions, Stack } from '../rig/stack.ts';
import { type Workplace, withWorkplace } from '../rig/workplace.ts';

const endsWithinMs = 10_000;
const alpn = ['quietwire/1'];

export const badServersCase: Case = {
  name: 'bad-servers',
  about:
    'an agent before a server that is no sidecar, not trusted, or speaks garbage: exit status, message, no open port',
  waits: true,
  run: () => withWorkplace('bad-servers', runBadServers),
};

interface BadServer {
  readonly name: string;
  readonly server: Server;
  readonly caFile?: string;
  /** Exit status of the agent; without one it tries again. */
  readonly status?: number;
  /** The line of its error, or the message of RETRY. */
  readonly says: RegExp;
}

async function runBadServers(place: Workplace): Promise<CaseOutcome> {
  const faults = new Faults();
  const stack = await Stack.prepare(place, {
    policies: [renderSamplePolicy({ services: [{ name: 'echo', port: 9 }] })],
  });
  await stack.quietwire('keys', 'cert', '--dev', 'localhost', '-o', place.path('other'));
  const [cert, key] = await Promise.all([
    readFile(place.path('tls', 'cert.pem')),
    readFile(place.path('tls', 'key.pem')),
  ]);
  const tls = (options: TlsOptions, onSocket: (socket: Socket) => void): Server => {
    const server = createTlsServer({ cert, key, ...options }, onSocket);
    server.on('tlsClientError', () => {});
    return server;
  };
  const servers: BadServer[] = [
    {
      name: 'a server without TLS',
      server: createServer((socket) => socket.end('220 mail.example ESMTP\r\n')),
      says: /^TLS_FAILED: 127\.0\.0\.1:\d+ does not answer as a TLS server: .*captive portal.*; next attempt in /,
    },
    {
      name: 'a web server',
      server: tls({ ALPNProtocols: ['http/1.1'] }, (socket) => socket.end()),
      says: /^ALPN: 127\.0\.0\.1:\d+ does not speak quietwire\/1: it is no sidecar, or TLS ends before it; next attempt in /,
    },
    {
      name: 'TLS without ALPN',
      server: tls({}, (socket) => socket.end()),
      status: 5,
      says: /^error ALPN: /,
    },
    {
      name: 'garbage after the handshake',
      server: tls({ ALPNProtocols: alpn }, (socket) => socket.write(randomBytes(4000).fill(0xff, 0, 2))),
      status: 6,
      says: /^error FRAME_LENGTH: a frame is shorter than 64 bytes or longer than was agreed/,
    },
    {
      name: 'a certificate of another authority',
      server: tls({ ALPNProtocols: alpn }, (socket) => socket.end()),
      caFile: place.path('other', 'ca.pem'),
      says: /^CERTIFICATE: the certificate of 127\.0\.0\.1:\d+ is not trusted: .*; next attempt in /,
    },
    {
      name: 'a plaintext alert',
      server: createServer((socket) => socket.end(Buffer.of(21, 3, 3, 0, 2, 2, 40))),
      says: /^TLS_FAILED: .*captive portal.*; next attempt in /,
    },
    {
      name: 'a sidecar that restarts',
      server: tls({ ALPNProtocols: alpn }, (socket) => socket.destroy()),
      says: /^TUNNEL_PEER_CLOSED: .*next attempt in \d+\.\d s$/,
    },
  ];
  await Promise.all(servers.map((bad) => meets(stack, bad, faults)));
  return faults.outcome({ servers: servers.length });
}

async function meets(stack: Stack, bad: BadServer, faults: Faults): Promise<void> {
  const options = await agentBefore(stack, bad.server);
  const sets = bad.caFile === undefined ? [] : [`tls.caFile=${bad.caFile}`];
  const { child, port } = await stack.launchAgent({ ...options, device: bad.name.replaceAll(' ', '-'), sets });
  if (bad.status === undefined) {
    await waitForLog(child, 'RETRY', bad.says).catch((error: Error) =>
      faults.expect(false, `${bad.name}: ${error.message}`),
    );
    faults.expect(child.isRunning, `${bad.name}: the agent ended: ${child.lastWords}`);
    const answer = await portAnswer(port('echo'));
    faults.expect(answer === 'reset', `${bad.name}: the local port is ${answer} without a tunnel`);
    return;
  }
  const status = await child.exitsWithin(endsWithinMs);
  const said = child.said.filter((line) => line.startsWith('error '));
  faults.expect(status === bad.status, `${bad.name}: the agent ended with ${status}, not ${bad.status}`);
  const isClear = said.length === 1 && bad.says.test(said[0] ?? '');
  faults.expect(isClear, `${bad.name}: the agent says "${said.join('\n')}", expected ${bad.says}`);
  const answer = await portAnswer(port('echo'));
  faults.expect(answer === 'refused', `${bad.name}: the local port is ${answer} after the end`);
}

async function agentBefore(stack: Stack, server: Server): Promise<Omit<AgentOptions, 'device'>> {
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  server.on('connection', (socket) => socket.on('error', () => {}));
  stack.place.onClose(() => {
    server.close();
  });
  return { services: ['echo'], server: `127.0.0.1:${(server.address() as AddressInfo).port}` };
}
