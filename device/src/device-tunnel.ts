// The tunnel of a device as its program sees it: one object that outlives connections. It decides when to connect again and
// what happens to streams meanwhile; how to connect is `dial`'s.
import { EventEmitter } from 'node:events';
import {
  OneShot,
  type Runtime,
  type SocketDuplex,
  TunnelError,
  type TunnelMeter,
  type Tunnel as WireTunnel,
} from '@quietwire/tunnel';
import { Backoff, type BackoffOptions } from './backoff.ts';
import type { Attempt } from './dial.ts';
import { DeviceError, isPermanent } from './errors.ts';
import { RefusedStream } from './refused-stream.ts';

export interface TunnelEvents {
  /** The tunnel stands: streams can be opened. */
  up: [];
  /** The tunnel is over and its streams are reset; with the error if it was lost. */
  down: [error: Error | undefined];
  /** The sidecar will close the tunnel soon: no new streams until the next 'up'. */
  drain: [];
  /** An attempt to connect failed, or the tunnel was lost: the next attempt comes in `delayMs`. */
  retry: [error: Error | undefined, delayMs: number];
}

/** connecting and waiting alternate until up; draining is up without new streams; closed is for good. */
export type TunnelState = 'connecting' | 'waiting' | 'up' | 'draining' | 'closing' | 'closed';

export interface DeviceTunnelOptions {
  readonly dial: (attempt: Attempt) => Promise<WireTunnel>;
  readonly runtime: Runtime;
  readonly meter: TunnelMeter;
  readonly backoff: BackoffOptions;
  /** Whether the first connection is tried again like later ones, unless trying again cannot help. */
  readonly keepTrying: boolean;
  /** Keeps the process alive until what it returns is called. */
  readonly hold: () => () => void;
  /** Called once, when the tunnel is closed for good. */
  readonly onClosed: () => void;
}

/** A tunnel that stood this long, ms, was good: the next loss begins with the shortest wait again. */
const provenMs = 30_000;
const servicePattern = /^[a-z0-9-]{1,63}$/;

export class DeviceTunnel extends EventEmitter<TunnelEvents> {
  /** Counters of all connections of this tunnel. */
  readonly meter: TunnelMeter;
  readonly #options: DeviceTunnelOptions;
  readonly #backoff: Backoff;
  readonly #retry: OneShot;
  readonly #first = Promise.withResolvers<void>();
  readonly #abort = new AbortController();
  #state: TunnelState = 'connecting';
  #hasStood = false;
  #upSinceMs = 0;
  #tunnel: WireTunnel | undefined;
  #closing: Promise<void> | undefined;
  #release: (() => void) | undefined;

  /** Use `connect`. Begins the first attempt at once. */
  constructor(options: DeviceTunnelOptions) {
    super();
    this.#options = options;
    this.meter = options.meter;
    this.#backoff = new Backoff(options.backoff, options.runtime.random);
    this.#retry = new OneShot(options.runtime, () => void this.#connect());
    this.#first.promise.catch(() => {});
    void this.#connect();
  }

  get state(): TunnelState {
    return this.#state;
  }
  /** Streams that are open or not yet acknowledged to their end. */
  get streams(): number {
    return this.#tunnel?.streams ?? 0;
  }
  /** Settles with the first connection; rejects if it failed and is not tried again. */
  get stood(): Promise<void> {
    return this.#first.promise;
  }

  /**
   * Opens a stream to a service of the policy; it can be written at once. While no tunnel stands, or the limit of streams is
   * reached, the stream that is returned emits an error: DeviceError TUNNEL_DOWN or TUNNEL_CLOSED, TunnelError
   * TUNNEL_CLOSING or TUNNEL_STREAM_LIMIT. Nothing ever goes around the tunnel.
   * @throws DeviceError OPTIONS_INVALID if the service has an impossible name.
   */
  open(service: string, options: { allowHalfOpen?: boolean | undefined } = {}): SocketDuplex {
    if (!servicePattern.test(service)) {
      const text = `service ${JSON.stringify(service)} (allowed 1 to 63 characters of a-z, 0-9 and -)`;
      throw new DeviceError('OPTIONS_INVALID', text);
    }
    try {
      if (this.#tunnel === undefined) throw this.#downError(service);
      return this.#tunnel.open(service, { allowHalfOpen: options.allowHalfOpen ?? false });
    } catch (error) {
      if (!(error instanceof TunnelError) && !(error instanceof DeviceError)) throw error;
      return new RefusedStream(this.#options.runtime, service, error);
    }
  }

  /**
   * Closes for good, at the end of a period, and resolves when everything that streams took has reached the services.
   * @throws (rejects) TunnelError TUNNEL_UNDELIVERED, or what the tunnel was lost by, if something has not.
   */
  close(): Promise<void> {
    this.#closing ??= this.#close();
    return this.#closing;
  }

  /** Drops the connection at once and for good; streams end with ECONNRESET. */
  destroy(): void {
    if (this.#state === 'closed') return;
    this.#state = 'closing';
    this.#retry.cancel();
    this.#abort.abort();
    if (this.#tunnel === undefined) this.#closed();
    else this.#tunnel.destroy();
  }

  /** Whether this program closes or has closed the tunnel. */
  get #ends(): boolean {
    return this.#state === 'closing' || this.#state === 'closed';
  }

  async #close(): Promise<void> {
    if (this.#state === 'closed') return;
    const tunnel = this.#tunnel;
    if (tunnel === undefined) {
      this.destroy();
      return;
    }
    this.#state = 'closing';
    await tunnel.close();
  }

  async #connect(): Promise<void> {
    this.#setWaiting(false);
    this.#state = 'connecting';
    let stands = false;
    let over: { error: Error | undefined } | undefined;
    const attempt: Attempt = {
      signal: this.#abort.signal,
      onClose: (error) => {
        over = { error };
        if (stands) this.#lost(error);
      },
      onGoaway: () => {
        if (stands) this.#drain();
      },
    };
    try {
      const tunnel = await this.#options.dial(attempt);
      if (this.#ends) {
        tunnel.destroy();
        return;
      }
      if (over !== undefined) throw over.error ?? new TunnelError('TUNNEL_PEER_CLOSED', 'as soon as the tunnel stood');
      stands = true;
      this.#up(tunnel);
      if (tunnel.closing) this.#drain();
    } catch (error) {
      this.#failed(error instanceof Error ? error : new Error(String(error)));
    }
  }

  #up(tunnel: WireTunnel): void {
    this.#tunnel = tunnel;
    this.#state = 'up';
    this.#hasStood = true;
    this.#upSinceMs = this.#options.runtime.clock.now();
    this.#first.resolve();
    this.emit('up');
  }

  #drain(): void {
    if (this.#state !== 'up') return;
    this.#state = 'draining';
    this.emit('drain');
  }

  #lost(error: Error | undefined): void {
    this.#tunnel = undefined;
    if (this.#options.runtime.clock.now() - this.#upSinceMs >= provenMs) this.#backoff.reset();
    if (this.#ends) {
      this.#closed();
      this.emit('down', error);
      return;
    }
    const delayMs = this.#wait();
    this.emit('down', error);
    this.#tellRetry(error, delayMs);
  }

  #failed(error: Error): void {
    if (this.#ends) {
      this.#closed();
      return;
    }
    if (this.#hasStood || (this.#options.keepTrying && !isPermanent(error))) {
      this.#tellRetry(error, this.#wait());
      return;
    }
    this.#first.reject(error);
    this.#closed();
  }

  #wait(): number {
    this.#state = 'waiting';
    this.#setWaiting(true);
    const delayMs = this.#backoff.next();
    this.#retry.startIn(delayMs);
    return delayMs;
  }

  #tellRetry(error: Error | undefined, delayMs: number): void {
    if (this.#state === 'waiting') this.emit('retry', error, delayMs);
  }

  #closed(): void {
    if (this.#state === 'closed') return;
    this.#state = 'closed';
    this.#setWaiting(false);
    this.#first.reject(new DeviceError('TUNNEL_CLOSED', 'the tunnel was closed before it stood'));
    this.#options.onClosed();
  }

  /** While it waits no socket keeps the process alive. */
  #setWaiting(waiting: boolean): void {
    this.#release?.();
    this.#release = waiting ? this.#options.hold() : undefined;
  }

  #downError(service: string): DeviceError {
    if (this.#ends) return new DeviceError('TUNNEL_CLOSED', `no stream to ${service}: the tunnel was closed`);
    return new DeviceError('TUNNEL_DOWN', `no stream to ${service}: no tunnel stands now`);
  }
}
