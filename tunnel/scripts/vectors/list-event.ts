// The event lists of proto/vectors: what one end of a tunnel is given and what it must do, one flat line per event
// (proto/vectors/README.md describes every field).

/** One line. Times in ms; every value a number or a text, so that a line can be read without a JSON library. */
export type ListEvent = { readonly at: number; readonly event: string } & Readonly<Record<string, number | string>>;

/** The first line of a list. */
export interface ListHead {
  readonly list: string;
  /** Sections of SPEC.md that it is about. */
  readonly sections: string;
  readonly role: 'device' | 'cloud';
  readonly mode: 'STP' | 'ILP';
  readonly frame_size: number;
  readonly period: number;
  readonly up: number;
  readonly down: number;
  readonly background: number;
  readonly background_size: number;
  readonly lead: number;
  readonly hold: number;
  readonly rest: number;
  readonly follower_offset: number;
  readonly longest_run: number;
  readonly quiet_bytes: number;
  readonly window: number;
  readonly max_streams: number;
  readonly stream_window: number;
  readonly tunnel_window: number;
}

export interface EventList {
  readonly head: ListHead;
  readonly events: readonly ListEvent[];
}

/** Events that an end is given; all others are what it does. */
export const inputEvents: ReadonlySet<string> = new Set([
  'begin',
  'open',
  'write',
  'finish',
  'take',
  'virtual',
  'close',
  'draw',
  'blocked',
  'unblocked',
  'stopped',
  'read-period-start',
  'read-demand',
  'read-goaway',
  'read-open',
  'read-data',
  'read-reset',
  'read-stream-credit',
  'read-tunnel-credit',
  'read-ack',
  'look',
  'end',
]);

/** The lists of a file, from its lines. */
export function listsOf(lines: readonly (ListHead | ListEvent)[]): EventList[] {
  const lists: { head: ListHead; events: ListEvent[] }[] = [];
  for (const line of lines) {
    if ('list' in line) lists.push({ head: line as ListHead, events: [] });
    else lists.at(-1)?.events.push(line as ListEvent);
  }
  return lists;
}

/** A file of lists: one array, each line of the text one object. */
export function textOf(lists: readonly EventList[]): string {
  const lines = lists.flatMap(({ head, events }) => [head, ...events].map((line) => JSON.stringify(line)));
  return `[\n${lines.join(',\n')}\n]\n`;
}
