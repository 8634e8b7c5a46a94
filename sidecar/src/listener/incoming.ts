/**
 * One accepted connection up to the end of its TLS handshake: the PROXY header of a trusted balancer and the ClientHello are read,
 * it waits for admission, and goes to TLS. Ends in exactly one outcome.
 */
import type { Socket } from 'node:net';
import type { AdmissionRefusal, Visit, Visitor } from '../admission/admission.ts';
import { sourceOf } from '../admission/source-of.ts';
import { decodeProxyHeader } from '../proxy/decode-proxy-header.ts';
import type { Endpoint } from '../proxy/encode-proxy-header.ts';
import { helloState } from './client-hello.ts';

export interface IncomingOwner {
  /** Monotonic, ms. */
  now(): number;
  /** Whether connections from this address begin with a PROXY header. */
  expectsProxyHeader(address: string): boolean;
  /** `head` is what was read of the socket, which is paused, behind the PROXY header. */
  startTls(incoming: Incoming, head: Buffer): void;
  refused(incoming: Incoming, reason: AdmissionRefusal): void;
  /** The handshake did not end well. `error` is one of `handshake-error.ts`. */
  failed(incoming: Incoming, error: string): void;
}

/** Reads in which header and ClientHello may come; each has at least a segment of TCP. */
const mostReads = 64;

export class Incoming implements Visitor {
  readonly socket: Socket;
  /** The device's end, or what a trusted balancer says it is. */
  source: Endpoint;
  destination: Endpoint;
  /** What is known of a failure, for the moment when the socket closes. */
  error: string | undefined;
  readonly #owner: IncomingOwner;
  #visit: Visit | undefined;
  #begunAt = Number.NaN;
  #held: Buffer = Buffer.alloc(0);
  #reads = 0;
  #headerDone: boolean;
  #over = false;

  constructor(socket: Socket, owner: IncomingOwner) {
    this.socket = socket;
    this.#owner = owner;
    this.source = { address: socket.remoteAddress ?? '', port: socket.remotePort ?? 0 };
    this.destination = { address: socket.localAddress ?? '', port: socket.localPort ?? 0 };
    this.#headerDone = !owner.expectsProxyHeader(this.source.address);
  }

  /** Seconds since the handshake began; before it did, since the first byte. */
  get seconds(): number {
    return (this.#owner.now() - this.#begunAt) / 1000;
  }

  /** Whether the handshake has begun. */
  get visit(): Visit | undefined {
    return this.#visit;
  }

  /** Starts to read; `visit` is told when the ClientHello is there. */
  enter(visit: Visit): void {
    this.#visit = visit;
    if (this.socket.destroyed) return;
    this.socket.on('data', this.#read);
    this.socket.resume();
  }

  begin(): void {
    // It went in this turn: its end is about to be told.
    if (this.socket.destroyed) return;
    this.#begunAt = this.#owner.now();
    // What came while it waited lies in the socket, from where TLS would take it unseen.
    const later = this.socket.read() as Buffer | null;
    const head = later === null ? this.#held : Buffer.concat([this.#held, later]);
    this.#held = Buffer.alloc(0);
    this.#owner.startTls(this, head);
  }

  refuse(reason: AdmissionRefusal): void {
    this.#over = true;
    this.#owner.refused(this, reason);
    this.socket.destroy();
  }

  /** The handshake ended well. */
  settled(): void {
    this.#over = true;
  }

  /** The socket is closed. */
  closed(): void {
    this.#visit?.gone();
    // A balancer's health check connects and says nothing: that is no handshake.
    if (this.#over || Number.isNaN(this.#begunAt)) return;
    this.#over = true;
    this.#owner.failed(this, this.error ?? 'connection_reset');
  }

  readonly #read = (chunk: Buffer): void => {
    if (Number.isNaN(this.#begunAt)) this.#begunAt = this.#owner.now();
    this.#held = this.#held.length === 0 ? chunk : Buffer.concat([this.#held, chunk]);
    this.#reads += 1;
    const fault = this.#headerFault() ?? this.#helloFault();
    if (fault === undefined && this.#reads <= mostReads) return;
    this.error = fault ?? 'tls';
    this.socket.destroy();
  };

  #headerFault(): string | undefined {
    if (this.#headerDone) return undefined;
    const header = decodeProxyHeader(this.#held);
    if (header.state === 'more') return undefined;
    if (header.state === 'bad') return 'proxy_header';
    this.#headerDone = true;
    this.source = header.source ?? this.source;
    this.destination = header.destination ?? this.destination;
    this.#held = this.#held.subarray(header.length);
    return undefined;
  }

  #helloFault(): string | undefined {
    if (!this.#headerDone) return undefined;
    const state = helloState(this.#held);
    if (state === 'more') return undefined;
    if (state !== 'whole') return state;
    this.socket.removeListener('data', this.#read);
    this.socket.pause();
    this.#visit?.spoke(sourceOf(this.source.address));
    return undefined;
  }
}
