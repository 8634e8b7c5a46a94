// The public API of @quietwire/device: a list of exports, nothing else.
export { ProtoError, type ProtoErrorCode, type RefuseReason } from '@quietwire/proto';
export {
  createSystemRuntime,
  type Runtime,
  type SocketDuplex as TunnelSocket,
  type StreamResetError,
  TunnelError,
  type TunnelErrorCode,
  TunnelMeter,
} from '@quietwire/tunnel';
export type { BackoffOptions } from './backoff.ts';
export { type ConnectOptions, connect } from './connect.ts';
export type { DeviceTunnel as Tunnel, TunnelEvents, TunnelState } from './device-tunnel.ts';
export type { TlsVersion } from './dial.ts';
export { DeviceError, type DeviceErrorCode, deviceErrors } from './errors.ts';
