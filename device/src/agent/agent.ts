// The agent as a whole: one tunnel, the local ports that follow its state, the admin port, and what the log says. Signals,
// files and exit status are the entry point's.
import { type Address, formatAddress } from '@quietwire/shaping';
import { type Runtime, type SocketDuplex, type StreamResetError, TunnelMeter } from '@quietwire/tunnel';
import { startTunnel } from '../connect.ts';
import type { Credentials } from '../credentials.ts';
import type { DeviceTunnel } from '../device-tunnel.ts';
import { DeviceError, failureOf } from '../errors.ts';
import { AdminServer } from './admin-server.ts';
import { Forwarder } from './forwarder.ts';
import type { AgentSettings } from './load-config.ts';
import type { Log } from './log.ts';
import { renderMetrics } from './metrics-text.ts';
import { ServiceReports } from './service-reports.ts';

export interface AgentOptions {
  readonly settings: AgentSettings;
  readonly credentials: Credentials;
  readonly runtime: Runtime;
  readonly log: Log;
}

export class Agent {
  readonly #options: AgentOptions;
  readonly #log: Log;
  readonly #forwarder: Forwarder;
  readonly #admin: AdminServer;
  readonly #failed = Promise.withResolvers<never>();
  readonly #services: ServiceReports;
  #credentials: Credentials;
  #tunnel: DeviceTunnel | undefined;
  #whyDown = 'no tunnel has stood yet';
  #stopping = false;

  /**
   * Takes the local ports and begins to connect.
   * @throws (rejects) DeviceError ADDRESS_UNAVAILABLE with a line for each port that cannot be opened.
   */
  static async start(options: AgentOptions): Promise<Agent> {
    const agent = new Agent(options);
    const admin = await agent.#takePorts();
    const { server, fleet, device } = options.settings.config;
    agent.#log.event('STARTED', `server ${formatAddress(server)}, admin port ${formatAddress(admin)}`);
    agent.#log.event('SESSION', `device ${device.id} of fleet ${fleet}`);
    agent.#connect();
    return agent;
  }

  private constructor(options: AgentOptions) {
    this.#options = options;
    this.#log = options.log;
    this.#credentials = options.credentials;
    this.#services = new ServiceReports(options.log, options.runtime);
    this.#failed.promise.catch(() => {});
    this.#forwarder = new Forwarder({
      forwards: options.settings.forwards,
      open: (service) => this.#openStream(service),
      onFailed: (service, error) => this.#streamFailed(service, error),
    });
    this.#admin = new AdminServer(
      {
        notReady: () => (this.#tunnel?.state === 'up' ? undefined : this.#whyDown),
        metrics: () => renderMetrics(this.#tunnel?.meter ?? new TunnelMeter()),
      },
      options.runtime,
    );
  }

  /** Rejects with what the agent cannot go on after: a first connection refused for good. */
  get failed(): Promise<never> {
    return this.#failed.promise;
  }

  /** From the next connection on. */
  renew(credentials: Credentials): void {
    this.#credentials = credentials;
  }

  /** Closes everything; `undelivered` tells whether bytes that were accepted have not reached their service. */
  async stop(): Promise<{ undelivered: boolean }> {
    this.#stopping = true;
    this.#forwarder.close();
    try {
      await this.#tunnel?.close();
      return { undelivered: false };
    } catch (error) {
      this.#log.event('UNDELIVERED', failureOf(error).text);
      return { undelivered: true };
    } finally {
      this.#services.close();
      this.#admin.close();
    }
  }

  async #takePorts(): Promise<Address> {
    const results = await Promise.allSettled([
      this.#admin.listen(this.#options.settings.config.admin.address),
      this.#forwarder.listen(),
    ]);
    const faults = results.flatMap((result) =>
      result.status === 'rejected' ? [(result.reason as Error).message] : [],
    );
    const [admin] = results;
    if (faults.length === 0 && admin.status === 'fulfilled') return admin.value;
    this.#admin.close();
    this.#forwarder.close();
    throw new DeviceError('ADDRESS_UNAVAILABLE', faults.join('\n'));
  }

  #connect(): void {
    const { settings, runtime } = this.#options;
    const { server, tls, fleet, device, backoff } = settings.config;
    const tunnel = startTunnel(
      {
        ...this.#credentials,
        server: formatAddress(server),
        serverName: tls.serverName,
        fleet,
        device: device.id,
        backoff: { minMs: backoff.min, maxMs: backoff.max },
        keepTrying: true,
        runtime,
      },
      () => this.#credentials,
    );
    this.#tunnel = tunnel;
    tunnel.on('up', () => this.#up());
    tunnel.on('drain', () => {
      this.#down('the sidecar closes the tunnel');
      this.#log.event('DRAINING', 'the sidecar will close the tunnel; local ports reset connections');
    });
    tunnel.on('down', (error) => {
      const reason = error === undefined ? 'closed by the sidecar' : describe(error);
      this.#down(`the tunnel is down: ${reason}`);
      if (!this.#stopping) this.#log.event('TUNNEL_DOWN', `${reason}; local ports reset connections`);
    });
    tunnel.on('retry', (error, delayMs) => {
      const reason = error === undefined ? '' : `${describe(error)}; `;
      if (error !== undefined) this.#whyDown = `the tunnel is down: ${describe(error)}`;
      this.#log.event('RETRY', `${reason}next attempt in ${(delayMs / 1000).toFixed(1)} s`);
    });
    tunnel.stood.catch((error: unknown) => {
      if (!this.#stopping) this.#failed.reject(error);
    });
  }

  #up(): void {
    this.#services.forget();
    this.#forwarder.open();
    this.#log.event('TUNNEL_UP', `local ports: ${this.#forwarder.description}`);
  }

  #down(reason: string): void {
    this.#whyDown = reason;
    this.#forwarder.shut();
  }

  #openStream(service: string): SocketDuplex {
    if (this.#tunnel === undefined) throw new Error('a local port is open before the tunnel was begun');
    return this.#tunnel.open(service, { allowHalfOpen: true });
  }

  #streamFailed(service: string, error: StreamResetError): void {
    const { reason = error.code } = error;
    this.#log.event('STREAM_FAILED', `${service}: ${error.message}`);
    const fault = serviceFaults[reason ?? ''];
    if (fault !== undefined || (error.reason !== undefined && error.reason !== 'CANCEL'))
      this.#services.refused(service, fault ?? reason ?? 'refused');
  }
}

const serviceFaults: { readonly [reason: string]: string } = {
  UNKNOWN_SERVICE: 'the policy has no service of this name',
  BACKEND: 'the sidecar cannot reach it, or it broke the connection',
  LIMIT: 'the sidecar’s limit of streams, or of streams per second, is reached',
  TUNNEL_STREAM_LIMIT: 'the limit of streams is reached',
  TUNNEL_SERVICE_NAME: 'its name is too long for the frames of the policy',
  REFUSED: 'the sidecar refused the stream',
};

function describe(error: Error): string {
  const { code, text } = failureOf(error);
  return `${code}: ${text}`;
}
