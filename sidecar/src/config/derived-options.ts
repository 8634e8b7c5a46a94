/** What the parts of the sidecar take, computed from the keys that users set. Pure. */
import type { TunnelLimits } from '@quietwire/tunnel';
import type { OtlpOptions } from '../telemetry/telemetry.ts';
import type { SidecarConfig } from './schema.ts';

/** Credit of one stream, and of a tunnel without traffic; the rest of `bytesPerTunnel` comes when data flows. */
const streamWindowBytes = 64 * 1024;
const idleWindowBytes = 16 * 1024;

export function tunnelLimits(config: SidecarConfig): TunnelLimits {
  const { streamsPerTunnel, opensPerSecond, bytesPerTunnel } = config.limits;
  return {
    maxStreams: streamsPerTunnel,
    opensPerSecond,
    streamWindow: Math.min(streamWindowBytes, bytesPerTunnel),
    tunnelWindow: Math.min(idleWindowBytes, bytesPerTunnel),
    bytesPerTunnel,
  };
}

/** Undefined without a collector. */
export function otlpOptions({ telemetry }: SidecarConfig): OtlpOptions | undefined {
  const { endpoint, interval } = telemetry.otlp;
  return endpoint === undefined ? undefined : { endpoint, intervalMs: interval };
}
