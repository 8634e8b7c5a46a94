// The streams of one tunnel: identifiers, limits, credit of the tunnel, and what the peer's fields do to them
// (SPEC.md section 11).
import { TunnelError } from './errors.ts';
import type { TunnelLimits } from './limits.ts';
import type { MemoryBudget } from './memory-budget.ts';
import type { TunnelMeter } from './meter.ts';
import type { TimerRuntime } from './one-shot.ts';
import { OpenGate } from './open-gate.ts';
import { ReceiveWindow } from './receive-window.ts';
import { SendCredit } from './send-credit.ts';
import { SendHalf } from './send-half.ts';
import { resetReason, type StreamHost, TunnelStream } from './stream.ts';
import { StreamFiller } from './stream-filler.ts';
import { TunnelWindow } from './tunnel-window.ts';

const LAST_ID = 65_535;

export interface StreamTableOptions {
  readonly role: 'device' | 'cloud';
  readonly limits: TunnelLimits;
  /** First credit that the peer gives, bytes: per stream and for the tunnel. */
  readonly peerStreamWindow: number;
  readonly peerTunnelWindow: number;
  /** Longest distance of two slots of the peer, ms: opens of that time arrive together. */
  readonly longestPeerGapMs: number;
  /** Bytes of a service's name that a frame has room for. */
  readonly longestService: number;
  readonly quietBytes: number;
  readonly activityWindowMs: number;
  readonly runtime: TimerRuntime;
  readonly meter: TunnelMeter;
  readonly memory: MemoryBudget | undefined;
  /** Something is there that a frame could carry; `active` if payload of an activity was queued. */
  readonly onWork: (active: boolean) => void;
  /** The peer opened a stream. */
  readonly onOpen: (stream: TunnelStream) => void;
}

export class StreamTable implements StreamHost {
  readonly #options: StreamTableOptions;
  readonly #streams = new Map<number, TunnelStream>();
  readonly #window: TunnelWindow;
  #lastId = 0;
  readonly #opens: OpenGate;
  readonly #credit: SendCredit;
  readonly #filler: StreamFiller;
  /** The tunnel closes by this end's wish: streams that the peer opens now are refused. */
  #closing = false;
  #failed = false;

  constructor(options: StreamTableOptions) {
    this.#options = options;
    this.#credit = new SendCredit(options.peerTunnelWindow);
    this.#window = new TunnelWindow(options.limits, options.memory);
    this.#opens = new OpenGate(options, options.runtime.clock.now());
    this.#filler = new StreamFiller({
      streams: this.#streams,
      window: this.#window,
      opens: this.#opens,
      credit: this.#credit,
      now: () => options.runtime.clock.now(),
      forget: (stream) => this.#forget(stream),
      forgetIfDone: (stream) => this.#forgetIfDone(stream),
    });
  }

  get size(): number {
    return this.#streams.size;
  }
  /** Takes no further stream of the peer. @returns the stream that was opened last. */
  close(): number {
    this.#closing = true;
    return this.#lastId;
  }
  /** Whether payload of an activity is queued that the peer's credit lets leave. */
  get activeSendable(): boolean {
    if (this.#credit.left === 0) return false;
    for (const stream of this.#streams.values()) if (stream.sendHalf.activeSendable) return true;
    return false;
  }
  /** Whether the peer's programs have not yet got everything that ours handed over. */
  get undelivered(): boolean {
    for (const stream of this.#streams.values()) if (!stream.sendHalf.delivered) return true;
    return false;
  }

  /** Opens a stream from this end. @throws TunnelError TUNNEL_STREAM_LIMIT, TUNNEL_SERVICE_NAME */
  open(service: string, allowHalfOpen: boolean): TunnelStream {
    const { longestService } = this.#options;
    if (service.length > longestService)
      throw new TunnelError('TUNNEL_SERVICE_NAME', `${service}: ${service.length} bytes, allowed ${longestService}`);
    if (this.#streams.size >= this.#options.limits.maxStreams) {
      throw new TunnelError(
        'TUNNEL_STREAM_LIMIT',
        `${this.#streams.size} streams are open, allowed ${this.#options.limits.maxStreams}`,
      );
    }
    do this.#lastId = this.#lastId === LAST_ID ? 1 : this.#lastId + 1;
    while (this.#streams.has(this.#lastId));
    const stream = this.#add(this.#lastId, service, allowHalfOpen);
    stream.openPending = true;
    this.#options.onWork(false);
    return stream;
  }

  // Fields from the peer

  opened(id: number, service: string): void {
    if (this.#options.role === 'device') throw new TunnelError('TUNNEL_STREAM_STATE', 'the cloud opened a stream');
    if (id === 0 || this.#streams.has(id) || this.#opens.isRefused(id))
      throw new TunnelError('TUNNEL_STREAM_STATE', `stream ${id} was opened twice`);
    const { limits, runtime, onOpen } = this.#options;
    if (!this.#closing && this.#streams.size < limits.maxStreams && this.#opens.take(runtime.clock.now())) {
      this.#lastId = id;
      onOpen(this.#add(id, service, true));
      return;
    }
    this.#opens.refuse(id);
    this.#options.onWork(false);
  }

  received(id: number, data: Uint8Array, fin: boolean): void {
    if (!this.#window.receive(data.length)) throw new TunnelError('TUNNEL_CREDIT', 'the tunnel’s credit is exceeded');
    const stream = this.#streams.get(id);
    if (stream === undefined) {
      // A stream that was reset here while these bytes were under way.
      this.#window.consumeTo(this.#window.consumed + data.length);
      if (this.#window.creditDue) this.#options.onWork(false);
      return;
    }
    if (stream.endReceived) throw new TunnelError('TUNNEL_STREAM_STATE', `stream ${id} went on after its end`);
    if (!stream.receiveWindow.receive(data.length)) {
      throw new TunnelError('TUNNEL_CREDIT', `the credit of stream ${id} is exceeded`);
    }
    stream.deliver(data, fin);
    this.consumed(stream);
  }

  granted(id: number, max: number): void {
    this.#credited(() => this.#streams.get(id)?.sendHalf.grant(max));
  }

  tunnelGranted(max: number): void {
    this.#credited(() => this.#credit.grant(max));
  }

  #credited(grant: () => void): void {
    const blocked = !this.activeSendable;
    grant();
    if (blocked && this.activeSendable) this.#credit.unblocked = true;
    this.#options.onWork(false);
  }

  acknowledged(id: number, offset: number): void {
    const stream = this.#streams.get(id);
    if (stream === undefined) return;
    if (!stream.sendHalf.acknowledge(offset)) {
      throw new TunnelError(
        'TUNNEL_STREAM_STATE',
        `stream ${id}: ${offset} acknowledged, ${stream.sendHalf.sent} sent`,
      );
    }
    this.#forgetIfDone(stream);
  }

  resetByPeer(id: number, code: number): void {
    const stream = this.#streams.get(id);
    if (stream === undefined) return;
    const reason = resetReason(code);
    stream.sendHalf.drop();
    this.#forget(stream);
    stream.resetByPeer(`reset by the peer: ${reason ?? code}`, reason);
  }

  /** Ends every stream with an error; called once, when the tunnel is gone. */
  failAll(reason: string): void {
    this.#failed = true;
    for (const stream of this.#streams.values()) stream.resetByPeer(reason);
    this.#streams.clear();
    this.#window.release();
  }

  // StreamHost

  written(stream: TunnelStream, chunk: Uint8Array | undefined): void {
    const active = chunk !== undefined && stream.sendHalf.push(chunk, this.#options.runtime.clock.now());
    // What credit does not let leave opens no demand; the credit that comes for it does.
    this.#options.onWork(active && stream.sendHalf.activeSendable && this.#credit.left > 0);
  }

  consumed(stream: TunnelStream): void {
    const window = stream.receiveWindow;
    const before = window.consumed;
    window.consumeTo(stream.bytesTaken);
    const taken = window.consumed - before;
    if (taken > 0) {
      this.#window.consumeTo(this.#window.consumed + taken);
      this.#options.onWork(false);
    }
    this.#forgetIfDone(stream);
  }

  abandoned(stream: TunnelStream, code: number): void {
    if (this.#failed || this.#streams.get(stream.id) !== stream) return;
    stream.sendHalf.drop();
    this.consumed(stream);
    stream.resetCode = code;
    this.#options.onWork(false);
  }

  left(stream: TunnelStream): void {
    stream.sendHalf.finish();
    this.consumed(stream);
    this.#options.onWork(false);
  }

  // Frames

  /** Fills the next frame; see StreamFiller. */
  get filler(): StreamFiller {
    return this.#filler;
  }

  /** Whether credit let payload of an activity leave that had waited for it; said once. */
  takeUnblocked(): boolean {
    const { unblocked } = this.#credit;
    this.#credit.unblocked = false;
    return unblocked;
  }

  #add(id: number, service: string, allowHalfOpen: boolean): TunnelStream {
    const { peerStreamWindow, quietBytes, activityWindowMs, limits, meter, runtime, role } = this.#options;
    const stream = new TunnelStream(this, {
      id,
      service,
      send: new SendHalf(peerStreamWindow, quietBytes, activityWindowMs),
      receive: new ReceiveWindow(limits.streamWindow),
      allowHalfOpen,
      runtime,
      opener: role === 'device',
    });
    this.#streams.set(id, stream);
    meter.streamsOpened += 1;
    return stream;
  }

  /** A stream is kept until the peer has acknowledged its end and we have acknowledged the peer's. */
  #forgetIfDone(stream: TunnelStream): void {
    const { sendHalf, receiveWindow } = stream;
    if (!sendHalf.finSent || !sendHalf.delivered) return;
    if (stream.endReceived && receiveWindow.consumed === receiveWindow.received && !receiveWindow.ackDue)
      this.#forget(stream);
  }

  #forget(stream: TunnelStream): void {
    if (this.#streams.get(stream.id) === stream) this.#streams.delete(stream.id);
    stream.forgotten();
  }
}
