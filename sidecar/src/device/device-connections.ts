/**
 * All devices that are connected: takes secure connections, keeps the newest of each device, ends what is too old or
 * revoked, and closes all of them for the clean stop. Reports to log and metrics.
 */
import type { TLSSocket } from 'node:tls';
import { ProtoError, type ProtoErrorCode } from '@quietwire/proto';
import { isPeerFault, OneShot, TunnelError } from '@quietwire/tunnel';
import { errorText } from '../errors.ts';
import type { SecureConnection } from '../listener/listener.ts';
import type { Log } from '../log.ts';
import type { KeySlot, SidecarMetrics } from '../telemetry/sidecar-metrics.ts';
import { type DeviceConnection, EstablishFailure, serveDevice } from './device-connection.ts';
import type { DeviceServing } from './device-serving.ts';
import { DeviceTable } from './device-table.ts';

export interface DrainOutcome {
  /** Tunnels that ended with data queued. */
  readonly undelivered: number;
  /** Tunnels that the deadline cut off. */
  readonly cut: number;
}

/** Distance of the looks at age and revocation. */
const sweepMs = 10_000;
/** Least distance of the looks at all transports that follow what held the thread. */
const transportsMs = 50;
/** Time for the peer's end after ours. */
const lingerMs = 2000;

/** Why a peer is refused before it is asked for its proof (VERSION), or after it has proved itself. */
const notForItsProof: ReadonlySet<string> = new Set([
  'VERSION',
  'REVOKED',
  'BUSY',
  'NO_POLICY',
  'FRAME_TOO_LARGE',
  'PARAMETERS_INVALID',
  'PARAMETERS_TOO_LARGE',
] satisfies ProtoErrorCode[]);

export class DeviceConnections {
  readonly #serving: DeviceServing;
  readonly #log: Log;
  readonly #metrics: SidecarMetrics;
  readonly #devices = new DeviceTable<DeviceConnection>();
  /** All tunnels, those included whose device has connected again. */
  readonly #tunnels = new Set<DeviceConnection>();
  /** Peers that have not proved themselves. */
  readonly #unproven = new Set<SecureConnection>();
  /** Sockets that are not closed, those included whose tunnel is over. */
  readonly #sockets = new Set<TLSSocket>();
  readonly #sweeper: OneShot;
  readonly #waiting = new Set<() => void>();
  #transportsAtMs = 0;
  #draining = false;

  constructor(serving: DeviceServing, log: Log, metrics: SidecarMetrics) {
    this.#serving = serving;
    this.#log = log;
    this.#metrics = metrics;
    this.#sweeper = new OneShot(serving.runtime, () => this.#sweep()).startIn(sweepMs);
    serving.runtime.scheduler.onLate = () => this.#checkTransports();
  }

  get size(): number {
    return this.#tunnels.size;
  }

  /** Takes a connection in the turn in which its handshake ended. */
  accept(secure: SecureConnection): void {
    if (this.#draining) {
      secure.socket.destroy();
      return;
    }
    const { socket } = secure;
    this.#unproven.add(secure);
    this.#sockets.add(socket);
    socket.once('close', () => this.#socketClosed(socket));
    const owner = {
      admits: (fleet: string, deviceId: string) => this.#devices.admits(fleet, deviceId, this.#now()),
      opened: (connection: DeviceConnection) => this.#opened(connection),
      closed: (connection: DeviceConnection, error: Error | undefined) => {
        this.#closed(connection, error);
        this.#linger(socket);
      },
    };
    serveDevice(secure, this.#serving, owner)
      .catch((error: unknown) => {
        this.#failed(error, secure.source.address);
        this.#linger(socket);
      })
      .finally(() => this.#unproven.delete(secure));
  }

  /** Closes tunnels of devices that the lists name now, by the rule that every close follows. */
  closeRevoked(): void {
    for (const { fleet, deviceId, tunnel } of this.#tunnels) {
      if (this.#serving.keys.isRevoked(fleet, deviceId)) tunnel.close().catch(() => {});
    }
  }

  /** The clean stop: every tunnel closes by the uniform rule; what stands after the deadline is cut off. */
  async drain(deadlineMs: number): Promise<DrainOutcome> {
    this.#draining = true;
    for (const { socket } of this.#unproven) socket.destroy();
    let undelivered = 0;
    let cut = 0;
    const cutOff = new OneShot(this.#serving.runtime, () => {
      cut = this.#tunnels.size;
      for (const { tunnel } of [...this.#tunnels]) tunnel.destroy(new Error('the drain deadline has passed'));
    }).startIn(deadlineMs);
    const closes = [...this.#tunnels].map(({ tunnel }) =>
      tunnel.close().catch(() => {
        undelivered += 1;
      }),
    );
    await Promise.all(closes);
    cutOff.cancel();
    await this.#allClosed();
    return { undelivered, cut };
  }

  /** Nothing may be connected any more. */
  close(): void {
    this.#sweeper.cancel();
  }

  /** Resolves when no socket is left: what the last slots sent has then reached the devices. */
  #allClosed(): Promise<void> {
    if (this.#sockets.size === 0) return Promise.resolve();
    return new Promise((resolve) => this.#waiting.add(resolve));
  }

  /** Our side has ended; a peer that does not end its own must not keep the socket. */
  #linger(socket: TLSSocket): void {
    if (!this.#sockets.has(socket)) return;
    const timer = new OneShot(this.#serving.runtime, () => socket.destroy()).startIn(lingerMs);
    socket.once('close', () => timer.cancel());
  }

  #socketClosed(socket: TLSSocket): void {
    this.#sockets.delete(socket);
    if (this.#sockets.size > 0) return;
    for (const resolve of this.#waiting) resolve();
    this.#waiting.clear();
  }

  #opened(connection: DeviceConnection): void {
    const { fleet, deviceId, policy, tlsProtocol, tunnel } = connection;
    const slot: KeySlot = tunnel.session.keySlot ?? 'primary';
    this.#metrics.authenticated(policy.name, slot);
    this.#metrics.tunnelOpened(policy.name, tlsProtocol);
    this.#tunnels.add(connection);
    const old = this.#devices.put(fleet, deviceId, connection);
    if (this.#log.takes('debug')) {
      this.#log.event('TUNNEL_OPENED', `device ${deviceId} is connected`, {
        device: deviceId,
        policy: policy.name,
        tls: tlsProtocol,
      });
      if (slot === 'secondary')
        this.#log.event('SECONDARY_KEY', `device ${deviceId} holds the secondary key`, { device: deviceId });
    }
    if (old === undefined) return;
    this.#log.event('TUNNEL_REPLACED', `device ${deviceId} connected again`, { device: deviceId, policy: policy.name });
    old.tunnel.destroy(new Error('the device connected again'));
  }

  #closed(connection: DeviceConnection, error: Error | undefined): void {
    const { fleet, deviceId, policy, tlsProtocol, sinceMs } = connection;
    this.#tunnels.delete(connection);
    this.#devices.remove(fleet, deviceId, connection);
    this.#metrics.tunnelClosed(policy.name, tlsProtocol, (this.#now() - sinceMs) / 1000);
    if (isPeerFault(error)) {
      this.#devices.penalise(fleet, deviceId, this.#now());
      this.#log.event('PEER_FAILED', `a device of ${policy.name} broke the protocol: ${errorText(error)}`, {
        policy: policy.name,
      });
    }
    if (this.#log.takes('debug')) {
      const reason = error === undefined ? 'closed' : errorText(error);
      this.#log.event('TUNNEL_CLOSED', `device ${deviceId}: ${reason}`, { device: deviceId, policy: policy.name });
    }
  }

  #failed(error: unknown, peer: string): void {
    const { cause, fleet, deviceId } =
      error instanceof EstablishFailure ? error : { cause: error, fleet: undefined, deviceId: undefined };
    if (this.#draining) return;
    const policy = fleet === undefined ? undefined : this.#serving.policies.get(fleet)?.name;
    const code = cause instanceof ProtoError || cause instanceof TunnelError ? cause.code : 'INTERNAL';
    if (code === 'TUNNEL_BOOTSTRAP_TIMEOUT') this.#metrics.refused('deadline');
    else this.#metrics.authenticationFailed(policy, code);
    if (code === 'REVOKED') this.#metrics.refused('revoked');
    const refused = notForItsProof.has(code);
    const whose = fleet === undefined ? 'a peer' : `a peer that claims fleet ${fleet}`;
    this.#log.event(
      refused ? 'DEVICE_REFUSED' : 'AUTHENTICATION_FAILED',
      `${whose} ${refused ? 'was refused' : 'did not prove itself'}: ${code} ${errorText(cause)}`,
      this.#log.takes('debug') && deviceId !== undefined ? { peer, device: deviceId } : { peer },
    );
  }

  /** Something held the thread: if it was one of the devices, it must not do so again. */
  #checkTransports(): void {
    const now = this.#now();
    if (now < this.#transportsAtMs + transportsMs) return;
    this.#transportsAtMs = now;
    for (const { tunnel } of [...this.#tunnels]) tunnel.checkTransport();
  }

  #sweep(): void {
    const now = this.#now();
    this.#devices.sweep(now);
    for (const { tunnel, untilMs } of this.#tunnels) {
      if (untilMs <= now) tunnel.close().catch(() => {});
    }
    this.#sweeper.startIn(sweepMs);
  }

  #now(): number {
    return this.#serving.runtime.clock.now();
  }
}
