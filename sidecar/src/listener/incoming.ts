/**
 * One accepted connection up to the end of its TLS handshake: it waits unread for admission, reads the PROXY header of a
 * trusted balancer, and goes to the TLS server. Ends in exactly one outcome.
 */
import type { Socket } from 'node:net';
import type { AdmissionRefusal, Visitor } from '../admission/admission.ts';
import { decodeProxyHeader } from '../proxy/decode-proxy-header.ts';
import type { Endpoint } from '../proxy/encode-proxy-header.ts';

export interface IncomingOwner {
  /** Monotonic, ms. */
  now(): number;
  /** Whether connections from this address begin with a PROXY header. */
  expectsProxyHeader(address: string): boolean;
  startTls(socket: Socket): void;
  refused(reason: AdmissionRefusal): void;
  /** The handshake did not end well. `error` is one of `handshake-error.ts`. */
  failed(error: string, seconds: number): void;
}

export class Incoming implements Visitor {
  readonly socket: Socket;
  /** The device's end, or what a trusted balancer says it is. */
  source: Endpoint;
  destination: Endpoint;
  /** What the TLS server reported, for the moment when the socket closes. */
  error: string | undefined;
  readonly #owner: IncomingOwner;
  #begunAt = Number.NaN;
  #over = false;

  constructor(socket: Socket, owner: IncomingOwner) {
    this.socket = socket;
    this.#owner = owner;
    this.source = { address: socket.remoteAddress ?? '', port: socket.remotePort ?? 0 };
    this.destination = { address: socket.localAddress ?? '', port: socket.localPort ?? 0 };
  }

  /** Seconds since the handshake began. */
  get seconds(): number {
    return (this.#owner.now() - this.#begunAt) / 1000;
  }

  begin(): void {
    this.#begunAt = this.#owner.now();
    if (this.#owner.expectsProxyHeader(this.source.address)) this.#readProxyHeader();
    else this.#owner.startTls(this.socket);
  }

  refuse(reason: AdmissionRefusal): void {
    if (this.#over) return;
    this.#over = true;
    this.#owner.refused(reason);
    this.socket.destroy();
  }

  /** The handshake ended well. */
  settled(): void {
    this.#over = true;
  }

  /** The socket is closed. */
  closed(): void {
    if (this.#over || Number.isNaN(this.#begunAt)) return;
    this.#over = true;
    // A balancer's health check connects and says nothing: that is no handshake.
    if (this.error === undefined && this.socket.bytesRead === 0) return;
    this.#owner.failed(this.error ?? 'connection_reset', this.seconds);
  }

  #readProxyHeader(): void {
    let held: Buffer = Buffer.alloc(0);
    const read = (chunk: Buffer): void => {
      held = held.length === 0 ? chunk : Buffer.concat([held, chunk]);
      const header = decodeProxyHeader(held);
      if (header.state === 'more') return;
      this.socket.removeListener('data', read);
      this.socket.pause();
      if (header.state === 'bad') {
        this.error = 'proxy_header';
        this.socket.destroy();
        return;
      }
      this.source = header.source ?? this.source;
      this.destination = header.destination ?? this.destination;
      const rest = held.subarray(header.length);
      if (rest.length > 0) this.socket.unshift(rest);
      this.#owner.startTls(this.socket);
    };
    this.socket.on('data', read);
    this.socket.resume();
  }
}
