// A TLS connection of which the attacker writes the records: `node:tls` does the handshake and, if wanted, speaks for a while;
// then its keys are taken over, and whatever is written goes onto the socket as it is.
import { connect as connectPlain, type Socket } from 'node:net';
import { Duplex } from 'node:stream';
import { connect as connectTls, type TLSSocket } from 'node:tls';
import { RecordScanner } from '@quietwire/planner';
import type { TlsVersion } from '../../../wire/audit/session-view.ts';
import { contentType } from '../../../wire/capture/wire-record.ts';
import { type RecordSealer, sealedSuites, Tls12Sealer, Tls13Sealer } from './record-sealer.ts';

export interface RawTlsOptions {
  readonly port: number;
  /** An address of loopback to come from. */
  readonly source: string;
  readonly ca: string;
  readonly version: TlsVersion;
  /** Makes what leaves in one write with the client's Finished; TLS 1.3 only. Nothing of Node's TLS leaves after that. */
  readonly withFinished?: (sealer: Tls13Sealer) => Buffer;
}

/** Of a ClientHello or ServerHello as the first record of a stream: header, type and length, version. */
const RANDOM_AT = 5 + 4 + 2;
const OPEN_MS = 5000;

export class RawTls {
  /** Speaks until `takeOver`. */
  readonly tls: TLSSocket;
  readonly #socket: Socket;
  readonly #wire: Wire;

  /** Rejects if the handshake does not end well within 5 s. */
  static async open(options: RawTlsOptions): Promise<RawTls> {
    const connection = new RawTls(options);
    const { tls } = connection;
    const timer = setTimeout(() => connection.destroy(), OPEN_MS);
    try {
      await new Promise<void>((resolve, reject) => {
        tls.once('secureConnect', () => resolve());
        tls.once('error', reject);
        tls.once('close', () => reject(new Error('closed in the handshake')));
      });
    } finally {
      clearTimeout(timer);
    }
    return connection;
  }

  private constructor({ port, source, ca, version, withFinished }: RawTlsOptions) {
    this.#socket = connectPlain({ host: '127.0.0.1', port, localAddress: source, noDelay: true });
    this.#wire = new Wire(this.#socket, version, withFinished);
    const bounds = { minVersion: version, maxVersion: version, ciphers: sealedSuites[version] } as const;
    const names = { servername: 'localhost', ALPNProtocols: ['quietwire/1'] };
    this.tls = connectTls({ socket: this.#wire, ca, ...names, ...bounds });
    this.tls.on('keylog', (line: Buffer) => this.#wire.learn(line.toString('latin1').trim().split(' ')));
    this.tls.on('error', () => {});
  }

  get isOpen(): boolean {
    return !this.#socket.destroyed && this.#socket.writable;
  }

  /** The sealer that goes on where Node stops. What comes in from now on is thrown away. */
  takeOver(): RecordSealer {
    return this.#wire.takeOver();
  }

  /** As takeOver, of a TLS 1.3 connection. */
  takeOver13(): Tls13Sealer {
    const sealer = this.takeOver();
    if (!(sealer instanceof Tls13Sealer)) throw new Error('not TLS 1.3');
    return sealer;
  }

  /** Resolves when all is with the kernel; false if the connection is gone. */
  write(bytes: Uint8Array): Promise<boolean> {
    if (!this.isOpen) return Promise.resolve(false);
    return new Promise((resolve) => {
      const ended = () => resolve(false);
      this.#socket.once('close', ended);
      this.#socket.write(bytes, (error) => {
        this.#socket.removeListener('close', ended);
        resolve(!error);
      });
    });
  }

  destroy(): void {
    this.#socket.destroy();
  }
}

/** The stream between Node's TLS and the socket: sees the randoms, counts the records, and can be cut. */
class Wire extends Duplex {
  readonly #socket: Socket;
  readonly #version: TlsVersion;
  readonly #withFinished: RawTlsOptions['withFinished'];
  readonly #scanner = new RecordScanner();
  #secret: Buffer | undefined;
  #clientRandom: Buffer | undefined;
  #serverRandom: Buffer | undefined;
  #finished = false;
  #sequence = 0;
  #isCut = false;

  constructor(socket: Socket, version: TlsVersion, withFinished: RawTlsOptions['withFinished']) {
    super();
    this.#socket = socket;
    this.#version = version;
    this.#withFinished = withFinished;
    socket.on('data', (chunk: Buffer) => {
      if (this.#isCut) return;
      this.#serverRandom ??= Buffer.from(chunk.subarray(RANDOM_AT, RANDOM_AT + 32));
      this.push(chunk);
    });
    socket.on('error', () => {});
    socket.once('close', () => this.destroy());
  }

  /** A line of the key log (NSS format). */
  learn([label, , secret]: readonly string[]): void {
    const wanted = this.#version === 'TLSv1.3' ? 'CLIENT_TRAFFIC_SECRET_0' : 'CLIENT_RANDOM';
    if (label === wanted && secret !== undefined) this.#secret = Buffer.from(secret, 'hex');
  }

  takeOver(): RecordSealer {
    this.#isCut = true;
    const sequence = this.#sequence;
    if (this.#secret === undefined) throw new Error('the handshake has not come to its keys');
    if (this.#version === 'TLSv1.3') return new Tls13Sealer(this.#secret, sequence);
    if (this.#clientRandom === undefined || this.#serverRandom === undefined) throw new Error('no randoms were seen');
    return new Tls12Sealer(this.#secret, this.#clientRandom, this.#serverRandom, 1 + sequence);
  }

  override _read(): void {}

  override _write(chunk: Buffer, _encoding: string, done: (error?: Error | null) => void): void {
    if (this.#isCut) {
      done();
      return;
    }
    this.#clientRandom ??= Buffer.from(chunk.subarray(RANDOM_AT, RANDOM_AT + 32));
    const isFinished = !this.#finished && this.#secret !== undefined;
    if (this.#finished) this.#count(chunk);
    if (isFinished) this.#finished = true;
    if (isFinished && this.#withFinished !== undefined) {
      const more = this.#withFinished(this.takeOver() as Tls13Sealer);
      this.#socket.write(Buffer.concat([chunk, more]), done);
      return;
    }
    this.#socket.write(chunk, done);
  }

  override _destroy(error: Error | null, done: (error?: Error | null) => void): void {
    if (!this.#isCut) this.#socket.destroy();
    done(error);
  }

  #count(chunk: Buffer): void {
    this.#scanner.push(chunk, (type) => {
      if (type === contentType.applicationData) this.#sequence += 1;
    });
  }
}
