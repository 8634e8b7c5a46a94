/** The public API of @quietwire/sidecar: the sidecar inside another program, its configuration and its tables. */
export { type ConfigInput, laterKeys, loadSidecarConfig } from './config/load-config.ts';
export { type SidecarConfig, sidecarConfigSchema } from './config/schema.ts';
export type { DrainOutcome } from './device/device-connections.ts';
export { SidecarError, type SidecarErrorCode, sidecarErrors } from './errors.ts';
export { type LogLevel, type SidecarEvent, sidecarEvents } from './events.ts';
export { Log, type LogFields, type LogOptions } from './log.ts';
export { type Sidecar, type SidecarOptions, startSidecar } from './sidecar.ts';
export { type InstrumentEntry, type InstrumentName, instruments } from './telemetry/instrument-table.ts';
export type { MetricsSdk, StartMetricsSdk } from './telemetry/telemetry.ts';
