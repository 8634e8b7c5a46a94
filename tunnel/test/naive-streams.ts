// The streams of the naive end (naive-end.ts): what waits, what credit allows, and what the next frame takes of it. Written from
// SPEC.md sections 6.4, 9.3 and 11 alone.

export type Line = { readonly at: number; readonly event: string } & Readonly<Record<string, number | string>>;
export type Head = Readonly<Record<string, number | string>>;

/** A field of the frame that is being filled. */
interface Field {
  readonly event: string;
  /** Header included. */
  wire: number;
  readonly fields: Record<string, number | string>;
}

interface Stream {
  readonly service: string;
  openDue: boolean;
  readonly handed: { at: number; bytes: number }[];
  readonly waiting: { bytes: number; active: boolean }[];
  /** Bytes that frames have taken. */
  filled: number;
  credit: number;
  finDue: boolean;
  finSent: boolean;
  received: number;
  taken: number;
  given: number;
  acknowledged: number;
  finRead: boolean;
}

export class NaiveStreams {
  readonly #streams = new Map<number, Stream>();
  readonly #refused: number[] = [];
  readonly #isDevice: boolean;
  readonly #maxStreams: number;
  readonly #quietBytes: number;
  readonly #window: number;
  readonly #streamWindow: number;
  readonly #tunnelWindow: number;
  readonly #tunnel: { filled: number; credit: number; received: number; taken: number; given: number };
  #fields: Field[] = [];
  /** The stream that was opened or accepted last. */
  lastStream = 0;

  constructor(head: Head) {
    const { role, max_streams, quiet_bytes, window, stream_window, tunnel_window } = head;
    this.#isDevice = role === 'device';
    this.#maxStreams = Number(max_streams);
    this.#quietBytes = Number(quiet_bytes);
    this.#window = Number(window);
    this.#streamWindow = Number(stream_window);
    this.#tunnelWindow = Number(tunnel_window);
    this.#tunnel = { filled: 0, credit: this.#tunnelWindow, received: 0, taken: 0, given: this.#tunnelWindow };
  }

  /** Whether bytes of an activity lie in the frame that has not left. */
  get frameIsActive(): boolean {
    return this.#fields.some(({ fields }) => fields['active'] === 1);
  }

  /** Whether bytes of an activity wait that credit lets leave. */
  get canLeave(): boolean {
    if (this.#tunnel.credit <= this.#tunnel.filled) return false;
    return [...this.#streams.values()].some(
      ({ waiting, credit, filled }) => credit > filled && waiting.some(({ active }) => active),
    );
  }

  /** The frame leaves: its lines. */
  takeFields(): { event: string; fields: Record<string, number | string> }[] {
    const fields = this.#fields;
    this.#fields = [];
    return fields;
  }

  /** Fills the frame, in which `controlBytes` are taken and `reserve` stay free; in the background quiet bytes alone. */
  fill(size: number, controlBytes: number, reserve: number, quietOnly: boolean): void {
    const room = (): number =>
      size - 2 - controlBytes - reserve - this.#fields.reduce((sum, { wire }) => sum + wire, 0);
    const add = (event: string, wire: number, fields: Record<string, number | string>): boolean => {
      if (room() < wire) return false;
      this.#fields.push({ event, wire, fields });
      return true;
    };
    const offset = this.#tunnel.taken + this.#tunnelWindow;
    if (offset - this.#tunnel.given >= this.#tunnelWindow / 4 && add('sent-tunnel-credit', 9, { offset }))
      this.#tunnel.given = offset;
    while (this.#refused.length > 0 && add('sent-reset', 7, { stream: this.#refused[0] ?? 0, code: 4 }))
      this.#refused.shift();
    for (const [id, stream] of this.#streams) {
      const { service, taken } = stream;
      if (stream.openDue && add('sent-open', 5 + service.length, { stream: id, service })) stream.openDue = false;
      if (taken > stream.acknowledged && add('sent-ack', 11, { stream: id, offset: taken }))
        stream.acknowledged = taken;
      const credit = { stream: id, offset: taken + this.#streamWindow };
      const isDue = !stream.finRead && credit.offset - stream.given >= this.#streamWindow / 4;
      if (isDue && add('sent-stream-credit', 11, credit)) stream.given = credit.offset;
    }
    for (const [id, stream] of this.#streams) if (!stream.openDue) this.#fillData(id, stream, quietOnly, room);
  }

  #fillData(id: number, stream: Stream, quietOnly: boolean, room: () => number): void {
    while (stream.waiting.length > 0) {
      const first = stream.waiting[0] as { bytes: number; active: boolean };
      if (first.active && quietOnly) return;
      const credit = Math.min(stream.credit - stream.filled, this.#tunnel.credit - this.#tunnel.filled);
      const bytes = Math.min(first.bytes, credit, room() - 5);
      if (bytes <= 0) return;
      first.bytes -= bytes;
      if (first.bytes === 0) stream.waiting.shift();
      stream.finSent ||= stream.waiting.length === 0 && stream.finDue;
      stream.filled += bytes;
      this.#tunnel.filled += bytes;
      this.#addData(id, bytes, Number(first.active), Number(stream.finSent));
    }
    if (!stream.finDue || stream.finSent || room() < 5) return;
    stream.finSent = true;
    this.#addData(id, 0, 0, 1);
  }

  /** One field for each stream of a frame. */
  #addData(stream: number, bytes: number, active: number, fin: number): void {
    const last = this.#fields.find(({ event, fields }) => event === 'sent-data' && fields['stream'] === stream);
    if (last === undefined) {
      this.#fields.push({ event: 'sent-data', wire: 5 + bytes, fields: { stream, bytes, active, fin } });
      return;
    }
    last.wire += bytes;
    last.fields['bytes'] = Number(last.fields['bytes']) + bytes;
    last.fields['active'] = Math.max(Number(last.fields['active']), active);
    last.fields['fin'] = fin;
  }

  /** @returns whether the bytes belong to an activity and credit lets some leave. */
  write({ at, stream: id, bytes }: Line): boolean {
    const stream = this.#streams.get(Number(id));
    if (stream === undefined) return false;
    stream.handed.push({ at, bytes: Number(bytes) });
    const inWindow = stream.handed.filter((each) => each.at > at - this.#window);
    const active = inWindow.reduce((sum, each) => sum + each.bytes, 0) > this.#quietBytes;
    stream.waiting.push({ bytes: Number(bytes), active });
    if (!active) return false;
    for (const each of stream.waiting) each.active = true;
    return stream.credit > stream.filled && this.#tunnel.credit > this.#tunnel.filled;
  }

  finish(id: number): void {
    const stream = this.#streams.get(id);
    if (stream !== undefined) stream.finDue = true;
  }

  take(id: number, bytes: number): void {
    const stream = this.#streams.get(id);
    if (stream !== undefined) stream.taken += bytes;
    this.#tunnel.taken += bytes;
  }

  open(id: number, service: string, openDue = true): void {
    this.lastStream = id;
    this.#streams.set(id, {
      service,
      openDue,
      handed: [],
      waiting: [],
      filled: 0,
      credit: this.#streamWindow,
      finDue: false,
      finSent: false,
      received: 0,
      taken: 0,
      given: this.#streamWindow,
      acknowledged: 0,
      finRead: false,
    });
  }

  /** Reads a field of the peer. @returns whether it breaks the protocol. */
  read(line: Line): boolean {
    const id = Number(line['stream']);
    const offset = Number(line['offset']);
    const stream = this.#streams.get(id);
    switch (line.event) {
      case 'read-open':
        if (this.#isDevice || id === 0 || stream !== undefined || this.#refused.includes(id)) return true;
        if (this.#streams.size >= this.#maxStreams) this.#refused.push(id);
        else this.open(id, String(line['service']), false);
        return false;
      case 'read-data':
        return this.#readData(stream, Number(line['bytes']), line['fin'] === 1);
      case 'read-reset':
        this.#streams.delete(id);
        return false;
      case 'read-stream-credit':
        if (stream !== undefined) stream.credit = Math.max(stream.credit, offset);
        return false;
      case 'read-tunnel-credit':
        this.#tunnel.credit = Math.max(this.#tunnel.credit, offset);
        return false;
      default:
        return stream !== undefined && offset > stream.filled;
    }
  }

  #readData(stream: Stream | undefined, bytes: number, fin: boolean): boolean {
    this.#tunnel.received += bytes;
    if (this.#tunnel.received > this.#tunnel.given) return true;
    if (stream === undefined) {
      this.#tunnel.taken += bytes;
      return false;
    }
    stream.received += bytes;
    if (stream.finRead || stream.received > stream.given) return true;
    stream.finRead = fin;
    return false;
  }
}
