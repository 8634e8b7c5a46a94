// The cloud's end of a tunnel whose peer the test plays by hand.
import { ControlOpener, ControlSealer, FrameWriter } from '@quietwire/proto';
import {
  defaultTunnelLimits,
  FramePool,
  ManualTime,
  type MemoryChannel,
  memoryChannels,
  parametersMessage,
  Tunnel,
  type TunnelLimits,
  type TunnelStream,
} from '../src/index.ts';
import { sampleParameters } from './pair.ts';

export interface Alone {
  readonly time: ManualTime;
  readonly tunnel: Tunnel;
  readonly channel: MemoryChannel;
  readonly streams: TunnelStream[];
  /** Seals what the peer says. */
  readonly peer: ControlSealer;
  /** Hands the tunnel a frame that `fill` writes. */
  readonly read: (fill: (writer: FrameWriter) => void) => void;
}

/** A frame then holds what a test wants to say at once. */
const largeFrames = {
  frameSize: 16_000,
  upstream: { interval: { kind: 'constant', value: 100 }, size: { kind: 'constant', value: 16_000 } },
} as const;

export function cloudAlone(changed: Partial<TunnelLimits> = {}): Alone {
  const time = new ManualTime();
  const limits = { ...defaultTunnelLimits, ...changed };
  const [, channel] = memoryChannels({ time, delayMs: () => 1 });
  const keys = { aead: 'AES-256-GCM' as const, key: Buffer.alloc(32), iv: Buffer.alloc(12) };
  const tunnel = new Tunnel({
    channel,
    session: {
      fleet: 'f',
      deviceId: 'd',
      keySlot: 'primary',
      aead: 'AES-256-GCM',
      seal: new ControlSealer(keys),
      open: new ControlOpener(keys),
      parameters: parametersMessage(sampleParameters, limits),
      maxFrame: 16_000,
    },
    role: 'cloud',
    parameters: { ...sampleParameters, ...largeFrames },
    limits,
    runtime: time.runtime(1),
    pool: new FramePool(),
  });
  const streams: TunnelStream[] = [];
  tunnel.onStream = (stream) => {
    stream.on('error', () => {});
    streams.push(stream);
  };
  const read: Alone['read'] = (fill) => {
    const frame = new Uint8Array(16_000);
    const writer = new FrameWriter();
    writer.begin(frame, frame.length);
    fill(writer);
    channel.onRead(frame);
  };
  return { time, tunnel, channel, streams, peer: new ControlSealer(keys), read };
}
