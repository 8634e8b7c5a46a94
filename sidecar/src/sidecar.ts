/**
 * The running sidecar: puts listener, devices, admin server and telemetry together, reloads, and stops. Owns their order,
 * nothing of their work. Entry points give it configuration, time and log.
 */
import { type Address, formatAddress, renderConfig } from '@quietwire/shaping';
import { FramePool, MemoryBudget, OneShot, type Runtime } from '@quietwire/tunnel';
import { parse } from 'yaml';
import { AdminServer } from './admin/admin-server.ts';
import { otlpOptions, tunnelLimits } from './config/derived-options.ts';
import { type SidecarConfig, sidecarConfigSchema } from './config/schema.ts';
import { DeviceConnections, type DrainOutcome } from './device/device-connections.ts';
import { ServiceReports } from './device/service-reports.ts';
import { errorText, SidecarError } from './errors.ts';
import { KeyRing } from './keys/key-ring.ts';
import { Listener } from './listener/listener.ts';
import type { Log } from './log.ts';
import { type FleetPolicy, PolicyBook } from './policy/fleet-policy.ts';
import { TrustedProxies } from './proxy/trusted-proxies.ts';
import { Reloads } from './reloads.ts';
import { readState, type SidecarState, type StateInForce } from './state.ts';
import { readOffThread } from './system-state-thread.ts';
import { inTurns, nextTurn } from './system-turns.ts';
import { plainMetricsSdk, type StartMetricsSdk, startTelemetry, type Telemetry } from './telemetry/telemetry.ts';
import { Watches } from './watches.ts';

export interface SidecarOptions {
  readonly config: SidecarConfig;
  /** Time, ticks and randomness, shared by all tunnels of the process. It stays the caller's to close. */
  readonly runtime: Runtime;
  readonly log: Log;
  /** Wall clock, ms since 1970. */
  readonly wallNow: () => number;
  /** For metrics and `/config`. */
  readonly version: string;
  /** Default: a provider of its own that leaves OpenTelemetry's global one alone. */
  readonly startMetricsSdk?: StartMetricsSdk;
  /** Called when `POST /drain` asks for the clean stop. Default: `stop()`. */
  readonly onDrain?: () => void;
}

export interface Sidecar {
  /** Where devices connect. */
  readonly address: Address;
  readonly adminAddress: Address;
  /** Devices connected now. */
  readonly tunnels: number;
  /**
   * Reads certificate, keys and policies again; connections that stand keep their policy. Who asks while a reload runs is
   * served by the next.
   * @throws (rejects) as `readState`, and Error for a fault of the sidecar's own; then everything stays as it was.
   */
  reload(): Promise<void>;
  /** The clean stop, once: resolves when all tunnels are closed and both ports too. */
  stop(): Promise<DrainOutcome>;
}

/**
 * Reads everything, then opens both ports.
 * @throws (rejects) as `readState`; SidecarError ADDRESS_UNAVAILABLE.
 */
export async function startSidecar(options: SidecarOptions): Promise<Sidecar> {
  const running = new RunningSidecar(options, await readState(options.config));
  await running.open();
  return running;
}

class RunningSidecar implements Sidecar {
  readonly #options: SidecarOptions;
  readonly #policies: PolicyBook;
  readonly #keys: KeyRing;
  readonly #telemetry: Telemetry;
  readonly #devices: DeviceConnections;
  readonly #services: ServiceReports;
  readonly #listener: Listener;
  readonly #admin: AdminServer;
  readonly #watches: Watches;
  readonly #reloads: Reloads;
  #certificateExpiresAt: number;
  #address: Address | undefined;
  #adminAddress: Address | undefined;
  #stopping: Promise<DrainOutcome> | undefined;

  constructor(options: SidecarOptions, state: SidecarState) {
    const { config, runtime, log, wallNow, version } = options;
    this.#options = options;
    const limits = tunnelLimits(config);
    this.#policies = new PolicyBook(limits);
    this.#keys = new KeyRing(state.keys);
    this.#certificateExpiresAt = state.tls.expiresAt;
    this.#telemetry = startTelemetry({
      sources: {
        policies: () => this.#policies.metered,
        generations: () => this.#policies.inForce,
        certificateExpiresAt: () => this.#certificateExpiresAt,
        wallNow,
      },
      version,
      otlp: otlpOptions(config),
      startSdk: options.startMetricsSdk ?? plainMetricsSdk,
    });
    const { metrics } = this.#telemetry;
    this.#services = new ServiceReports(log, runtime);
    this.#devices = new DeviceConnections(
      {
        runtime,
        policies: this.#policies,
        keys: this.#keys,
        limits,
        pool: new FramePool(),
        memory: new MemoryBudget(config.limits.bytesTotal),
        handshakeTimeoutMs: config.limits.handshakeTimeout,
        services: this.#services,
      },
      log,
      metrics,
    );
    this.#listener = new Listener({
      runtime,
      tlsFiles: state.tls,
      minVersion: config.tls.minVersion,
      limits: { ...config.limits, handshakeTimeoutMs: config.limits.handshakeTimeout },
      trustedProxies: new TrustedProxies(config.listen.proxyProtocol.trusted),
      onSecure: (connection) => this.#devices.accept(connection),
      onHandshake: (outcome) => {
        metrics.handshake(outcome);
        const { error, source } = outcome;
        if (error === undefined) return;
        log.event('CONNECTION_REFUSED', `TLS handshake failed: ${error}`, { peer: source.address });
      },
      onRefused: (reason, source) => {
        metrics.refused(reason);
        log.event('CONNECTION_REFUSED', `not admitted: ${reason}`, { peer: source.address });
      },
    });
    this.#admin = new AdminServer(
      {
        notReady: () => this.#notReady(),
        remarks: () => this.#watches.certificate.remarks,
        config: () => this.#describe(),
        metrics: () => this.#telemetry.metricsText(),
        drain: options.onDrain ?? (() => void this.stop()),
      },
      runtime,
    );
    const onRevoked = (): void => this.#devices.closeRevoked();
    this.#watches = new Watches({ config, runtime, wallNow, log, keys: this.#keys, onRevoked });
    this.#reloads = new Reloads({
      read: () => readOffThread({ read: 'state', config, inForce: this.#inForce }),
      apply: (read) => this.#apply(read),
      isStopping: () => this.#stopping !== undefined,
      log,
    });
    this.#watches.certificate.replace(state.tls.dates);
    const change = this.#policies.begin();
    for (const policy of state.policies) change.add(policy);
    for (const policy of change.commit()) this.#announce(policy);
  }

  get address(): Address {
    return this.#address ?? this.#options.config.listen.address;
  }

  get adminAddress(): Address {
    return this.#adminAddress ?? this.#options.config.admin.address;
  }

  get tunnels(): number {
    return this.#devices.size;
  }

  async open(): Promise<void> {
    const { config, log, version } = this.#options;
    // The devices' port comes last, and closes again before anyone is accepted if the other could not be opened.
    const [admin] = await Promise.allSettled([this.#admin.listen(config.admin.address)]);
    const [devices] = await Promise.allSettled([this.#listener.listen(config.listen.address)]);
    if (admin.status === 'rejected' || devices.status === 'rejected') {
      await this.#close();
      const failed = [devices, admin].flatMap((port) => (port.status === 'rejected' ? [port.reason as unknown] : []));
      throw failed.length === 1 ? failed[0] : SidecarError.listing('ADDRESS_UNAVAILABLE', failed.map(errorText));
    }
    this.#adminAddress = admin.value;
    this.#address = devices.value;
    const ports = `devices on ${formatAddress(this.address)}, admin on ${formatAddress(this.adminAddress)}`;
    log.event('STARTED', `quietwire-sidecar ${version}: ${ports}`, {
      address: formatAddress(this.address),
      admin: formatAddress(this.adminAddress),
    });
  }

  reload(): Promise<void> {
    return this.#reloads.run();
  }

  stop(): Promise<DrainOutcome> {
    this.#stopping ??= this.#stop();
    return this.#stopping;
  }

  async #stop(): Promise<DrainOutcome> {
    const { config, log } = this.#options;
    log.event('DRAINING', `closing ${this.#devices.size} tunnels`);
    this.#listener.stopAccepting();
    const outcome = await this.#devices.drain(config.drain.deadline);
    if (outcome.cut > 0) log.event('DRAIN_DEADLINE', `${outcome.cut} tunnels were cut off`);
    if (outcome.undelivered > 0) log.event('UNDELIVERED', `${outcome.undelivered} tunnels ended with data queued`);
    await this.#close();
    log.event('STOPPED', 'all tunnels are closed');
    return outcome;
  }

  async #close(): Promise<void> {
    this.#listener.stopAccepting();
    this.#devices.close();
    this.#watches.close();
    this.#services.close();
    await this.#admin.close();
    await this.#lastExport();
  }

  /** A collector that does not answer must not keep the process. */
  async #lastExport(): Promise<void> {
    const { runtime, log } = this.#options;
    const late = Promise.withResolvers<void>();
    const timer = new OneShot(runtime, () => late.reject(new Error('the collector does not answer'))).startIn(exportMs);
    await Promise.race([this.#telemetry.shutdown(), late.promise]).catch((error: unknown) => {
      log.event('TELEMETRY_FAILED', `the last metrics were not sent: ${errorText(error)}`);
    });
    timer.cancel();
  }

  get #inForce(): StateInForce {
    return { policies: this.#policies.digests, revoked: this.#keys.revoked };
  }

  /** All or nothing: what can fail, and what takes time, is done before anything changes. */
  async #apply(state: SidecarState): Promise<void> {
    await nextTurn(); // taking the answer of the other thread apart was this turn's work
    const change = this.#policies.begin();
    await inTurns(state.policies, (policy) => change.add(policy));
    await nextTurn();
    const replaceKeys = this.#keys.prepare(state.keys);
    this.#listener.reload(state.tls);
    replaceKeys();
    const changed = change.commit();
    this.#certificateExpiresAt = state.tls.expiresAt;
    this.#watches.certificate.replace(state.tls.dates);
    await nextTurn();
    this.#devices.closeRevoked();
    await inTurns(changed, (policy) => this.#announce(policy));
  }

  #announce({ name, fleet, generation, origin, promise }: FleetPolicy): void {
    const message = `policy ${name} of fleet ${fleet}, version ${generation}, from ${origin}: ${promise}`;
    this.#telemetry.metrics.policyLoaded(name);
    this.#options.log.event('POLICY_LOADED', message, { policy: name, fleet, generation });
  }

  #notReady(): string[] {
    const reasons: string[] = [];
    if (this.#policies.inForce.length === 0) reasons.push('no policy in force');
    for (const { fleet } of this.#policies.inForce) {
      if (!this.#keys.has(fleet)) reasons.push(`no keys of fleet ${fleet}`);
    }
    if (this.#address === undefined) reasons.push('not listening yet');
    if (this.#stopping !== undefined) reasons.push('draining');
    return reasons;
  }

  /** `/config`: what is in force, without secrets. */
  #describe(): unknown {
    const { config, version } = this.#options;
    const policies = this.#policies.inForce.map(({ name, fleet, generation, origin, promise }) => ({
      name,
      fleet,
      version: generation,
      origin,
      promise,
    }));
    return { version, config: parse(renderConfig(sidecarConfigSchema, config)), policies, keys: this.#keys.describe() };
  }
}

/** Time for the last push of metrics. */
const exportMs = 2000;
