// What a device sent in its session, frame by frame, as the scripted cloud read it. Keeps; judges nothing.
import type { Control } from '@quietwire/proto';

export interface StreamBytes {
  readonly id: number;
  readonly bytes: number;
  readonly fin: boolean;
  readonly active: boolean;
}

export interface DeviceFrame {
  readonly atMs: number;
  readonly size: number;
  readonly controls: Control[];
  readonly opens: { readonly id: number; readonly service: string }[];
  readonly streams: StreamBytes[];
  readonly acks: { readonly id: number; readonly offset: number }[];
  readonly resets: { readonly id: number; readonly code: number }[];
}

export class DeviceLog {
  readonly frames: DeviceFrame[] = [];

  get controls(): { atMs: number; control: Control; size: number }[] {
    return this.frames.flatMap(({ atMs, controls, size }) => controls.map((control) => ({ atMs, control, size })));
  }

  get periodStarts() {
    return this.controls.flatMap(({ atMs, control, size }) =>
      control.periodStart ? [{ atMs, size, ...control.periodStart }] : [],
    );
  }

  get opens() {
    return this.frames.flatMap(({ atMs, opens }) => opens.map((open) => ({ atMs, ...open })));
  }

  get streams() {
    return this.frames.flatMap(({ atMs, streams }) => streams.map((part) => ({ atMs, ...part })));
  }

  /** Bytes of a stream so far, or of all streams. */
  bytesOf(id?: number): number {
    return this.streams.reduce((sum, part) => sum + (id === undefined || part.id === id ? part.bytes : 0), 0);
  }

  ackOf(id: number): number {
    return Math.max(0, ...this.frames.flatMap(({ acks }) => acks.filter((ack) => ack.id === id).map((a) => a.offset)));
  }
}
