// The public API of @quietwire/tunnel: a list of exports, nothing else.
export { AdminHttp, adminAnswerMs, adminConnections, adminHeadBytes, adminHeadMs } from './admin-http.ts';
export type { ByteChannel } from './byte-channel.ts';
export {
  isPeerFault,
  type StreamResetError,
  streamReset,
  TunnelError,
  type TunnelErrorCode,
  tunnelErrors,
} from './errors.ts';
export { type EstablishOptions, establishAsCloud, establishAsDevice } from './establish.ts';
export { FramePool } from './frame-pool.ts';
export { payloadRoomOf } from './frame-room.ts';
export { type ExposedFile, exposedKeyFiles } from './key-files.ts';
export { DEAD_PEER_MS, defaultTunnelLimits, type TunnelLimits } from './limits.ts';
export { LineSink, type LineTarget } from './line-sink.ts';
export { isLoopbackAddress } from './loopback.ts';
export { ManualTime } from './manual-runtime.ts';
export { MemoryBudget } from './memory-budget.ts';
export { type MemoryChannel, type MemoryChannelOptions, memoryChannels } from './memory-channel.ts';
export { latenessBoundsSeconds, TunnelMeter } from './meter.ts';
export { OneShot, type TimerRuntime } from './one-shot.ts';
export { parametersFromMessage, parametersMessage, wireMisfit } from './parameters-message.ts';
export type { Clock, Runtime, TickSource } from './runtime.ts';
export { Scheduler, type Timed } from './scheduler.ts';
export { SocketDuplex, type SocketDuplexOptions } from './socket-duplex.ts';
export { type ResetReason, resetCodes, TunnelStream } from './stream.ts';
export { systemClock } from './system-clock.ts';
export { systemRandom, systemRandomBytes } from './system-random.ts';
export { createSystemRuntime } from './system-runtime.ts';
export { systemLineTarget } from './system-stderr.ts';
export { SystemTicker } from './system-ticker.ts';
export { tlsChannel, wipeKeyLog } from './tls-channel.ts';
export { Tunnel, type TunnelOptions } from './tunnel.ts';
