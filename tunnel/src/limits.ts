// What one tunnel may hold and do. docs/limits.md states the memory that follows; each limit names what it stops.

export interface TunnelLimits {
  /** Streams open at a time: stops a device from holding all of a backend's sockets. */
  readonly maxStreams: number;
  /** Streams opened per second: stops rapid open-and-reset (CVE-2023-44487 in HTTP/2). */
  readonly opensPerSecond: number;
  /** Credit of one stream in bytes: one slow reader cannot take the whole tunnel's memory. */
  readonly streamWindow: number;
  /** Credit of an idle tunnel in bytes, kept for it at all times. */
  readonly tunnelWindow: number;
  /** Credit of a tunnel whose data flows, if the process's budget has it. */
  readonly bytesPerTunnel: number;
}

export const defaultTunnelLimits: TunnelLimits = {
  maxStreams: 16,
  opensPerSecond: 10,
  streamWindow: 64 * 1024,
  tunnelWindow: 16 * 1024,
  bytesPerTunnel: 256 * 1024,
};

/** Dead-peer rule: no frame for this long, or three of the peer's longest slot distances if that is longer (SPEC.md section 12). */
export const DEAD_PEER_MS = 10_000;
export const DEAD_PEER_SLOTS = 3;
/** Periods, beside the dead-peer time, after which a peer that said GOAWAY has closed: one by its rule, one that may run then. */
export const CLOSING_PERIODS = 2;

/**
 * Frames of that many ms may come at once, or of the dead-peer time if that is longer: what a network, kernels and an end that
 * stands still hold back (SPEC.md section 15). More stops floods that take the process's time from other tunnels.
 */
export const HELD_BACK_MS = 60_000;
/**
 * TLS records that one frame may come in. One is right (SPEC.md section 2.5); more are work that no slot pays for.
 */
export const RECORDS_PER_FRAME = 4;
/** Bytes of TLS beside the content of each frame, record padding included, and beyond those: a partial record is on its way. */
export const RECORD_OVERHEAD = 256;
export const RECORD_OVERHEAD_BEYOND = 65_536;
/** How much faster than the own clock a peer's may run. */
export const CLOCK_RATIO = 1.01;
/** CONTROL fields for each slot and for each virtual activity, and beyond those: stops floods of sealed messages. */
export const CONTROLS_EACH = 2;
export const CONTROLS_BEYOND = 64;
