/**
 * The port that devices reach: accepts, asks admission, runs the TLS handshake and hands over sockets that speak
 * `quietwire/1`. What is inside TLS is `device/`'s matter.
 */
import { createServer, type Server, type Socket } from 'node:net';
import { createServer as createTlsServer, type TLSSocket, type Server as TlsServer } from 'node:tls';
import { usesExtendedMasterSecret } from '@quietwire/proto';
import type { Address } from '@quietwire/shaping';
import type { TimerRuntime } from '@quietwire/tunnel';
import { Admission, type AdmissionLimits, type AdmissionRefusal, type Visit } from '../admission/admission.ts';
import type { Endpoint } from '../proxy/encode-proxy-header.ts';
import type { TrustedProxies } from '../proxy/trusted-proxies.ts';
import type { TlsFiles } from '../tls/read-tls-files.ts';
import { type MinTlsVersion, quietwireAlpn, secureContextOptions, serverOptions } from '../tls/server-options.ts';
import { handshakeErrorType } from './handshake-error.ts';
import { Incoming, type IncomingOwner } from './incoming.ts';
import { listenOn } from './listen-address.ts';

/** A connection whose handshake has ended well; `onSecure` must take the socket in the same turn. */
export interface SecureConnection {
  readonly socket: TLSSocket;
  readonly source: Endpoint;
  readonly destination: Endpoint;
}

export interface HandshakeOutcome {
  readonly seconds: number;
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
  readonly onRefused: (reason: AdmissionRefusal) => void;
}

interface Guest {
  readonly incoming: Incoming;
  visit: Visit | undefined;
}

export class Listener {
  readonly #options: ListenerOptions;
  readonly #server: Server;
  readonly #tls: TlsServer;
  readonly #admission: Admission;
  readonly #owner: IncomingOwner;
  /** Connections whose handshake has not ended, by their four addresses: the TLS server names its sockets in no other way. */
  readonly #guests = new Map<string, Guest>();

  constructor(options: ListenerOptions) {
    this.#options = options;
    this.#admission = new Admission(options.runtime, options.limits);
    this.#owner = {
      now: () => options.runtime.clock.now(),
      expectsProxyHeader: (address) => options.trustedProxies.trusts(address),
      startTls: (socket) => this.#tls.emit('connection', socket),
      refused: options.onRefused,
      failed: (error, seconds) => options.onHandshake({ seconds, error }),
    };
    // The deadline is admission's: Node's own would count from another moment.
    this.#tls = createTlsServer({
      ...serverOptions(options.tlsFiles, options.minVersion),
      handshakeTimeout: 2 ** 31 - 1,
    });
    this.#tls.on('secureConnection', (socket) => this.#secured(socket));
    this.#tls.on('tlsClientError', (error, socket) => {
      const guest = this.#guests.get(fourAddresses(socket));
      if (guest !== undefined) guest.incoming.error = handshakeErrorType(error);
      socket.destroy();
    });
    this.#server = createServer({ noDelay: true, pauseOnConnect: true }, (socket) => this.#accepted(socket));
  }

  /** Connections in any state, handshakes under way, newcomers that wait. */
  get counts(): Admission['counts'] {
    return this.#admission.counts;
  }

  /** @throws SidecarError ADDRESS_UNAVAILABLE */
  listen(address: Address): Promise<Address> {
    return listenOn(this.#server, address, 'listen.address');
  }

  /** New handshakes use the new files; connections that stand keep what they have. */
  reload(files: TlsFiles): void {
    this.#tls.setSecureContext(secureContextOptions(files, this.#options.minVersion));
  }

  /** Closes the port and turns away whoever has not ended the handshake. Connections that stand go on. */
  stopAccepting(): void {
    this.#server.close();
    this.#admission.close();
    for (const { incoming } of [...this.#guests.values()]) incoming.socket.destroy();
  }

  #accepted(socket: Socket): void {
    // A connection that was reset before it was accepted has no address any more.
    if (socket.remoteAddress === undefined) {
      socket.destroy();
      return;
    }
    const key = fourAddresses(socket);
    const incoming = new Incoming(socket, this.#owner);
    const guest: Guest = { incoming, visit: undefined };
    this.#guests.set(key, guest);
    socket.on('error', () => {});
    socket.once('close', () => {
      if (this.#guests.get(key) === guest) this.#guests.delete(key);
      incoming.closed();
      guest.visit?.gone();
    });
    guest.visit = this.#admission.enter(incoming);
  }

  #secured(socket: TLSSocket): void {
    const key = fourAddresses(socket);
    const guest = this.#guests.get(key);
    this.#guests.delete(key);
    if (guest === undefined) {
      socket.destroy();
      return;
    }
    const { incoming, visit } = guest;
    const { seconds } = incoming;
    const protocol = socket.getProtocol();
    incoming.settled();
    // Node ends the handshake well for a peer that offers no protocol at all.
    if (socket.alpnProtocol !== quietwireAlpn) {
      this.#options.onRefused('unshaped');
      dismiss(socket);
      return;
    }
    if (protocol === 'TLSv1.2' && !usesExtendedMasterSecret(socket.getSession())) {
      this.#options.onHandshake({ seconds, protocol, error: 'no_extended_master_secret' });
      dismiss(socket);
      return;
    }
    const resumed = socket.isSessionReused();
    this.#options.onHandshake({ seconds, ...(protocol === null ? {} : { protocol }), resumed });
    visit?.handshakeDone();
    this.#options.onSecure({ socket, source: incoming.source, destination: incoming.destination });
  }
}

/** The close alert, and nothing else. */
function dismiss(socket: TLSSocket): void {
  socket.on('error', () => {});
  socket.end();
  socket.resume();
  socket.destroySoon();
}

function fourAddresses(socket: Socket): string {
  return `${socket.remoteAddress} ${socket.remotePort} ${socket.localAddress} ${socket.localPort}`;
}
