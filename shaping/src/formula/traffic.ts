/**
 * Bytes on the wire: what a frame costs with its headers, and what a tunnel sends per second in modes STP and ILP.
 * Frames and headers in bytes, distances in ms, rates per second.
 */

import type { DurationLaw } from './duration-law.ts';
import { type RunBounds, type RunLengthLaw, runLengthLaw } from './run-length.ts';

/** What every frame costs besides itself. */
export interface WireCosts {
  /** TLS record: 22 with TLS 1.3; 29 with TLS 1.2 and AES-GCM. */
  readonly recordBytes: number;
  /** TCP and IPv4 without options: 40. */
  readonly headerBytes: number;
  /** TCP timestamps: 12, or 0 without. */
  readonly timestampBytes: number;
  /** a: pure acknowledgements per frame; undefined to take 1 for slots farther apart than 40 ms, else 0.5. */
  readonly acknowledgements?: number | undefined;
}

/** TLS 1.3 over IPv4 with TCP timestamps, as between two Linux hosts. */
export const usualWireCosts: WireCosts = { recordBytes: 22, headerBytes: 40, timestampBytes: 12 };

/** Frames of one direction at a mean distance, of a mean size. */
export interface SlotTraffic {
  readonly intervalMs: number;
  readonly frameBytes: number;
}

export interface TunnelShape extends RunBounds {
  readonly upstream: SlotTraffic;
  readonly downstream: SlotTraffic;
  /** Both directions. */
  readonly background: SlotTraffic;
}

/** Bytes per second on the wire, headers and acknowledgements included (each counted where it is sent). */
export interface Traffic {
  readonly upstream: number;
  readonly downstream: number;
  readonly both: number;
}

export interface StpTraffic extends Traffic {
  readonly runs: RunLengthLaw;
  /** C, seconds from the start of a run to the start of the next. */
  readonly cycleSeconds: number;
  /** Share of time inside periods. */
  readonly shapedShare: number;
  /** Background slots per direction and cycle. */
  readonly backgroundSlots: number;
  /** The part of `both` that background slots make. */
  readonly backgroundBytes: number;
}

/** A kernel delays acknowledgements at most this long, so slots farther apart get one each. */
const delayedAcknowledgementMs = 40;
const acknowledgementHeaderBytes = 12;

/**
 * w(x) = x + 22 + 40 [+ 12] [+ a (40 + 12)]: bytes that a frame of x bytes puts on the wire, both directions together.
 * period-clock.md section 5.
 */
export function wireBytes(slots: SlotTraffic, costs: WireCosts = usualWireCosts): number {
  return dataBytes(slots, costs) + acknowledgementBytes(slots, costs);
}

/**
 * Bytes per second in mode STP: [E[L] (N_u + N_d) w(frame) + 2 n_b w(background)] / C with the cycle
 * C = E[L] T + g + (1 − s) / Λ and n_b = 1 / (exp(Λβ) − 1). Λ is the rate of all activities, real and virtual; 0 means that
 * there are none and the background never stops. Source: period-clock.md section 5.
 */
export function stpTraffic(
  rate: number,
  durations: DurationLaw,
  shape: TunnelShape,
  costs = usualWireCosts,
): StpTraffic {
  const { periodMs, restMs, upstream, downstream, background } = shape;
  const runs = runLengthLaw(rate, durations, shape);
  const runSeconds = (runs.mean * periodMs) / 1000;
  const cycleSeconds = runSeconds + restMs / 1000 + (1 - runs.merged) / rate;
  const backgroundSlots = 1 / Math.expm1((rate * background.intervalMs) / 1000);
  // Frames per second, on average over the cycle.
  const shapedShare = rate === 0 ? 0 : runSeconds / cycleSeconds;
  const quiet = rate === 0 ? 1000 / background.intervalMs : backgroundSlots / cycleSeconds;
  const up = (shapedShare * 1000) / upstream.intervalMs;
  const down = (shapedShare * 1000) / downstream.intervalMs;
  const quietData = quiet * dataBytes(background, costs);
  const quietAcknowledgements = quiet * acknowledgementBytes(background, costs);
  const traffic = directions(
    up * dataBytes(upstream, costs) +
      down * acknowledgementBytes(downstream, costs) +
      quietData +
      quietAcknowledgements,
    down * dataBytes(downstream, costs) +
      up * acknowledgementBytes(upstream, costs) +
      quietData +
      quietAcknowledgements,
  );
  const backgroundBytes = 2 * (quietData + quietAcknowledgements);
  return { ...traffic, runs, cycleSeconds, shapedShare, backgroundSlots, backgroundBytes };
}

/** Bytes per second in mode ILP: every slot is sent, always. Datta et al. 2018. */
export function ilpTraffic(upstream: SlotTraffic, downstream: SlotTraffic, costs = usualWireCosts): Traffic {
  const up = 1000 / upstream.intervalMs;
  const down = 1000 / downstream.intervalMs;
  return directions(
    up * dataBytes(upstream, costs) + down * acknowledgementBytes(downstream, costs),
    down * dataBytes(downstream, costs) + up * acknowledgementBytes(upstream, costs),
  );
}

/** The device without a shaper, headers included: bytes of one activity, and bytes per second besides. */
export interface UnshapedDevice {
  readonly activityBytes: number;
  readonly otherBytesPerSecond: number;
}

/** The device that overheads are stated against where no capture says more (period-clock.md section 6). */
export const assumedDevice: UnshapedDevice = { activityBytes: 2048, otherBytesPerSecond: 8 };

/**
 * b: bytes per second on the wire over λ_a D_A + r_0, those of the unshaped device. After Apthorpe et al. 2019, equation 2,
 * with background and headers on both sides (period-clock.md section 5).
 */
export function overhead(bytesPerSecond: number, activityRate: number, device: UnshapedDevice = assumedDevice): number {
  return bytesPerSecond / (activityRate * device.activityBytes + device.otherBytesPerSecond);
}

function directions(upstream: number, downstream: number): Traffic {
  return { upstream, downstream, both: upstream + downstream };
}

function dataBytes({ frameBytes }: SlotTraffic, { recordBytes, headerBytes, timestampBytes }: WireCosts): number {
  return frameBytes + recordBytes + headerBytes + timestampBytes;
}

function acknowledgementBytes({ intervalMs }: SlotTraffic, { headerBytes, acknowledgements }: WireCosts): number {
  const count = acknowledgements ?? (intervalMs > delayedAcknowledgementMs ? 1 : 0.5);
  return count * (headerBytes + acknowledgementHeaderBytes);
}
