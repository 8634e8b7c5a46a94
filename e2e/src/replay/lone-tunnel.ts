// A whole tunnel in memory on virtual time, without cover: what one activity does to it when nothing else happens. The ends, the
// period clock and what counts as an activity are the product's; only TLS and sockets are missing.
import { certificateBinding, deriveDeviceKey } from '@quietwire/proto';
import type { Role, ShapingParameters } from '@quietwire/shaping';
import {
  defaultTunnelLimits,
  type EstablishOptions,
  establishAsCloud,
  establishAsDevice,
  FramePool,
  ManualTime,
  type MemoryChannel,
  memoryChannels,
  parametersFromMessage,
  parametersMessage,
  Tunnel,
  TunnelMeter,
  type TunnelStream,
} from '@quietwire/tunnel';

export interface LoneTunnel {
  readonly time: ManualTime;
  /** The two ends of one stream. */
  readonly streams: Readonly<Record<Role, TunnelStream>>;
  /** Periods that have begun at the device, since the connection began. */
  periods(): number;
  close(): void;
}

const deadlineMs = 5000;
/** By then the unconditional first run is over for any policy that a test or a script plays. */
const settledPeriods = 3;

/**
 * @param delayMs of one way.
 * @returns (resolves) the tunnel when it is idle; virtual time is at a tick then.
 */
export async function openLoneTunnel(policyParameters: ShapingParameters, delayMs: number): Promise<LoneTunnel> {
  const silent = { ...policyParameters.cover, deviceRate: 0, cloudRate: 0 };
  const parameters: ShapingParameters = { ...policyParameters, cover: silent };
  const time = new ManualTime();
  const [deviceChannel, cloudChannel] = memoryChannels({ time, delayMs: () => delayMs });
  const limits = defaultTunnelLimits;
  const meter = new TunnelMeter();
  let accept: (stream: TunnelStream) => void;
  const accepted = new Promise<TunnelStream>((resolve) => {
    accept = resolve;
  });
  const end = (role: Role, channel: MemoryChannel): EstablishOptions => {
    const runtime = time.runtime(role);
    return {
      channel,
      runtime,
      deadlineMs,
      createTunnel: (session) => {
        const own = role === 'cloud' ? parameters : parametersFromMessage(session.parameters);
        const common = { channel, session, role, parameters: own, limits, runtime, pool: new FramePool() };
        const tunnel = new Tunnel({ ...common, meter: role === 'device' ? meter : new TunnelMeter() });
        tunnel.onStream = (stream) => accept(stream);
        return tunnel;
      },
    };
  };
  const deviceKey = deriveDeviceKey(Buffer.alloc(32, 7), 'device');
  const binding = { kind: 'CERTIFICATE' as const, value: certificateBinding(Buffer.from('certificate')) };
  const aeads = ['AES-256-GCM'] as const;
  const [cloudEnd, deviceEnd] = [end('cloud', cloudChannel), end('device', deviceChannel)];
  const tunnels = Promise.all([
    establishAsDevice(deviceEnd, {
      ...{ fleet: 'fleet', deviceId: 'device', deviceKey, binding, aeads, profile: 'FULL' },
      nonce: deviceEnd.runtime.randomBytes(32),
      maxFrame: 16_000,
    }),
    establishAsCloud(cloudEnd, {
      nonce: cloudEnd.runtime.randomBytes(32),
      binding: () => binding.value,
      lookup: () => ({ deviceKey, slot: 'primary' }),
      parameters: () => parametersMessage(parameters, limits),
      aeads,
    }),
  ]);
  await time.advanceTo(20 * delayMs + 100);
  const [device, cloud] = await tunnels;
  const deviceStream = device.open('any', { allowHalfOpen: true });
  await time.advanceTo(time.now() + settledPeriods * parameters.periodMs + parameters.background.intervalMs);
  const streams = { device: deviceStream, cloud: await accepted };
  for (const stream of Object.values(streams)) stream.on('error', () => {});
  return {
    time,
    streams,
    periods: () => meter.periodsDevice + meter.periodsCloud,
    close: () => {
      device.destroy();
      cloud.destroy();
    },
  };
}
