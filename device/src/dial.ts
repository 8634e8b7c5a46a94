// One attempt to connect: TCP and TLS with the pinned authority, ALPN, channel binding, bootstrap, and the tunnel of it.
// What follows from a failure is the caller's matter.
import { isIP } from 'node:net';
import { type ConnectionOptions, connect, type TLSSocket } from 'node:tls';
import {
  type ChannelBinding,
  certificateBinding,
  type Profile,
  ProtoError,
  type Session,
  tlsCiphers,
  usesExtendedMasterSecret,
} from '@quietwire/proto';
import { type Address, formatAddress } from '@quietwire/shaping';
import {
  defaultTunnelLimits,
  establishAsDevice,
  type FramePool,
  type MemoryBudget,
  OneShot,
  parametersFromMessage,
  type Runtime,
  Tunnel,
  type TunnelMeter,
  tlsChannel,
} from '@quietwire/tunnel';
import type { Credentials } from './credentials.ts';
import { DeviceError } from './errors.ts';
import { alpnFailure, masterSecretFailure, tlsFailure } from './tls-failure.ts';

export type TlsVersion = 'TLSv1.2' | 'TLSv1.3';

export interface DialOptions {
  readonly server: Address;
  readonly serverName: string | undefined;
  readonly fleet: string;
  readonly device: string;
  /** Asked for each attempt, so that renewed files take effect. */
  readonly credentials: () => Credentials;
  readonly minVersion: TlsVersion;
  readonly maxVersion: TlsVersion;
  readonly binding: 'exporter' | 'certificate';
  /** Bytes. */
  readonly maxFrame: number;
  readonly profile: Profile;
  readonly runtime: Runtime;
  readonly pool: FramePool;
  readonly meter: TunnelMeter;
  readonly memory: MemoryBudget;
}

/** What one attempt tells its caller, beside its promise. */
export interface Attempt {
  /** Aborted: the attempt is not wanted any more. */
  readonly signal: AbortSignal;
  /** The tunnel of this attempt is over; may come in the turn in which the promise is resolved. */
  readonly onClose: (error?: Error) => void;
  readonly onGoaway: () => void;
}

export const alpn = 'quietwire/1';
const connectTimeoutMs = 10_000;
const bootstrapTimeoutMs = 10_000;
/** RFC 9266. */
const exporterLabel = 'EXPORTER-Channel-Binding';
const exporterBytes = 32;

/** @throws (rejects) DeviceError UNREACHABLE, CERTIFICATE, ALPN, TLS_VERSION, TLS_FAILED; as `establishAsDevice`. */
export async function dialTunnel(options: DialOptions, attempt: Attempt): Promise<Tunnel> {
  const server = formatAddress(options.server);
  const credentials = options.credentials();
  const { promise, resolve, reject } = Promise.withResolvers<Tunnel>();
  const socket = connect(tlsOptions(options, credentials));
  let failure: Error | undefined;
  const deadline = new OneShot(options.runtime, () => {
    const text = `${server} cannot be reached: no TLS handshake within ${connectTimeoutMs / 1000} s`;
    socket.destroy(new DeviceError('UNREACHABLE', text));
  }).startIn(connectTimeoutMs);
  const abort = () => socket.destroy(new DeviceError('TUNNEL_CLOSED', 'the connection is not wanted any more'));
  attempt.signal.addEventListener('abort', abort);
  if (attempt.signal.aborted) abort();

  socket.on('error', (error: Error) => {
    failure ??= error;
  });
  socket.once('close', () => reject(tlsFailure(socket, server, failure)));
  socket.once('secureConnect', () => {
    deadline.cancel();
    const unfit = unfitness(socket, server);
    if (unfit === undefined) {
      resolve(establish(socket, credentials, options, attempt));
      return;
    }
    reject(unfit);
    socket.destroy();
  });
  try {
    return await promise;
  } finally {
    deadline.cancel();
    attempt.signal.removeEventListener('abort', abort);
  }
}

function tlsOptions(
  { server, serverName, minVersion, maxVersion }: DialOptions,
  { ca }: Credentials,
): ConnectionOptions {
  // Server name indication takes names only; without one the certificate must hold the address.
  const servername = serverName ?? (isIP(server.host) === 0 ? server.host : undefined);
  return {
    host: server.host,
    port: server.port,
    ...(servername === undefined ? {} : { servername }),
    ca,
    // What the authority file names is trusted as it is, an issuing intermediate alone too.
    allowPartialTrustChain: true,
    ALPNProtocols: [alpn],
    minVersion,
    maxVersion,
    ciphers: tlsCiphers,
    rejectUnauthorized: true,
  };
}

/** Why nothing may be sent on a connection whose handshake has ended well (SPEC 2.1, 2.2). */
function unfitness(socket: TLSSocket, server: string): DeviceError | undefined {
  if (socket.alpnProtocol !== alpn) return alpnFailure(server);
  if (socket.getProtocol() === 'TLSv1.2' && !usesExtendedMasterSecret(socket.getSession()))
    return masterSecretFailure(server);
  return undefined;
}

/** Credit that this device gives at most, bytes: what a server may make it hold (docs/limits.md). */
const mostWindow = 1024 * 1024;

/** @throws ProtoError PARAMETERS_INVALID where the server wants this device to hold more than it does. */
function checkWindows(streamWindow: number, tunnelWindow: number): void {
  for (const [name, bytes] of Object.entries({ streamWindow, tunnelWindow })) {
    if (bytes > mostWindow)
      throw new ProtoError('PARAMETERS_INVALID', `${name}: too large (got ${bytes}, this device holds ${mostWindow})`);
  }
}

/** In the turn of 'secureConnect', so that nothing that follows the handshake is missed. */
function establish(socket: TLSSocket, { key }: Credentials, options: DialOptions, attempt: Attempt): Promise<Tunnel> {
  const { runtime, pool, meter, memory, fleet, device, maxFrame, profile } = options;
  // TLS 1.2: a handshake anew would send records outside slots, and leave the binding behind.
  socket.disableRenegotiation();
  const channel = tlsChannel(socket);
  const createTunnel = (session: Session): Tunnel => {
    const { maxStreams, streamWindow, tunnelWindow } = session.parameters;
    checkWindows(streamWindow, tunnelWindow);
    const tunnel = new Tunnel({
      channel,
      session,
      role: 'device',
      parameters: parametersFromMessage(session.parameters),
      limits: { ...defaultTunnelLimits, maxStreams, streamWindow, tunnelWindow },
      runtime,
      pool,
      meter,
      memory,
    });
    tunnel.onClose = attempt.onClose;
    tunnel.onGoaway = attempt.onGoaway;
    return tunnel;
  };
  return establishAsDevice(
    { channel, runtime, deadlineMs: bootstrapTimeoutMs, createTunnel },
    {
      fleet,
      deviceId: device,
      deviceKey: key,
      nonce: runtime.randomBytes(32),
      binding: channelBinding(socket, options.binding),
      maxFrame,
      aeads: ['AES-256-GCM', 'CHACHA20-POLY1305'],
      profile,
    },
  );
}

function channelBinding(socket: TLSSocket, kind: DialOptions['binding']): ChannelBinding {
  if (kind === 'exporter')
    return { kind: 'EXPORTER', value: socket.exportKeyingMaterial(exporterBytes, exporterLabel, Buffer.alloc(0)) };
  const certificate = socket.getPeerX509Certificate();
  if (certificate === undefined) throw new DeviceError('CERTIFICATE', 'the server showed no certificate');
  return { kind: 'CERTIFICATE', value: certificateBinding(certificate.raw) };
}
