// One shaped connection after its bootstrap: joins schedule, frames and streams over a byte channel. It decides when
// things happen to the tunnel as a whole (slot, read, close, loss); what a frame carries is the outbox's.
import { FrameReader, type Session } from '@quietwire/proto';
import { type CoverProcess, createShaper, type Role, type Shaper, type ShapingParameters } from '@quietwire/shaping';
import type { ByteChannel } from './byte-channel.ts';
import { TunnelError } from './errors.ts';
import type { FramePool } from './frame-pool.ts';
import { controlRoomOf, largestPeerFrame, serviceRoomOf } from './frame-room.ts';
import { Inbound } from './inbound.ts';
import { CLOSING_PERIODS, DEAD_PEER_MS, DEAD_PEER_SLOTS, type TunnelLimits } from './limits.ts';
import type { MemoryBudget } from './memory-budget.ts';
import { TunnelMeter } from './meter.ts';
import { Outbox } from './outbox.ts';
import { runForProgram } from './program-fault.ts';
import type { Runtime } from './runtime.ts';
import { ScheduleCount } from './schedule-count.ts';
import type { Timed } from './scheduler.ts';
import type { TunnelStream } from './stream.ts';
import { StreamTable } from './stream-table.ts';

export interface TunnelOptions {
  readonly channel: ByteChannel;
  readonly session: Session;
  readonly role: Role;
  readonly parameters: ShapingParameters;
  readonly limits: TunnelLimits;
  readonly runtime: Runtime;
  readonly pool: FramePool;
  readonly meter?: TunnelMeter | undefined;
  readonly memory?: MemoryBudget | undefined;
  /** Virtual activities from elsewhere; see ShaperOptions. */
  readonly cover?: CoverProcess | undefined;
}

/** Bounds the work of one event when a program answers every byte that leaves with another. */
const MAX_FILL_ROUNDS = 8;

export class Tunnel implements Timed {
  dueMs = 0;
  wheelNext: Timed | undefined;
  wheelPrevious: Timed | undefined;
  scheduled = false;

  /** The cloud's end: the device opened a stream. Set it in the turn in which the tunnel is made. */
  onStream: (stream: TunnelStream, service: string) => void = (stream) => stream.refuse('UNKNOWN_SERVICE');
  /** The tunnel is over; with the error if it was lost. Called once. */
  onClose: (error?: Error) => void = () => {};
  /** The peer said that it will close the tunnel soon. */
  onGoaway: () => void = () => {};

  readonly role: Role;
  readonly parameters: ShapingParameters;
  readonly session: Session;
  readonly #channel: ByteChannel;
  readonly #runtime: Runtime;
  readonly #shaper: Shaper;
  readonly #streams: StreamTable;
  readonly #outbox: Outbox;
  readonly #pool: FramePool;
  readonly #meter: TunnelMeter;
  readonly #inbound: Inbound;
  readonly #reader: FrameReader;
  readonly #deadAfterMs: number;
  readonly #count = new ScheduleCount();
  /** When the tunnel ends by its own `close`: Infinity until the first slot after that. */
  #closeAtMs = Number.POSITIVE_INFINITY;
  /** The close alert took this tick's slot; what is left to do waits until all tunnels have written. */
  #alertSent = false;
  #closing: PromiseWithResolvers<void> | undefined;
  #goawayReceived = false;
  /** By then a peer that said GOAWAY has closed, ms. */
  #peerClosesByMs = Number.POSITIVE_INFINITY;
  #over = false;
  /** Work appeared that the next frame could carry; it is prepared once, when the present event is over. */
  #touched = false;
  #inEvent = false;

  constructor(options: TunnelOptions) {
    const { channel, session, role, parameters, limits, runtime, pool } = options;
    const nowMs = runtime.clock.now();
    this.role = role;
    this.parameters = parameters;
    this.session = session;
    this.#channel = channel;
    this.#runtime = runtime;
    this.#pool = pool;
    this.#meter = options.meter ?? new TunnelMeter();
    const { cover } = options;
    this.#shaper = createShaper({ parameters, role, random: runtime.random, startMs: nowMs, cover });
    this.#deadAfterMs = Math.max(DEAD_PEER_MS, DEAD_PEER_SLOTS * this.#shaper.longestPeerGapMs);
    this.#streams = new StreamTable({
      role,
      limits,
      peerStreamWindow: session.parameters.streamWindow,
      peerTunnelWindow: session.parameters.tunnelWindow,
      longestPeerGapMs: this.#shaper.longestPeerGapMs,
      longestService: serviceRoomOf(parameters),
      quietBytes: parameters.quietBytes,
      activityWindowMs: parameters.activityWindowMs,
      runtime,
      meter: this.#meter,
      memory: options.memory,
      onWork: (active) => this.#touch(active),
      onOpen: (stream) => this.onStream(stream, stream.service),
    });
    this.#outbox = new Outbox({
      pool,
      sealer: session.seal,
      shaper: this.#shaper,
      streams: this.#streams.filler,
      version: parameters.version,
      controlRoom: (size) => controlRoomOf(parameters, size),
    });
    this.#inbound = new Inbound(
      {
        role,
        opener: session.open,
        shaper: this.#shaper,
        streams: this.#streams,
        meter: this.#meter,
        parameters,
        onSchedule: () => this.#touch(false),
        onGoaway: () => this.#goaway(),
        transportBytes: channel.transportBytes,
      },
      nowMs,
    );
    const maxFrame = Math.min(session.maxFrame, largestPeerFrame(parameters, role));
    this.#reader = new FrameReader(this.#inbound, { maxFrame });
    channel.onRead = (chunk) => this.#read(chunk);
    channel.onClose = (error) => this.#lost(error);
    this.#meter.tunnelsActive += 1;
    // The first run after connecting does not depend on anything (invariant 11); the device starts it.
    if (role === 'device') this.#shaper.startUnconditional(nowMs);
    this.#replan();
  }

  /** Streams that are open or not yet acknowledged to their end. */
  get streams(): number {
    return this.#streams.size;
  }
  get closed(): boolean {
    return this.#over;
  }
  get closing(): boolean {
    return this.#closing !== undefined || this.#goawayReceived;
  }
  get shaper(): Shaper {
    return this.#shaper;
  }

  /**
   * The device's end: opens a stream to a service of the policy. It can be written at once.
   * @throws TunnelError TUNNEL_CLOSING, TUNNEL_STREAM_LIMIT
   */
  open(service: string, options: { allowHalfOpen?: boolean } = {}): TunnelStream {
    if (this.#over || this.closing) throw new TunnelError('TUNNEL_CLOSING', `no stream to ${service}`);
    return this.#streams.open(service, options.allowHalfOpen ?? false);
  }

  /**
   * Ends the tunnel by the rule that does not depend on data (SPEC.md section 12): GOAWAY in an unconditional run or the
   * one that is on; the end comes one period after its next slot, at the end of the period that runs then.
   * @throws (rejects) TunnelError TUNNEL_UNDELIVERED if the peer had not acknowledged everything by then.
   */
  close(): Promise<void> {
    if (this.#over) return Promise.resolve();
    if (this.#closing === undefined) {
      this.#closing = Promise.withResolvers();
      this.#outbox.queueControl({ goaway: { lastStream: this.#streams.close(), final: true } });
      this.#shaper.startUnconditional(this.#runtime.clock.now());
      this.#touch(false);
    }
    return this.#closing.promise;
  }

  /** Drops the connection at once; streams end with ECONNRESET. */
  destroy(error?: Error): void {
    if (this.#over) return;
    this.#finish(error);
    this.#channel.destroy(error);
  }

  write(tickMs: number, nowMs: number): void {
    if (this.#over || (tickMs >= this.#closeAtMs && this.#endInSlot())) return;
    const size = this.#shaper.advance(tickMs);
    this.#count.add(this.#shaper, this.role, this.#meter);
    if (size === 0) return;
    if (this.#closing !== undefined && this.#closeAtMs === Number.POSITIVE_INFINITY) {
      this.#closeAtMs = this.#shaper.slotMs + this.parameters.periodMs;
      this.#shaper.closing('own');
    }
    if (this.#channel.writePending) {
      this.#meter.slotsSkipped += 1;
      return;
    }
    const frame = this.#outbox.take(size);
    this.#channel.write(frame === undefined ? this.#pool.cover(size) : frame.buffer);
    this.#meter.frameSent(size, this.#shaper.inPeriod, nowMs - this.#shaper.slotMs);
    if (frame === undefined) return;
    this.#meter.payloadSent += frame.payloadBytes;
    // Demand counts from the slot in which the frame really leaves, for virtual activities as for payload.
    if (frame.active) this.#shaper.activity(this.#shaper.slotMs);
    if (frame.demandMs > 0) this.#shaper.demand(frame.demandMs, this.#shaper.slotMs);
  }

  prepare(): void {
    if (this.#alertSent) this.#finish(undefined);
    if (this.#over) return;
    if (this.#runtime.clock.now() - this.#inbound.frameMs > this.#deadAfterMs) {
      this.destroy(new TunnelError('TUNNEL_PEER_DEAD', `nothing came for ${Math.round(this.#deadAfterMs)} ms`));
      return;
    }
    if (this.#runtime.clock.now() > this.#peerClosesByMs) {
      this.destroy(
        new TunnelError('TUNNEL_CLOSE_OVERDUE', `GOAWAY, and frames ${Math.round(this.#closingMs)} ms later`),
      );
      return;
    }
    this.checkTransport();
    if (this.#over) return;
    this.#settle(true);
  }

  /** Drops a peer whose transport has read more than its frames explain; costs next to nothing. */
  checkTransport(): void {
    if (this.#over) return;
    try {
      this.#inbound.checkTransport(this.#channel.transportBytes);
    } catch (error) {
      this.destroy(error as TunnelError);
    }
  }

  #read(chunk: Uint8Array): void {
    if (this.#over) return;
    this.#inbound.readBegins(chunk.length, this.#runtime.clock.now());
    this.#inEvent = true;
    try {
      this.#reader.push(chunk);
      this.#inbound.readEnds();
    } catch (error) {
      this.destroy(error instanceof Error ? error : new Error(String(error)));
    }
    this.#inEvent = false;
    if (this.#touched) this.#settle();
    else this.#replan();
  }

  #goaway(): void {
    if (this.#goawayReceived) return;
    this.#goawayReceived = true;
    this.#peerClosesByMs = this.#inbound.readMs + this.#closingMs;
    this.#shaper.closing('peer');
    runForProgram(() => this.onGoaway());
  }

  /** The longest time from a GOAWAY to the close of its sender. */
  get #closingMs(): number {
    return CLOSING_PERIODS * this.parameters.periodMs + this.#deadAfterMs;
  }

  #touch(active: boolean): void {
    if (this.#over) return;
    if (active) this.#shaper.activity(this.#runtime.clock.now());
    this.#touched = true;
    if (!this.#inEvent) this.#settle();
  }

  /** Makes the next frame ready and tells clock and scheduler what follows from it. */
  #settle(inTick = false): void {
    if (this.#over) return;
    this.#inEvent = true;
    // What comes in the last millisecond before a slot, or while its tick is late, takes the next one, as virtual Demand does.
    const late = !inTick && this.#shaper.nextSlotMs <= Math.ceil(this.#runtime.clock.now());
    // Programs may hand over more as soon as frames have taken what they had: a frame is filled while there is room.
    let rounds = 0;
    do {
      this.#touched = false;
      this.#outbox.prepare(late ? 'control' : undefined);
      this.#streams.filler.tellDrained();
      if (this.#over) return;
      rounds += 1;
    } while (this.#touched && rounds < MAX_FILL_ROUNDS);
    const nowMs = this.#runtime.clock.now();
    // Credit comes in frames of the peer: a run that began with it would tell that payload had waited for it.
    const waitMs = this.#streams.takeUnblocked()
      ? this.#runtime.random.next() * this.parameters.background.intervalMs
      : 0;
    this.#shaper.setPayloadQueued(this.#outbox.holdsActivity || this.#streams.activeSendable, nowMs, nowMs + waitMs);
    this.#inEvent = false;
    this.#replan();
  }

  #replan(): void {
    if (this.#over) return;
    // The alert takes a slot's place in ILP; in STP a period's end, where a slot of a further period would be.
    const closeAtMs = this.parameters.mode === 'STP' ? this.#closeAtMs : Number.POSITIVE_INFINITY;
    this.#runtime.scheduler.schedule(this, Math.min(this.#shaper.nextMs, closeAtMs));
  }

  /** The close alert takes a slot's place: when a period of the closing ends, or in ILP when the time has come. */
  #endInSlot(): boolean {
    this.#closeAtMs = this.#shaper.periodEndMs(this.#closeAtMs);
    if (this.#closeAtMs > this.#runtime.clock.now()) return false;
    this.#channel.end();
    this.#alertSent = true;
    return true;
  }

  #lost(cause: Error | undefined): void {
    const announced = this.#goawayReceived && cause === undefined;
    const message = cause?.message ?? 'without a GOAWAY before';
    if (announced) this.#finish(undefined);
    else this.#finish(cause instanceof TunnelError ? cause : new TunnelError('TUNNEL_PEER_CLOSED', message, { cause }));
  }

  #finish(error: Error | undefined): void {
    if (this.#over) return;
    this.#over = true;
    this.#reader.stop();
    this.#runtime.scheduler.cancel(this);
    const undelivered = this.#streams.undelivered;
    this.#streams.failAll(error?.message ?? 'the tunnel was closed');
    this.#outbox.clear();
    this.session.seal.erase();
    this.session.open.erase();
    this.#meter.tunnelsActive -= 1;
    if (undelivered)
      this.#closing?.reject(error ?? new TunnelError('TUNNEL_UNDELIVERED', 'streams were reset with data queued'));
    else this.#closing?.resolve();
    runForProgram(() => this.onClose(error));
  }
}
