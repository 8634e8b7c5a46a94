// The stream of a program that opened one when none could be had: it fails as a socket whose connection fails.
import { SocketDuplex, type TimerRuntime } from '@quietwire/tunnel';

export class RefusedStream extends SocketDuplex {
  readonly service: string;
  readonly bytesRead = 0;
  readonly bytesWritten = 0;
  #writeDone: ((error: Error | null) => void) | undefined;

  /** Emits `error`, then 'close', after the present turn. */
  constructor(runtime: TimerRuntime, service: string, error: Error) {
    super(runtime, { allowHalfOpen: false, highWaterMark: 0 });
    this.service = service;
    this.connecting = true;
    process.nextTick(() => this.destroy(error));
  }

  resetAndDestroy(): this {
    return this.destroy();
  }

  override _read(): void {}

  override _write(_chunk: Buffer, _encoding: BufferEncoding, done: (error: Error | null) => void): void {
    this.#writeDone = done;
  }

  override _final(): void {}

  override _destroy(error: Error | null, done: (error?: Error | null) => void): void {
    this.finishDestroy(error, done);
    this.#writeDone?.(error);
  }
}
