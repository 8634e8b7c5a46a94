// What a policy carries in what time, as `quietwire validate` tells it: from the formulas of @quietwire/shaping and the room that
// @quietwire/tunnel's frames have for payload.
import {
  type CarryingSlots,
  carriedPerSecond,
  createSampler,
  mostBytesWithin,
  type Pattern,
  policyParameters,
  type RunPauses,
  type ShapingPolicy,
  worstTransferMs,
  worstWaitMs,
} from '@quietwire/shaping';
import { payloadRoomOf } from '@quietwire/tunnel';

/** Sizes of messages whose time is told, bytes. */
export const toldSizes = { '1 kB': 1000, '100 kB': 100_000, '1 MB': 1_000_000 } as const;
/** MQTT keep alives for which the largest message is told, seconds. */
export const toldKeepAlives = [5, 60] as const;
/** A broker drops a client from which no whole packet came for so many keep alives (MQTT 5.0, 3.1.2.10). */
const keepAlivesAllowed = 1.5;

export interface DirectionCapacity {
  /** Payload of one stream inside a run; always in mode ILP. */
  readonly bytesPerSecond: number;
  /** Longest time until the first payload leaves. */
  readonly worstWaitSeconds: number;
  /** Longest time until the last byte of a message has left, by its size. */
  readonly worstSeconds: Readonly<Record<keyof typeof toldSizes, number>>;
  /** The largest message in bytes that has left within 1.5 keep alives, by the keep alive in seconds. */
  readonly largestByKeepAlive: Readonly<Record<string, number>>;
}

export interface PolicyCapacity {
  readonly upstream: DirectionCapacity;
  readonly downstream: DirectionCapacity;
}

/** The figures of a valid policy. The way to the other end comes on top, and what other streams send at the time. */
export function policyCapacity(policy: Pick<ShapingPolicy, 'spec'>): PolicyCapacity {
  const parameters = policyParameters(policy);
  const runs = parameters.mode === 'STP' ? parameters : undefined;
  const direction = (pattern: Pattern): DirectionCapacity => {
    const payloadBytes = payloadRoomOf(parameters, createSampler(pattern.size).mean);
    return capacityOf({ intervalMs: createSampler(pattern.interval).mean, payloadBytes }, runs);
  };
  return { upstream: direction(parameters.upstream), downstream: direction(parameters.downstream) };
}

function capacityOf(slots: CarryingSlots, runs: RunPauses | undefined): DirectionCapacity {
  const seconds = (bytes: number): number => worstTransferMs(bytes, slots, runs) / 1000;
  const entries = Object.entries(toldSizes).map(([name, bytes]) => [name, seconds(bytes)] as const);
  return {
    bytesPerSecond: carriedPerSecond(slots),
    worstWaitSeconds: worstWaitMs(slots, runs) / 1000,
    worstSeconds: Object.fromEntries(entries) as Record<keyof typeof toldSizes, number>,
    largestByKeepAlive: Object.fromEntries(
      toldKeepAlives.map((seconds) => [seconds, mostBytesWithin(1000 * keepAlivesAllowed * seconds, slots, runs)]),
    ),
  };
}
