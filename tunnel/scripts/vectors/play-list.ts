// Plays the inputs of an event list to a whole tunnel end of the product, on virtual time: the generator of the lists, and
// the check that they are what the code does.
import type { CoverProcess, ShapingParameters } from '@quietwire/shaping';
import { StpShaper } from '@quietwire/shaping';
import { FramePool } from '../../src/frame-pool.ts';
import { defaultTunnelLimits } from '../../src/limits.ts';
import { parametersMessage } from '../../src/parameters-message.ts';
import type { Runtime, TickSource } from '../../src/runtime.ts';
import { Scheduler } from '../../src/scheduler.ts';
import type { TunnelStream } from '../../src/stream.ts';
import { Tunnel } from '../../src/tunnel.ts';
import { endSeal, ListChannel } from './list-channel.ts';
import { type EventList, inputEvents, type ListEvent, type ListHead } from './list-event.ts';

/** Answers the inputs of `list` with all of its lines: inputs as they are, and what the end does, in order of time. */
export async function playList({ head, events }: EventList): Promise<ListEvent[]> {
  const player = new ListPlayer(head, events);
  const inputs = events.filter(({ event }) => inputEvents.has(event));
  for (let at = 0; at < inputs.length; ) {
    const first = inputs[at] as ListEvent;
    // Lines of reads with one time are one frame.
    let until = at + 1;
    while (first.event.startsWith('read-') && isSameFrame(first, inputs[until])) until += 1;
    await player.apply(inputs.slice(at, until));
    at = until;
  }
  return player.lines;
}

function isSameFrame(first: ListEvent, next: ListEvent | undefined): boolean {
  return next?.at === first.at && next.event.startsWith('read-');
}

class ListPlayer implements TickSource {
  readonly lines: ListEvent[] = [];
  readonly #head: ListHead;
  readonly #cover: CoverProcess;
  readonly #channel: ListChannel;
  readonly #streams = new Map<number, TunnelStream>();
  readonly #runtime: Runtime;
  #nowMs = 0;
  #armedMs = Number.POSITIVE_INFINITY;
  #stoppedUntilMs = Number.NEGATIVE_INFINITY;
  #draw = 0.5;
  #onTick: (nowMs: number) => void = () => {};
  #tunnel: Tunnel | undefined;

  constructor(head: ListHead, events: readonly ListEvent[]) {
    this.#head = head;
    this.#cover = new WrittenCover(events.filter(({ event }) => event === 'virtual'));
    this.#channel = new ListChannel(head.frame_size, (event, fields) => {
      this.lines.push({ at: this.#nowMs, event, ...fields });
    });
    const clock = { now: () => this.#nowMs };
    this.#runtime = {
      clock,
      scheduler: new Scheduler(clock, this),
      random: { next: () => this.#draw },
      randomBytes: (size) => new Uint8Array(size),
      close: () => {},
    };
  }

  // TickSource

  start(onTick: (nowMs: number) => void): void {
    this.#onTick = onTick;
  }
  arm(tickMs: number): void {
    this.#armedMs = Math.min(this.#armedMs, tickMs);
  }
  stop(): void {}

  /** Carries out ticks up to the time of these lines, then the lines. */
  async apply(lines: readonly ListEvent[]): Promise<void> {
    const { at, event } = lines[0] as ListEvent;
    for (;;) {
      const tickMs = Math.max(this.#armedMs, this.#stoppedUntilMs);
      if (tickMs > at) break;
      this.#armedMs = Number.POSITIVE_INFINITY;
      this.#nowMs = tickMs;
      this.#onTick(tickMs);
      await settled();
    }
    this.#nowMs = at;
    this.lines.push(...lines.filter((line) => line.event !== 'look'));
    if (event.startsWith('read-')) this.#channel.read(lines);
    else this.#act(lines[0] as ListEvent);
    await settled();
  }

  #act(line: ListEvent): void {
    const stream = this.#streams.get(Number(line['stream']));
    const bytes = Number(line['bytes']);
    switch (line.event) {
      case 'begin':
        this.#begin();
        return;
      case 'open':
        this.#keep(this.#begun.open(String(line['service']), { allowHalfOpen: true }));
        return;
      case 'write':
        stream?.write(Buffer.alloc(bytes));
        return;
      case 'finish':
        stream?.end();
        return;
      case 'take':
        if (stream?.read(bytes) === null) throw new RangeError(`${JSON.stringify(line)}: not there`);
        return;
      case 'close':
        this.#begun.close().catch(() => {});
        return;
      case 'draw':
        this.#draw = Number(line['u']);
        return;
      case 'blocked':
      case 'unblocked':
        this.#channel.writePending = line.event === 'blocked';
        return;
      case 'stopped':
        this.#stoppedUntilMs = Number(line['until']);
        return;
      case 'look':
        this.#look(line.at);
        return;
    }
  }

  get #begun(): Tunnel {
    if (this.#tunnel === undefined) throw new RangeError('nothing has begun');
    return this.#tunnel;
  }

  #begin(): void {
    const { role, max_streams, stream_window, tunnel_window } = this.#head;
    const parameters = parametersOf(this.#head);
    const limits = {
      ...defaultTunnelLimits,
      maxStreams: max_streams,
      streamWindow: stream_window,
      tunnelWindow: tunnel_window,
    };
    this.#tunnel = new Tunnel({
      channel: this.#channel,
      session: {
        fleet: 'f',
        deviceId: 'd',
        aead: 'AES-256-GCM',
        ...endSeal(),
        parameters: parametersMessage(parameters, limits),
        maxFrame: 16_000,
      },
      role,
      parameters,
      limits,
      runtime: this.#runtime,
      pool: new FramePool(),
      cover: this.#cover,
    });
    this.#tunnel.onStream = (stream) => this.#keep(stream);
  }

  #keep(stream: TunnelStream): void {
    stream.on('error', () => {});
    this.#streams.set(stream.id, stream);
  }

  /** What the end knows at this time. Times that have passed are left out. */
  #look(at: number): void {
    const { shaper } = this.#begun;
    if (!(shaper instanceof StpShaper)) return;
    const { known, running, inRun, idle, led, restUntilMs, demandUntilMs } = shaper.clock;
    const times = { rest_until: restUntilMs, demand_until: demandUntilMs, next_slot: shaper.nextSlotMs };
    const set = Object.entries(times).filter(([, time]) => time > at);
    const flags = { idle: Number(idle), led: Number(led) };
    this.lines.push({ at, event: 'look', k: known, r: running, in_run: inRun, ...flags, ...Object.fromEntries(set) });
  }
}

/** The virtual activities that a list names. */
class WrittenCover implements CoverProcess {
  readonly #lines: ListEvent[];

  constructor(lines: readonly ListEvent[]) {
    this.#lines = [...lines];
  }
  get nextMs(): number {
    return this.#lines[0]?.at ?? Number.POSITIVE_INFINITY;
  }
  take(): number {
    return Number(this.#lines.shift()?.['duration']);
  }
}

function parametersOf(head: ListHead): ShapingParameters {
  const size = { kind: 'constant', value: head.frame_size } as const;
  return {
    version: 1,
    mode: head.mode,
    frameSize: head.frame_size,
    periodMs: head.period,
    upstream: { interval: { kind: 'constant', value: head.up }, size },
    downstream: { interval: { kind: 'constant', value: head.down }, size },
    background: { intervalMs: head.background, frameSize: head.background_size },
    leadMs: head.lead,
    holdMs: head.hold,
    restMs: head.rest,
    followerOffsetMs: head.follower_offset,
    longestRun: head.longest_run,
    quietBytes: head.quiet_bytes,
    activityWindowMs: head.window,
    cover: { deviceRate: 0, cloudRate: 0, deviceDurations: [1], cloudDurations: [1] },
  };
}

/** Lets streams go on. */
async function settled(): Promise<void> {
  await new Promise<void>((resolve) => setImmediate(resolve));
}
