// Helpers to write the inputs of event lists down briefly.
import type { EventList, ListEvent, ListHead } from './list-event.ts';

/** Parameters of most lists: short periods, so that lists stay short. SPEC.md section 7.3 allows them. */
const brief = {
  mode: 'STP',
  frame_size: 512,
  period: 1000,
  up: 100,
  down: 50,
  background: 800,
  background_size: 128,
  lead: 250,
  hold: 500,
  rest: 200,
  follower_offset: 10,
  longest_run: 8,
  quiet_bytes: 4,
  window: 600,
  max_streams: 16,
  stream_window: 65_536,
  tunnel_window: 16_384,
} as const;

/** The usual parameters of SPEC.md sections 7.1 and 9.8. */
export const usual: Partial<ListHead> = {
  frame_size: 1024,
  period: 5000,
  background: 2000,
  lead: 500,
  hold: 3000,
  longest_run: 64,
  window: 1000,
};

type Fields = Readonly<Record<string, number | string>>;

/** An input: its time, its name, its fields. */
export type Input = readonly [at: number, event: string, fields?: Fields];

export function list(
  name: string,
  sections: string,
  role: ListHead['role'],
  inputs: readonly Input[],
  changes: Partial<ListHead> = {},
): EventList {
  const events = inputs.map(([at, event, fields]): ListEvent => ({ at, event, ...fields }));
  return { head: { list: name, sections, role, ...brief, ...changes }, events };
}

/** A device whose first run is over: period 1 from 21 to 1,021; rest to 1,221; background slots at 1,721, 2,521 … */
export const idleDevice: readonly Input[] = [
  [20, 'begin'],
  [71, 'read-period-start', { number: 1, position: 1 }],
  [100.5, 'open', { stream: 1, service: 'mqtt' }],
];

/** A cloud whose first run is over: period 1 from 51 to 1,051; rest to 1,501; background slots at 1,801, 2,601 … */
export const idleCloud: readonly Input[] = [
  [0, 'begin'],
  [41, 'read-period-start', { number: 1, position: 1 }],
  [141, 'read-open', { stream: 1, service: 'mqtt' }],
];

export const periodStart = (at: number, number: number, position: number): Input => [
  at,
  'read-period-start',
  { number, position },
];
export const write = (at: number, bytes: number, stream = 1): Input => [at, 'write', { stream, bytes }];
export const virtual = (at: number, duration: number): Input => [at, 'virtual', { duration }];
export const readDemand = (at: number, remaining: number): Input => [at, 'read-demand', { remaining }];
export const readData = (at: number, bytes: number, active: 0 | 1, fin: 0 | 1 = 0, stream = 1): Input => [
  at,
  'read-data',
  { stream, bytes, active, fin },
];
export const look = (at: number): Input => [at, 'look'];
export const end = (at: number): Input => [at, 'end'];
