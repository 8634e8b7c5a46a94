// A stream as programs see it: a Duplex that behaves as a net.Socket does. It owns the two halves of the stream's state;
// when their bytes leave is the tunnel's.
import { streamReset } from './errors.ts';
import { OneShot, type TimerRuntime } from './one-shot.ts';
import { runForProgram } from './program-fault.ts';
import type { ReceiveWindow } from './receive-window.ts';
import type { SendHalf } from './send-half.ts';
import { SocketDuplex } from './socket-duplex.ts';

/** Codes of RESET (SPEC.md section 4). */
export const resetCodes = { CANCEL: 1, REFUSED: 2, UNKNOWN_SERVICE: 3, LIMIT: 4, BACKEND: 5 } as const;
export type ResetReason = keyof typeof resetCodes;

/** Undefined for a code of a later version. */
export function resetReason(code: number): ResetReason | undefined {
  return (Object.keys(resetCodes) as ResetReason[]).find((reason) => resetCodes[reason] === code);
}

/** What a stream asks of its tunnel. */
export interface StreamHost {
  /** The program handed over bytes, or ended its side. */
  written(stream: TunnelStream, chunk: Uint8Array | undefined): void;
  /** The program may have taken bytes. */
  consumed(stream: TunnelStream): void;
  /** The program gave the stream up. */
  abandoned(stream: TunnelStream, code: number): void;
  /** The program closed the stream while nothing was lost: what is queued still leaves, then FIN. */
  left(stream: TunnelStream): void;
}

/** Bytes that a stream queues before `write` reports back-pressure. */
export const STREAM_QUEUE_BYTES = 16 * 1024;
/** Pieces below this size, in bytes, are joined while the program does not read: each piece costs memory of its own. */
const JOINED_BELOW = 512;
/** Size of the buffers that they are joined in. */
const JOINED_BYTES = 4096;
/** How long a stream that its program has left waits for the peer's end, as Linux does with a socket (tcp_fin_timeout). */
const LEFT_MS = 60_000;

export interface TunnelStreamOptions {
  readonly id: number;
  readonly service: string;
  readonly send: SendHalf;
  readonly receive: ReceiveWindow;
  /** As in net.Socket: false ends the own side when the peer ends. */
  readonly allowHalfOpen: boolean;
  readonly runtime: TimerRuntime;
  /** This end opened it: then it emits 'connect'. */
  readonly opener: boolean;
}

export class TunnelStream extends SocketDuplex {
  readonly id: number;
  readonly service: string;
  /** State of the two directions; the tunnel's, not the program's. */
  readonly sendHalf: SendHalf;
  readonly receiveWindow: ReceiveWindow;
  readonly #host: StreamHost;
  #writeDone: ((error?: Error | null) => void) | undefined;
  #finalDone: ((error?: Error | null) => void) | undefined;
  /** Small pieces that came while the program did not read; never there while Readable's own buffer is empty. */
  #joined: Buffer | undefined;
  #joinedBytes = 0;
  /** Bytes of the write that waits for `#writeDone`: queued already, though Writable still counts them. */
  #heldBytes = 0;
  #ended = false;
  #resetSeen = false;
  readonly #leaving: OneShot;
  /** Code of a RESET that is still to be sent; 0 for none. */
  resetCode = 0;
  /** OPEN is still to be sent. */
  openPending = false;

  constructor(host: StreamHost, options: TunnelStreamOptions) {
    super(options.runtime, { allowHalfOpen: options.allowHalfOpen, highWaterMark: STREAM_QUEUE_BYTES });
    this.#host = host;
    this.#leaving = new OneShot(options.runtime, () => host.abandoned(this, resetCodes.CANCEL));
    this.id = options.id;
    this.service = options.service;
    this.sendHalf = options.send;
    this.receiveWindow = options.receive;
    // After the peer's end `_read` is not called any more, but the last bytes still have to be acknowledged.
    this.once('end', () => this.#host.consumed(this));
    if (options.opener) this.connectSoon();
  }

  get bytesRead(): number {
    return this.receiveWindow.received;
  }
  /** Bytes that the program has taken. */
  get bytesTaken(): number {
    return this.destroyed ? this.bytesRead : this.bytesRead - this.readableLength - this.#joinedBytes;
  }
  get bytesWritten(): number {
    return this.sendHalf.sent + this.sendHalf.queued + this.writableLength - this.#heldBytes;
  }
  /** Whether the peer will send nothing more. */
  get endReceived(): boolean {
    return this.#ended;
  }

  /** From the tunnel: payload arrived. The bytes are copied: they lie in a buffer that the next read overwrites. */
  deliver(data: Uint8Array, fin: boolean): void {
    if (this.destroyed) {
      // Nobody is there to take it: the peer learns, as from a closed socket.
      if (data.length > 0 && this.resetCode === 0) this.#host.abandoned(this, resetCodes.CANCEL);
    } else if (data.length > 0) {
      this.used();
      // Who listens for 'readable' is told of every piece: it may wait for a number of bytes.
      const unread = this.readableLength > 0 && this.listenerCount('readable') === 0;
      if (unread && data.length < JOINED_BELOW) this.#join(data);
      else {
        this.#pushJoined();
        runForProgram(() => this.push(Buffer.from(data)));
      }
    }
    if (fin) {
      this.#ended = true;
      this.#pushJoined();
      runForProgram(() => {
        if (!this.destroyed) this.push(null);
      });
    }
  }

  #join(data: Uint8Array): void {
    if (this.#joinedBytes + data.length > JOINED_BYTES) this.#pushJoined();
    this.#joined ??= Buffer.allocUnsafeSlow(JOINED_BYTES);
    this.#joined.set(data, this.#joinedBytes);
    this.#joinedBytes += data.length;
  }

  #pushJoined(): void {
    const joined = this.#joined?.subarray(0, this.#joinedBytes);
    this.#joined = undefined;
    this.#joinedBytes = 0;
    if (joined !== undefined && !this.destroyed) runForProgram(() => this.push(joined));
  }

  /** From the tunnel: frames took bytes, so the program may hand over more. */
  drained(): void {
    this.used();
    if (this.#writeDone !== undefined && this.sendHalf.queued < STREAM_QUEUE_BYTES) {
      const done = this.#writeDone;
      this.#writeDone = undefined;
      this.#heldBytes = 0;
      this.sendHalf.keepLast();
      runForProgram(done);
    }
    if (this.#finalDone !== undefined && this.sendHalf.finSent) {
      const done = this.#finalDone;
      this.#finalDone = undefined;
      runForProgram(done);
    }
  }

  /** From the tunnel: the peer reset the stream, or the tunnel is gone. Never a clean end after missing bytes. */
  resetByPeer(text: string, reason?: ResetReason): void {
    this.#resetSeen = true;
    this.#leaving.cancel();
    this.destroy(streamReset(text, reason));
  }

  /** Gives the stream up with a code that tells the peer why. */
  refuse(reason: ResetReason): void {
    this.resetCode = resetCodes[reason];
    this.destroy();
  }

  override resetAndDestroy(): this {
    if (!this.destroyed) this.refuse('CANCEL');
    return this;
  }

  /** From the tunnel: the stream is over for both ends. */
  forgotten(): void {
    this.#leaving.cancel();
  }

  override _write(chunk: Buffer, _encoding: BufferEncoding, done: (error?: Error | null) => void): void {
    this.used();
    this.#heldBytes = chunk.length;
    this.#writeDone = done;
    this.#host.written(this, chunk);
    this.drained();
  }

  override _final(done: (error?: Error | null) => void): void {
    this.sendHalf.finish();
    this.#finalDone = done;
    this.#host.written(this, undefined);
    this.drained();
  }

  /** Bytes count as taken when the program has them, not when Readable asks for more (credit and acknowledgements). */
  override read(size?: number): unknown {
    this.#pushJoined();
    const chunk: unknown = super.read(size);
    if (chunk !== null) this.#host.consumed(this);
    return chunk;
  }

  /** What comes is pushed as it comes: the peer's credit bounds it. */
  override _read(): void {}

  /**
   * As with a socket, `destroy()` lets what was handed over leave, with a FIN after it. With an error, with bytes that would
   * be missing at either end, or after `refuse`, the peer sees a reset instead: never a clean end after missing bytes.
   */
  override _destroy(error: Error | null, done: (error?: Error | null) => void): void {
    const lost = this.writableLength > this.#heldBytes || this.readableLength > 0;
    const writeDone = this.#writeDone;
    this.#writeDone = undefined;
    this.#finalDone = undefined;
    if ((this.sendHalf.finSent && this.#ended) || this.#resetSeen) this.#host.consumed(this);
    else if (error !== null || lost || this.resetCode !== 0)
      this.#host.abandoned(this, this.resetCode === 0 ? resetCodes.CANCEL : this.resetCode);
    else {
      this.#leaving.startIn(LEFT_MS);
      this.#host.left(this);
    }
    this.finishDestroy(error, done);
    if (writeDone !== undefined) runForProgram(() => writeDone(error));
  }
}
