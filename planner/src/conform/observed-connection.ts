// One connection of the device under test: TLS, the records below it, the frames in it, and when it ended. Writes what it
// is told to and judges nothing.
import type { Socket } from 'node:net';
import { createSecureContext, type SecureContextOptions, TLSSocket, type TLSSocketOptions } from 'node:tls';
import type { ConformClock } from './clock.ts';
import { RecordDuplex } from './record-duplex.ts';

const dataRecord = 23;
const handshakeRecord = 22;

export interface ObservedOptions {
  readonly clock: ConformClock;
  readonly tls: SecureContextOptions;
  /** Undefined: none is negotiated. */
  readonly alpn: readonly string[] | undefined;
}

export class ObservedConnection {
  readonly tls: TLSSocket;
  readonly startMs: number;
  endMs: number | undefined;
  /** Lengths of the records after the handshake, in order. */
  readonly #records: number[] = [];
  #handshakeRecords = 0;
  isSecure = false;
  error: string | undefined;
  /** Bytes inside TLS. */
  received = 0;
  onData: (chunk: Buffer) => void = () => {};
  readonly #clock: ConformClock;

  constructor(socket: Socket, options: ObservedOptions) {
    this.#clock = options.clock;
    this.startMs = options.clock.nowMs();
    socket.setNoDelay(true);
    const pipe = new RecordDuplex(socket, (type, length) => this.#record(type, length));
    const settings: TLSSocketOptions & { ALPNProtocols?: string[] } = {
      isServer: true,
      secureContext: createSecureContext(options.tls),
    };
    if (options.alpn) settings.ALPNProtocols = [...options.alpn];
    this.tls = new TLSSocket(pipe as unknown as Socket, settings);
    this.tls.on('secure', () => {
      this.isSecure = true;
    });
    this.tls.on('error', (error: NodeJS.ErrnoException) => {
      this.error ??= error.code ?? error.message;
    });
    this.tls.on('data', (chunk: Buffer) => {
      this.received += chunk.length;
      this.onData(chunk);
    });
    const ended = () => {
      this.endMs ??= this.#clock.nowMs();
    };
    this.tls.on('end', ended);
    this.tls.on('close', ended);
    socket.on('end', ended);
    socket.on('close', ended);
  }

  get isOpen(): boolean {
    return this.endMs === undefined;
  }

  /** Bodies of the device's application records (and of whatever TLS 1.3 makes look alike), in order. */
  get records(): readonly number[] {
    const hasFinished = this.tls.getProtocol() === 'TLSv1.3';
    return hasFinished ? this.#records.slice(1) : this.#records;
  }

  /** Records of the handshake that came after it had ended (TLS 1.2: a renegotiation). */
  get lateHandshakeRecords(): number {
    return this.#handshakeRecords;
  }

  write(bytes: Uint8Array): void {
    if (this.isOpen && this.tls.writable) this.tls.write(bytes);
  }

  /** Resolves true as soon as `done` holds, false after so many ms. */
  async until(done: () => boolean, ms: number): Promise<boolean> {
    const endMs = this.#clock.nowMs() + ms;
    while (!done()) {
      if (this.#clock.nowMs() >= endMs) return false;
      await this.#clock.wait(5);
    }
    return true;
  }

  close(): void {
    this.tls.destroy();
  }

  #record(type: number, length: number): void {
    if (type === dataRecord) this.#records.push(length);
    else if (this.isSecure && type === handshakeRecord) this.#handshakeRecords += 1;
    else if (this.isSecure && type === 21) this.#records.push(length); // TLS 1.2: an alert
  }
}
