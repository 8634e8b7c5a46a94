// What a net.Socket has beyond a Duplex, so that programs written for one run over a stream of a tunnel: 'connect', idle
// timeouts, 'close' with its argument, and the calls that mean nothing here but are made. It moves no bytes.
import { Duplex } from 'node:stream';
import { inspect } from 'node:util';
import { OneShot, type TimerRuntime } from './one-shot.ts';

export interface SocketDuplexOptions {
  /** As in net.Socket: false ends the own side when the peer ends. */
  readonly allowHalfOpen: boolean;
  readonly highWaterMark: number;
}

export abstract class SocketDuplex extends Duplex {
  /** The service that the stream reaches: its address, as it were. */
  abstract readonly service: string;
  /** True until 'connect'; what is written before is sent all the same. */
  connecting = false;
  /** Milliseconds after which an idle stream emits 'timeout'; 0 or undefined for never. */
  timeout: number | undefined;
  // A service has no address that a device could know.
  readonly remoteAddress: string | undefined = undefined;
  readonly remoteFamily: string | undefined = undefined;
  readonly remotePort: number | undefined = undefined;
  readonly localAddress: string | undefined = undefined;
  readonly localFamily: string | undefined = undefined;
  readonly localPort: number | undefined = undefined;
  readonly #runtime: TimerRuntime;
  readonly #idle: OneShot;
  #usedMs = 0;

  constructor(runtime: TimerRuntime, { allowHalfOpen, highWaterMark }: SocketDuplexOptions) {
    super({ allowHalfOpen, readableHighWaterMark: highWaterMark, emitClose: false });
    this.#runtime = runtime;
    this.#idle = new OneShot(runtime, () => this.#checkIdle());
  }

  abstract readonly bytesRead: number;
  abstract readonly bytesWritten: number;
  /** The peer sees ECONNRESET, and what waits is dropped. */
  abstract resetAndDestroy(): this;

  get pending(): boolean {
    return this.connecting;
  }
  get readyState(): 'opening' | 'open' | 'readOnly' | 'writeOnly' | 'closed' {
    if (this.connecting) return 'opening';
    if (this.readable) return this.writable ? 'open' : 'readOnly';
    return this.writable ? 'writeOnly' : 'closed';
  }

  /**
   * Emits 'timeout' once for each stretch of `timeoutMs` without a byte in either direction; 0 stops that.
   * @throws TypeError ERR_INVALID_ARG_TYPE, RangeError ERR_OUT_OF_RANGE, as net.Socket does.
   */
  setTimeout(timeoutMs: number, listener?: () => void): this {
    if (this.destroyed) return this;
    checkTimeout(timeoutMs, listener);
    this.timeout = timeoutMs;
    if (timeoutMs === 0) {
      this.#idle.cancel();
      if (listener !== undefined) this.removeListener('timeout', listener);
      return this;
    }
    this.#usedMs = this.#runtime.clock.now();
    this.#idle.startIn(timeoutMs);
    if (listener !== undefined) this.once('timeout', listener);
    return this;
  }

  // The slots decide when bytes leave, background frames keep the tunnel alive, and the tunnel keeps the process alive.
  setNoDelay(_noDelay?: boolean): this {
    return this;
  }
  setKeepAlive(_enable?: boolean, _initialDelay?: number): this {
    return this;
  }
  ref(): this {
    return this;
  }
  unref(): this {
    return this;
  }
  address(): Record<string, never> {
    return {};
  }

  /** Ends the own side, and destroys the stream when everything has left. */
  destroySoon(): void {
    if (this.writable) this.end();
    if (this.writableFinished) this.destroy();
    else this.once('finish', () => this.destroy());
  }

  /** Emits 'connect' and 'ready' after the present turn, as a socket that has just been made does. */
  protected connectSoon(): void {
    this.connecting = true;
    process.nextTick(() => {
      if (!this.connecting || this.destroyed) return;
      this.connecting = false;
      this.emit('connect');
      this.emit('ready');
    });
  }

  /** Bytes moved in either direction. */
  protected used(): void {
    if (!this.timeout) return;
    this.#usedMs = this.#runtime.clock.now();
    if (!this.#idle.scheduled) this.#idle.startIn(this.timeout);
  }

  /** To be called at the end of `_destroy`: 'close' tells, as net.Socket's does, whether there was an error. */
  protected finishDestroy(error: Error | null, done: (error?: Error | null) => void): void {
    this.connecting = false;
    this.#idle.cancel();
    done(error);
    process.nextTick(() => this.emit('close', error !== null));
  }

  #checkIdle(): void {
    if (!this.timeout) return;
    const leftMs = this.#usedMs + this.timeout - this.#runtime.clock.now();
    if (leftMs > 0) this.#idle.startIn(leftMs);
    else this.emit('timeout');
  }
}

function checkTimeout(timeoutMs: unknown, listener: unknown): void {
  if (typeof timeoutMs !== 'number') throw wrongType('msecs', 'number', timeoutMs);
  if (timeoutMs < 0 || !Number.isFinite(timeoutMs)) {
    const text = `The value of "msecs" is out of range. It must be a non-negative finite number. Received ${timeoutMs}`;
    throw Object.assign(new RangeError(text), { code: 'ERR_OUT_OF_RANGE' });
  }
  if (listener !== undefined && typeof listener !== 'function') throw wrongType('callback', 'function', listener);
}

function wrongType(name: string, type: string, got: unknown): TypeError {
  const text = `The "${name}" argument must be of type ${type}. Received ${inspect(got, { depth: -1 })}`;
  return Object.assign(new TypeError(text), { code: 'ERR_INVALID_ARG_TYPE' });
}
