// The cloud's end of tunnels for the tests of this folder: real TLS on loopback, one policy, services as functions.
import { once } from 'node:events';
import { createServer as createTcpServer, type Server, type Socket } from 'node:net';
import { after } from 'node:test';
import { createServer, type TLSSocket, type TlsOptions } from 'node:tls';
import { createDevelopmentCertificate, type DevelopmentCertificate } from '@quietwire/planner';
import { type Binding, certificateBinding, deriveDeviceKey, type PolicyRefusal } from '@quietwire/proto';
import type { ShapingParameters } from '@quietwire/shaping';
import {
  createSystemRuntime,
  defaultTunnelLimits,
  establishAsCloud,
  FramePool,
  parametersMessage,
  Tunnel,
  type TunnelLimits,
  type TunnelStream,
  tlsChannel,
} from '@quietwire/tunnel';

export const groupKey = Buffer.alloc(32, 9);
export const fleet = 'smart-plug';
export const device = 'plug-1';
export const key = Buffer.from(deriveDeviceKey(groupKey, device)).toString('base64');

const dayMs = 86_400_000;
const constant = (value: number) => ({ kind: 'constant' as const, value });

/** Short periods, so that a test waits for little. */
export const fastParameters: ShapingParameters = {
  version: 1,
  mode: 'STP',
  frameSize: 1024,
  periodMs: 400,
  upstream: { interval: constant(20), size: constant(1024) },
  downstream: { interval: constant(20), size: constant(1024) },
  background: { intervalMs: 200, frameSize: 128 },
  leadMs: 100,
  holdMs: 300,
  restMs: 20,
  followerOffsetMs: 5,
  longestRun: 64,
  quietBytes: 4,
  activityWindowMs: 1000,
  cover: { deviceRate: 0, cloudRate: 0, deviceDurations: [1], cloudDurations: [1] },
};

export async function certificate(startsInDays = -1, hosts = ['sidecar.test']): Promise<DevelopmentCertificate> {
  return createDevelopmentCertificate({ hosts, notBefore: new Date(Date.now() + startsInDays * dayMs), days: 5 });
}

/** One certificate for all tests of a file that do not test certificates. */
export const trusted = await certificate();

export interface CloudOptions {
  readonly services?: Readonly<Record<string, (stream: TunnelStream) => void>>;
  readonly parameters?: Partial<ShapingParameters>;
  readonly limits?: Partial<TunnelLimits>;
  readonly tls?: TlsOptions;
  readonly bindings?: readonly Binding[];
  /** Answers devices that have proven themselves; may change its mind. */
  readonly refuse?: () => PolicyRefusal | undefined;
  /** Does something else once TLS stands. */
  readonly onSecure?: (socket: TLSSocket) => void;
  readonly port?: number;
}

export interface Cloud {
  /** `127.0.0.1:port` */
  readonly address: string;
  readonly port: number;
  /** Tunnels that stand. */
  readonly tunnels: Set<Tunnel>;
  /** TLS connections so far. */
  readonly connections: number;
  /** Why devices were turned away, in order. */
  readonly failures: string[];
  /** Sends bytes on every connection, past the tunnels. */
  shout(bytes: Uint8Array): void;
  /** Drops every connection with a TCP reset. */
  cut(): void;
  close(): Promise<void>;
}

const closers = new Set<() => unknown>();
// A test that failed has not closed what it started, which would keep the process of its file alive.
after(() => Promise.all([...closers].map((close) => close())));

export async function startCloud(options: CloudOptions = {}): Promise<Cloud> {
  const runtime = createSystemRuntime();
  const parameters = { ...fastParameters, ...options.parameters };
  const limits = { ...defaultTunnelLimits, ...options.limits };
  const bindings = options.bindings ?? ['EXPORTER', 'CERTIFICATE'];
  const pool = new FramePool();
  const tunnels = new Set<Tunnel>();
  const failures: string[] = [];
  const { cert } = trusted;
  const server = createServer({
    cert,
    key: trusted.key,
    ALPNProtocols: ['quietwire/1'],
    noDelay: true,
    ...options.tls,
  });
  const sockets = trackSockets(server);
  const secure = new Set<TLSSocket>();
  let connections = 0;

  server.on('tlsClientError', () => {});
  server.on('secureConnection', (socket) => {
    connections += 1;
    secure.add(socket);
    socket.once('close', () => secure.delete(socket));
    if (options.onSecure !== undefined) {
      socket.on('error', () => {});
      options.onSecure(socket);
      return;
    }
    const channel = tlsChannel(socket);
    establishAsCloud(
      {
        channel,
        runtime,
        deadlineMs: 5000,
        createTunnel: (session) => {
          const tunnel = new Tunnel({ channel, session, role: 'cloud', parameters, limits, runtime, pool });
          tunnel.onStream = (stream) => {
            stream.on('error', () => {});
            const service = options.services?.[stream.service];
            if (service === undefined) stream.refuse('UNKNOWN_SERVICE');
            else service(stream);
          };
          tunnel.onClose = () => tunnels.delete(tunnel);
          tunnels.add(tunnel);
          return tunnel;
        },
      },
      {
        nonce: runtime.randomBytes(32),
        binding: (kind) => {
          if (!bindings.includes(kind)) return undefined;
          if (kind === 'EXPORTER') return socket.exportKeyingMaterial(32, 'EXPORTER-Channel-Binding', Buffer.alloc(0));
          return certificateBinding(socket.getX509Certificate()?.raw ?? Buffer.alloc(0));
        },
        lookup: (name, id) =>
          name === fleet ? { deviceKey: deriveDeviceKey(groupKey, id), slot: 'primary' } : { unknown: 'fleet' },
        parameters: () => options.refuse?.() ?? parametersMessage(parameters, limits),
        aeads: ['AES-256-GCM'],
      },
    ).catch((error: { code: string }) => failures.push(error.code));
  });
  const port = await listen(server, options.port);
  const close = async (): Promise<void> => {
    if (!closers.delete(close)) return;
    for (const socket of sockets) socket.destroy();
    server.close();
    await once(server, 'close');
    runtime.close();
  };
  closers.add(close);
  return {
    address: `127.0.0.1:${port}`,
    port,
    tunnels,
    failures,
    get connections() {
      return connections;
    },
    shout: (bytes) => {
      for (const socket of secure) socket.write(bytes);
    },
    cut: () => {
      for (const socket of sockets) socket.resetAndDestroy();
    },
    close,
  };
}

/** A TCP server that is no TLS server. */
export async function startPlain(onSocket: (socket: Socket) => void): Promise<{ address: string; close: () => void }> {
  const server = createTcpServer((socket) => {
    socket.on('error', () => {});
    onSocket(socket);
  });
  const sockets = trackSockets(server);
  const port = await listen(server);
  const close = (): void => {
    closers.delete(close);
    for (const socket of sockets) socket.destroy();
    server.close();
  };
  closers.add(close);
  return { address: `127.0.0.1:${port}`, close };
}

/** A port that nothing listens on. */
export async function freePort(): Promise<number> {
  const server = createTcpServer();
  const port = await listen(server);
  server.close();
  await once(server, 'close');
  return port;
}

async function listen(server: Server, port = 0): Promise<number> {
  server.listen(port, '127.0.0.1');
  await once(server, 'listening');
  return (server.address() as { port: number }).port;
}

function trackSockets(server: Server): Set<Socket> {
  const sockets = new Set<Socket>();
  server.on('connection', (socket: Socket) => {
    sockets.add(socket);
    socket.once('close', () => sockets.delete(socket));
  });
  return sockets;
}
