/**
 * The port that devices reach: accepts, asks admission, runs the TLS handshake and hands over sockets that speak
 * `quietwire/1`. What is inside TLS is `device/`'s matter.
 */
import { createServer, type Server, type Socket } from 'node:net';
import { createSecureContext, type SecureContext, type TLSSocket } from 'node:tls';
import { usesExtendedMasterSecret } from '@quietwire/proto';
import type { Address } from '@quietwire/shaping';
import { type TimerRuntime, TunnelError } from '@quietwire/tunnel';
import { Admission, type AdmissionLimits, type AdmissionRefusal } from '../admission/admission.ts';
import { sourceOf } from '../admission/source-of.ts';
import { SidecarError } from '../errors.ts';
import type { Endpoint } from '../proxy/encode-proxy-header.ts';
import type { TrustedProxies } from '../proxy/trusted-proxies.ts';
import type { TlsFiles } from '../tls/read-tls-files.ts';
import { type MinTlsVersion, quietwireAlpn, secureContextOptions } from '../tls/server-options.ts';
import { type GuardedTls, startGuardedTls } from './guarded-tls.ts';
import { handshakeErrorType } from './handshake-error.ts';
import { Incoming, type IncomingOwner } from './incoming.ts';
import { listenOn } from './listen-address.ts';
import { canReadRawBytes } from './raw-bytes.ts';

/** A connection whose handshake has ended well; `onSecure` must take the socket in the same turn. */
export interface SecureConnection {
  readonly socket: TLSSocket;
  /** The TCP connection below, which counts what is read. */
  readonly transport: Socket;
  readonly source: Endpoint;
  readonly destination: Endpoint;
  /** The peer has proved itself: until then no more TLS records are read than the bootstrap exchange has. */
  readonly proven: () => void;
}

export interface HandshakeOutcome {
  readonly seconds: number;
  /** The peer's end, or what a trusted balancer says it is. */
  readonly source: Endpoint;
  readonly protocol?: string;
  readonly resumed?: boolean;
  /** A kind of `handshake-error.ts`; absent where it ended well. */
  readonly error?: string;
}

export interface ListenerOptions {
  readonly runtime: TimerRuntime;
  readonly tlsFiles: TlsFiles;
  readonly minVersion: MinTlsVersion;
  readonly limits: AdmissionLimits;
  readonly trustedProxies: TrustedProxies;
  readonly onSecure: (connection: SecureConnection) => void;
  readonly onHandshake: (outcome: HandshakeOutcome) => void;
  readonly onRefused: (reason: AdmissionRefusal, source: Endpoint) => void;
}

export class Listener {
  readonly #options: ListenerOptions;
  readonly #server: Server;
  readonly #admission: Admission;
  readonly #owner: IncomingOwner;
  /** Connections whose handshake has not ended. */
  readonly #guests = new Set<Incoming>();
  #secureContext: SecureContext;

  /** @throws SidecarError NODE_UNFIT where this Node does not let TLS records be counted before TLS works on them. */
  constructor(options: ListenerOptions) {
    if (!canReadRawBytes) throw new SidecarError('NODE_UNFIT', `Node ${process.version}`);
    this.#options = options;
    this.#admission = new Admission(options.runtime, options.limits);
    this.#owner = {
      now: () => options.runtime.clock.now(),
      expectsProxyHeader: (address) => options.trustedProxies.trusts(address),
      startTls: (incoming, head) => this.#startTls(incoming, head),
      refused: ({ source }, reason) => options.onRefused(reason, source),
      failed: ({ seconds, source }, error) => options.onHandshake({ seconds, source, error }),
    };
    this.#secureContext = createSecureContext(secureContextOptions(options.tlsFiles, options.minVersion));
    this.#server = createServer({ noDelay: true, pauseOnConnect: true }, (socket) => this.#accepted(socket));
  }

  /** Connections in any state, handshakes under way, newcomers that wait, those that have not said enough. */
  get counts(): Admission['counts'] {
    return this.#admission.counts;
  }

  /** @throws SidecarError ADDRESS_UNAVAILABLE */
  listen(address: Address): Promise<Address> {
    return listenOn(this.#server, address, 'listen.address');
  }

  /** New handshakes use the new files; connections that stand keep what they have. */
  reload(files: TlsFiles): void {
    this.#secureContext = createSecureContext(secureContextOptions(files, this.#options.minVersion));
  }

  /** Closes the port and turns away whoever has not ended the handshake. Connections that stand go on. */
  stopAccepting(): void {
    this.#server.close();
    this.#admission.close();
    for (const { socket } of [...this.#guests]) socket.destroy();
  }

  #accepted(socket: Socket): void {
    // A connection that was reset before it was accepted has no address any more.
    if (socket.remoteAddress === undefined) {
      socket.destroy();
      return;
    }
    const incoming = new Incoming(socket, this.#owner);
    this.#guests.add(incoming);
    socket.on('error', () => {});
    socket.once('close', () => {
      this.#guests.delete(incoming);
      incoming.closed();
    });
    incoming.enter(this.#admission.enter(incoming, sourceOf(incoming.source.address)));
  }

  #startTls(incoming: Incoming, head: Uint8Array): void {
    const failed = (error: Error): void => {
      incoming.error = error instanceof TunnelError ? 'records' : handshakeErrorType(error);
    };
    try {
      startGuardedTls(incoming.socket, {
        runtime: this.#options.runtime,
        secureContext: this.#secureContext,
        head,
        onSecure: (tls) => this.#secured(incoming, tls),
        onFailed: failed,
      });
    } catch (error) {
      // One connection that cannot be served is no reason to stop.
      failed(error as Error);
      incoming.socket.destroy();
    }
  }

  #secured(incoming: Incoming, { socket, release }: GuardedTls): void {
    this.#guests.delete(incoming);
    const { visit, seconds, source, destination, socket: transport } = incoming;
    const protocol = socket.getProtocol();
    incoming.settled();
    // Node ends the handshake well for a peer that offers no protocol at all.
    if (socket.alpnProtocol !== quietwireAlpn) {
      this.#options.onRefused('unshaped', source);
      dismiss(socket);
      return;
    }
    if (protocol === 'TLSv1.2' && !usesExtendedMasterSecret(socket.getSession())) {
      this.#options.onHandshake({ seconds, source, protocol, error: 'no_extended_master_secret' });
      dismiss(socket);
      return;
    }
    const resumed = socket.isSessionReused();
    this.#options.onHandshake({ seconds, source, ...(protocol === null ? {} : { protocol }), resumed });
    visit?.handshakeDone();
    const proven = (): void => {
      release();
      visit?.proven();
    };
    this.#options.onSecure({ socket, transport, source, destination, proven });
  }
}

/** The close alert, and nothing else. */
function dismiss(socket: TLSSocket): void {
  socket.on('error', () => {});
  socket.end();
  socket.resume();
  socket.destroySoon();
}
