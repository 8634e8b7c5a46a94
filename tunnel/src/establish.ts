// From a byte channel to a tunnel: carries the bootstrap exchange of `proto` over the channel, under a deadline, and makes
// the tunnel in the turn in which the exchange ends, so that no frame that follows it in the same read is lost.
import {
  CloudBootstrap,
  type CloudBootstrapOptions,
  DeviceBootstrap,
  type DeviceBootstrapOptions,
  FrameReader,
  type FrameVisitor,
  fieldTypes,
  ProtoError,
  refusal,
  type Session,
} from '@quietwire/proto';
import type { ByteChannel } from './byte-channel.ts';
import { TunnelError } from './errors.ts';
import type { Runtime } from './runtime.ts';
import type { Timed } from './scheduler.ts';
import type { Tunnel } from './tunnel.ts';

export interface EstablishOptions {
  readonly channel: ByteChannel;
  readonly runtime: Runtime;
  /** Longest time for the exchange, ms: stops peers that connect and stay silent. */
  readonly deadlineMs: number;
  /** Makes the tunnel of a session; whatever it throws ends the connection. */
  readonly createTunnel: (session: Session) => Tunnel;
}

/** One end's bootstrap, of either role. */
interface Bootstrap {
  receive(type: number, body: Uint8Array): Step;
  erase(): void;
}

/** What one message of the peer leads to. */
interface Step {
  send?: Uint8Array;
  session?: Session;
  refused?: ProtoError;
}

/**
 * The device's end of the exchange.
 * @throws (rejects) ProtoError as DeviceBootstrap; TunnelError TUNNEL_BOOTSTRAP_TIMEOUT, TUNNEL_PEER_CLOSED.
 */
export function establishAsDevice(options: EstablishOptions, bootstrap: DeviceBootstrapOptions): Promise<Tunnel> {
  const device = new DeviceBootstrap(bootstrap);
  const exchange = new Exchange(options, device, undefined);
  options.channel.write(device.hello());
  return exchange.tunnel;
}

/**
 * The cloud's end of the exchange. A device that fails is told so in one frame and dropped.
 * @throws (rejects) ProtoError with the true reason; TunnelError TUNNEL_BOOTSTRAP_TIMEOUT, TUNNEL_PEER_CLOSED.
 */
export function establishAsCloud(options: EstablishOptions, bootstrap: CloudBootstrapOptions): Promise<Tunnel> {
  const cloud = new CloudBootstrap(bootstrap);
  return new Exchange(options, cloud, refusal).tunnel;
}

/** Messages that the end which reads them answers; the other end sends nothing before the answer. */
const answered: readonly number[] = [fieldTypes.HELLO, fieldTypes.CHALLENGE, fieldTypes.PROOF];

class Exchange implements FrameVisitor, Timed {
  dueMs = 0;
  wheelNext: Timed | undefined;
  wheelPrevious: Timed | undefined;
  scheduled = false;

  readonly #options: EstablishOptions;
  readonly #bootstrap: Bootstrap;
  readonly #refusal: ((error: ProtoError) => Uint8Array) | undefined;
  readonly #reader: FrameReader;
  readonly #result = Promise.withResolvers<Tunnel>();
  #over = false;

  constructor(
    options: EstablishOptions,
    bootstrap: Bootstrap,
    refusal: ((error: ProtoError) => Uint8Array) | undefined,
  ) {
    const { channel, runtime, deadlineMs } = options;
    this.#options = options;
    this.#bootstrap = bootstrap;
    this.#refusal = refusal;
    this.#reader = new FrameReader(this, { maxFrame: 0, bootstrap: true });
    channel.onRead = (chunk) => this.#read(chunk);
    channel.onClose = (error) => {
      const message = error?.message ?? 'during the bootstrap exchange';
      this.#fail(
        error instanceof TunnelError ? error : new TunnelError('TUNNEL_PEER_CLOSED', message, { cause: error }),
      );
    };
    runtime.scheduler.schedule(this, runtime.clock.now() + deadlineMs);
  }

  get tunnel(): Promise<Tunnel> {
    return this.#result.promise;
  }

  // Timed: the deadline

  write(): void {}
  prepare(): void {
    this.#fail(new TunnelError('TUNNEL_BOOTSTRAP_TIMEOUT', `nothing for ${this.#options.deadlineMs} ms`));
  }

  // FrameVisitor

  bootstrap(type: number, body: Uint8Array): void {
    if (this.#over) return;
    // Sent before the answer can have come (SPEC.md section 5.1).
    if (this.#reader.behind > 0 && answered.includes(type)) {
      throw new ProtoError(
        'FIELD_NOT_ALLOWED',
        `${this.#reader.behind} bytes behind a message that waits for its answer`,
      );
    }
    const { send, session, refused } = this.#bootstrap.receive(type, body);
    if (send !== undefined) this.#options.channel.write(send);
    if (refused !== undefined) {
      this.#end(refused);
      return;
    }
    if (session === undefined) return;
    const tunnel = this.#createTunnel(session);
    this.#reader.stop();
    this.#over = true;
    this.#options.runtime.scheduler.cancel(this);
    this.#result.resolve(tunnel);
  }
  cover(): void {}
  open(): void {}
  reset(): void {}
  streamCredit(): void {}
  tunnelCredit(): void {}
  ack(): void {}
  control(): void {}
  stream(): void {}

  #createTunnel(session: Session): Tunnel {
    try {
      return this.#options.createTunnel(session);
    } catch (error) {
      session.seal.erase();
      session.open.erase();
      throw error;
    }
  }

  #read(chunk: Uint8Array): void {
    if (this.#over) return;
    try {
      const used = this.#reader.push(chunk);
      if (this.#over && used < chunk.length) this.#options.channel.onRead(chunk.subarray(used));
    } catch (error) {
      const failure = error instanceof Error ? error : new Error(String(error));
      if (this.#refusal === undefined || !(failure instanceof ProtoError)) {
        this.#fail(failure);
        return;
      }
      if (!this.#options.channel.writePending) this.#options.channel.write(this.#refusal(failure));
      this.#end(failure);
    }
  }

  /** Lets what was written leave, then closes. */
  #end(error: Error): void {
    this.#settle(error);
    this.#options.channel.end();
  }

  #fail(error: Error): void {
    if (this.#over) return;
    this.#settle(error);
    this.#options.channel.destroy();
  }

  #settle(error: Error): void {
    if (this.#over) return;
    this.#over = true;
    this.#options.runtime.scheduler.cancel(this);
    this.#bootstrap.erase();
    this.#result.reject(error);
  }
}
