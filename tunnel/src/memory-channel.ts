// Two byte channels joined in memory, with a delay and stalls, for tests and simulations of whole tunnels.
import type { ByteChannel } from './byte-channel.ts';
import type { ManualTime } from './manual-runtime.ts';

export interface MemoryChannel extends ByteChannel {
  /** Frames written so far: time in ms and size in bytes. */
  readonly sent: { atMs: number; size: number }[];
  /** Holds `writePending` true, as a socket that cannot send. */
  stalled: boolean;
}

export interface MemoryChannelOptions {
  readonly time: ManualTime;
  /** Delay of the next frame in ms; frames stay in order. */
  readonly delayMs: () => number;
  /** How many bytes a read holds at most; reads may join and split frames. Default: whole frames. */
  readonly readBytes?: number;
}

/** The two ends of one connection. */
export function memoryChannels(options: MemoryChannelOptions): [MemoryChannel, MemoryChannel] {
  const left = new End(options);
  const right = new End(options);
  left.join(right);
  right.join(left);
  return [left, right];
}

class End implements MemoryChannel {
  onRead: (chunk: Uint8Array) => void = () => {};
  onClose: (error?: Error) => void = () => {};
  readonly sent: { atMs: number; size: number }[] = [];
  stalled = false;
  readonly #options: MemoryChannelOptions;
  #peer: End | undefined;
  #arrivesMs = 0;
  #ended = false;
  closed = false;

  constructor(options: MemoryChannelOptions) {
    this.#options = options;
  }

  join(peer: End): void {
    this.#peer = peer;
  }

  get writePending(): boolean {
    return this.stalled;
  }

  write(frame: Uint8Array): void {
    const { time, readBytes } = this.#options;
    this.sent.push({ atMs: time.now(), size: frame.length });
    const copy = frame.slice();
    const step = readBytes ?? copy.length;
    for (let from = 0; from < copy.length; from += step) {
      this.#later(() => {
        if (this.#peer?.closed === false) this.#peer.onRead(copy.subarray(from, from + step));
      });
    }
  }

  end(): void {
    if (this.#ended || this.closed) return;
    this.#ended = true;
    this.#later(() => this.#peer?.closeNow(undefined));
    this.#later(() => this.closeNow(undefined));
  }

  destroy(): void {
    if (this.closed) return;
    this.#later(() => this.#peer?.closeNow(new Error('read ECONNRESET')));
    this.closeNow(undefined);
  }

  closeNow(error: Error | undefined): void {
    if (this.closed) return;
    this.closed = true;
    this.onClose(error);
  }

  #later(run: () => void): void {
    const { time, delayMs } = this.#options;
    this.#arrivesMs = Math.max(this.#arrivesMs, time.now() + delayMs());
    time.at(this.#arrivesMs, run);
  }
}
