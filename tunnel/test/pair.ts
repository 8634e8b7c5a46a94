// Two whole tunnels in memory on virtual time: what the tests of this folder turn by hand.
import { certificateBinding, deriveDeviceKey } from '@quietwire/proto';
import type { Random, Role, ShapingParameters } from '@quietwire/shaping';
import {
  defaultTunnelLimits,
  establishAsCloud,
  establishAsDevice,
  FramePool,
  ManualTime,
  type MemoryChannel,
  memoryChannels,
  parametersFromMessage,
  parametersMessage,
  type Runtime,
  Tunnel,
  type TunnelLimits,
  TunnelMeter,
  type TunnelStream,
} from '../src/index.ts';

const constant = (value: number) => ({ kind: 'constant' as const, value });

/** The sample policy of design.md, without cover unless a test adds some. */
export const sampleParameters: ShapingParameters = {
  version: 1,
  mode: 'STP',
  frameSize: 1024,
  periodMs: 5000,
  upstream: { interval: constant(100), size: constant(1024) },
  downstream: { interval: constant(50), size: constant(1024) },
  background: { intervalMs: 2000, frameSize: 128 },
  leadMs: 500,
  holdMs: 3000,
  restMs: 100,
  followerOffsetMs: 10,
  longestRun: 64,
  quietBytes: 4,
  activityWindowMs: 1000,
  cover: { deviceRate: 0, cloudRate: 0, deviceDurations: [1], cloudDurations: [1] },
};

export interface Pair {
  readonly time: ManualTime;
  readonly device: Tunnel;
  readonly cloud: Tunnel;
  readonly deviceChannel: MemoryChannel;
  readonly cloudChannel: MemoryChannel;
  readonly deviceMeter: TunnelMeter;
  readonly cloudMeter: TunnelMeter;
  /** Streams that reached the cloud, in order. */
  readonly accepted: { stream: TunnelStream; service: string }[];
}

export interface PairOptions {
  readonly parameters?: Partial<ShapingParameters>;
  readonly limits?: Partial<TunnelLimits>;
  readonly seed?: number | string;
  readonly delayMs?: () => number;
  readonly readBytes?: number;
  /** Bytes that the transport of the cloud's end has read. */
  readonly cloudTransport?: () => number;
  /** How late ticks are. */
  readonly lateMs?: () => number;
  /** Of the cloud's end, where several tunnels share one. */
  readonly pool?: FramePool;
  /** Randomness of the schedule of one end, made when its tunnel begins. */
  readonly random?: (role: Role, nowMs: number) => Random;
  readonly onStream?: (stream: TunnelStream, service: string) => void;
}

const binding = { kind: 'CERTIFICATE' as const, value: certificateBinding(Buffer.from('certificate')) };
const deviceKey = deriveDeviceKey(Buffer.alloc(32, 7), 'plug-1');

/** Connects the two ends and returns when both tunnels stand. */
export async function connectPair(options: PairOptions = {}): Promise<Pair> {
  const time = new ManualTime();
  const parameters: ShapingParameters = { ...sampleParameters, ...options.parameters };
  const limits: TunnelLimits = { ...defaultTunnelLimits, ...options.limits };
  const seed = options.seed ?? 1;
  const [deviceChannel, cloudChannel] = memoryChannels({
    time,
    delayMs: options.delayMs ?? (() => 20),
    ...(options.readBytes === undefined ? {} : { readBytes: options.readBytes }),
  });
  const { cloudTransport } = options;
  if (cloudTransport !== undefined) Object.defineProperty(cloudChannel, 'transportBytes', { get: cloudTransport });
  const deviceRuntime = time.runtime(`device ${seed}`, options.lateMs);
  const cloudRuntime = time.runtime(`cloud ${seed}`, options.lateMs);
  const scheduleRuntime = (role: Role, runtime: Runtime): Runtime =>
    options.random === undefined ? runtime : { ...runtime, random: options.random(role, time.now()) };
  const deviceMeter = new TunnelMeter();
  const cloudMeter = new TunnelMeter();
  const accepted: Pair['accepted'] = [];
  const cloudTunnel = establishAsCloud(
    {
      channel: cloudChannel,
      runtime: cloudRuntime,
      deadlineMs: 5000,
      createTunnel: (session) => {
        const tunnel = new Tunnel({
          channel: cloudChannel,
          session,
          role: 'cloud',
          parameters,
          limits,
          runtime: scheduleRuntime('cloud', cloudRuntime),
          pool: options.pool ?? new FramePool(),
          meter: cloudMeter,
        });
        tunnel.onStream = (stream, service) => {
          accepted.push({ stream, service });
          options.onStream?.(stream, service);
        };
        return tunnel;
      },
    },
    {
      nonce: cloudRuntime.randomBytes(32),
      binding: () => binding.value,
      lookup: () => ({ deviceKey, slot: 'primary' }),
      parameters: () => parametersMessage(parameters, limits),
      aeads: ['AES-256-GCM'],
    },
  );
  const deviceTunnel = establishAsDevice(
    {
      channel: deviceChannel,
      runtime: deviceRuntime,
      deadlineMs: 5000,
      createTunnel: (session) =>
        new Tunnel({
          channel: deviceChannel,
          session,
          role: 'device',
          parameters: parametersFromMessage(session.parameters),
          limits,
          runtime: scheduleRuntime('device', deviceRuntime),
          pool: new FramePool(),
          meter: deviceMeter,
        }),
    },
    {
      fleet: 'smart-plug',
      deviceId: 'plug-1',
      deviceKey,
      nonce: deviceRuntime.randomBytes(32),
      binding,
      maxFrame: 16_000,
      aeads: ['AES-256-GCM'],
      profile: 'FULL',
    },
  );
  await time.advanceTo(300);
  const [device, cloud] = await Promise.all([deviceTunnel, cloudTunnel]);
  return { time, device, cloud, deviceChannel, cloudChannel, deviceMeter, cloudMeter, accepted };
}

/** Everything that comes on a stream until it ends. */
export function collect(stream: TunnelStream): Buffer[] {
  const chunks: Buffer[] = [];
  stream.on('data', (chunk: Buffer) => chunks.push(chunk));
  stream.on('error', () => {});
  return chunks;
}
