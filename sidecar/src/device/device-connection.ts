/**
 * One device from the end of its TLS handshake on: it proves itself, gets its parameters, and its tunnel's streams go to the
 * services of its policy. Who else is connected is `device-connections.ts`'s matter.
 */
import {
  type Binding,
  certificateBinding,
  type Hello,
  type KeyLookup,
  type Parameters,
  type PolicyRefusal,
  type Session,
} from '@quietwire/proto';
import { establishAsCloud, Tunnel, type TunnelStream, tlsChannel } from '@quietwire/tunnel';
import type { SecureConnection } from '../listener/listener.ts';
import type { FleetPolicy } from '../policy/fleet-policy.ts';
import { deviceCommonName, encodeProxyHeader } from '../proxy/encode-proxy-header.ts';
import { quietwireAlpn } from '../tls/server-options.ts';
import type { DeviceServing } from './device-serving.ts';
import { forwardStream } from './forward.ts';

/** RFC 9266: the label of the exporter that both ends bind to. */
const exporterLabel = 'EXPORTER-Channel-Binding';
const exporterBytes = 32;

export interface DeviceConnection {
  readonly fleet: string;
  readonly deviceId: string;
  readonly policy: FleetPolicy;
  readonly tunnel: Tunnel;
  readonly tlsProtocol: string;
  /** Monotonic, ms. */
  readonly sinceMs: number;
  /** When it must be closed for its age, ms. */
  readonly untilMs: number;
}

export interface ConnectionOwner {
  /** Whether the device may connect now. */
  admits(fleet: string, deviceId: string): boolean;
  /** The device is proven and its tunnel stands. */
  opened(connection: DeviceConnection): void;
  closed(connection: DeviceConnection, error: Error | undefined): void;
}

/**
 * Serves a device up to the establishment of its tunnel, which then lives by itself.
 * @throws (rejects) as `establishAsCloud`, with the fleet that the peer named, for the log: see `EstablishFailure`.
 */
export async function serveDevice(
  secure: SecureConnection,
  serving: DeviceServing,
  owner: ConnectionOwner,
): Promise<void> {
  const { socket, transport } = secure;
  const { runtime, policies, keys } = serving;
  const claimed: { fleet: string | undefined; deviceId: string | undefined } = {
    fleet: undefined,
    deviceId: undefined,
  };
  const channel = tlsChannel(socket, transport);
  const tlsProtocol = socket.getProtocol() ?? 'unknown';

  const createTunnel = (session: Session): Tunnel => {
    secure.proven();
    const policy = policies.get(session.fleet);
    if (policy === undefined) throw new Error('the policy vanished during the bootstrap exchange');
    const { meter, parameters } = policy;
    const { limits, pool, memory } = serving;
    const tunnel = new Tunnel({ channel, session, role: 'cloud', parameters, limits, runtime, pool, meter, memory });
    const sinceMs = runtime.clock.now();
    // Up to a tenth earlier, so that devices that came together do not leave together.
    const untilMs = sinceMs + policy.maxConnectionAgeMs * (1 - 0.1 * runtime.random.next());
    const { fleet, deviceId } = session;
    const connection: DeviceConnection = { fleet, deviceId, policy, tunnel, tlsProtocol, sinceMs, untilMs };
    tunnel.onStream = (stream) => openService(stream, connection, secure, serving);
    tunnel.onClose = (error) => owner.closed(connection, error);
    owner.opened(connection);
    return tunnel;
  };

  const bootstrap = {
    nonce: runtime.randomBytes(32),
    aeads: ['AES-256-GCM', 'CHACHA20-POLY1305'] as const,
    binding: (kind: Binding) => channelBinding(secure, kind),
    lookup: (fleet: string, deviceId: string, keyId: Uint8Array): KeyLookup => {
      claimed.fleet = fleet;
      claimed.deviceId = deviceId;
      return keys.lookup(fleet, deviceId, keyId, policies.get(fleet) !== undefined);
    },
    parameters: (fleet: string, hello: Hello): Parameters | PolicyRefusal => {
      const policy = policies.get(fleet);
      if (policy === undefined) return { refuse: 'NO_POLICY' };
      return owner.admits(fleet, hello.deviceId) ? policy.message : { refuse: 'BUSY' };
    },
  };

  try {
    await establishAsCloud({ channel, runtime, deadlineMs: serving.handshakeTimeoutMs, createTunnel }, bootstrap);
  } catch (cause) {
    throw new EstablishFailure(claimed.fleet, claimed.deviceId, cause);
  }
}

/** Why a peer did not become a device, and whom it claimed to be. */
export class EstablishFailure extends Error {
  readonly fleet: string | undefined;
  readonly deviceId: string | undefined;

  constructor(fleet: string | undefined, deviceId: string | undefined, cause: unknown) {
    super(cause instanceof Error ? cause.message : String(cause), { cause });
    this.name = 'EstablishFailure';
    this.fleet = fleet;
    this.deviceId = deviceId;
  }
}

function channelBinding({ socket }: SecureConnection, kind: Binding): Uint8Array | undefined {
  if (kind === 'EXPORTER') return socket.exportKeyingMaterial(exporterBytes, exporterLabel, Buffer.alloc(0));
  const certificate = socket.getX509Certificate();
  return certificate === undefined ? undefined : certificateBinding(certificate.raw);
}

function openService(
  stream: TunnelStream,
  connection: DeviceConnection,
  secure: SecureConnection,
  serving: DeviceServing,
): void {
  const { policy, fleet, deviceId, tlsProtocol } = connection;
  const service = policy.services.get(stream.service);
  if (service === undefined) {
    serving.services.unknown(policy, deviceId, stream.service);
    stream.on('error', () => {});
    stream.refuse('UNKNOWN_SERVICE');
    return;
  }
  const { source, destination } = secure;
  const header =
    service.proxyProtocol === 'None'
      ? undefined
      : encodeProxyHeader({
          source,
          destination,
          commonName: deviceCommonName(service.identity, fleet, deviceId),
          fleet,
          tlsVersion: tlsProtocol,
          alpn: quietwireAlpn,
        });
  forwardStream(stream, { port: service.port, header }, serving.runtime, {
    onConnected: () => serving.services.reachable(policy, service.name),
    onUnreachable: (reason) => serving.services.unreachable(policy, deviceId, service.name, reason),
    onFailed: (reason) => serving.services.failed(deviceId, service.name, reason),
  });
}
