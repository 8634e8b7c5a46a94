// Policies of the wire cases: few numbers, accelerated within the bounds of the schema, rendered as the document that the
// sidecar reads. The schedule that must be seen follows from these numbers alone, not from the product's code.
import type { JsonObject } from '../../harness/child-program.ts';
import type { StpSchedule } from '../audit/run-grid.ts';
import type { Direction } from '../capture/wire-record.ts';

/** Times in ms, sizes in bytes. */
export interface WirePolicy {
  readonly fleet: string;
  readonly mode: 'STP' | 'ILP';
  readonly frameSize: number;
  readonly periodMs: number;
  readonly slotMs: { readonly up: number; readonly down: number };
  readonly backgroundMs: number;
  readonly backgroundSize: number;
  readonly leadMs: number;
  readonly holdMs: number;
  readonly longestRun: number;
  readonly quietBytes: number;
  readonly windowMs: number;
  /** Intervals and sizes as distributions of the policy's schema, instead of the constants (ILP). */
  readonly drawn?: { readonly up: JsonObject; readonly down: JsonObject };
  /** Virtual activities per second, both ends together; share of them that begin at the device; counts of their lengths in
   *  classes of 1, 2, 4 … periods. */
  readonly cover?: { readonly rate: number; readonly deviceShare: number; readonly counts: readonly number[] };
}

/** f and the least g of period-clock.md section 1. */
export const FOLLOWER_OFFSET_MS = 10;
const SHORTEST_REST_MS = 100;
/** Activities per second that policies with cover assume: few, so that p is small. */
const ASSUMED_RATE = 0.001;

export const fastPolicy: WirePolicy = {
  fleet: 'fast',
  mode: 'STP',
  frameSize: 1024,
  periodMs: 400,
  slotMs: { up: 40, down: 20 },
  backgroundMs: 250,
  backgroundSize: 128,
  leadMs: 100,
  holdMs: 240,
  longestRun: 8,
  quietBytes: 4,
  windowMs: 1000,
};

/** Slots for ever, as close as the product keeps them. */
export const constantPolicy: WirePolicy = {
  ...fastPolicy,
  fleet: 'constant',
  mode: 'ILP',
  slotMs: { up: 20, down: 20 },
};

/** g of period-clock.md section 1. */
export function restOf({ slotMs }: WirePolicy): number {
  return Math.max(SHORTEST_REST_MS, 2 * slotMs.up, 2 * slotMs.down);
}

export function scheduleOf(policy: WirePolicy, direction: Direction): StpSchedule {
  const { slotMs, periodMs, leadMs, frameSize, backgroundMs, backgroundSize, longestRun } = policy;
  const background = { backgroundMs, backgroundSize };
  return { periodMs, leadMs, slotMs: slotMs[direction], frameSize, longestRun, restMs: restOf(policy), ...background };
}

export interface ServicePort {
  readonly name: string;
  readonly port: number;
}

/** The ShapingPolicy as a document (JSON is YAML). */
export function policyDocument(policy: WirePolicy, services: readonly ServicePort[]): string {
  const { fleet, mode, frameSize, slotMs, drawn, cover, longestRun } = policy;
  const ms = (time: number) => `${time}ms`;
  // q = λ_c p / (λ_a (1 − p) + λ_c p), from λ_c = λ_a q / (p (1 − q)) (period-clock.md section 5).
  const p = 1 - Math.exp((-ASSUMED_RATE * policy.periodMs) / 1000);
  const q = cover === undefined ? 0 : (cover.rate * p) / (ASSUMED_RATE + cover.rate * p);
  return JSON.stringify({
    apiVersion: 'quietwire.dev/v1alpha1',
    kind: 'ShapingPolicy',
    metadata: { name: fleet, namespace: 'wire' },
    spec: {
      fleet,
      services: services.map(({ name, port }) => ({ name, port, proxyProtocol: 'V2' })),
      mode,
      frameSize,
      longestRun,
      period: ms(policy.periodMs),
      lead: ms(policy.leadMs),
      upstream: drawn?.up ?? { interval: { constant: ms(slotMs.up) } },
      downstream: drawn?.down ?? { interval: { constant: ms(slotMs.down) } },
      background: { interval: { constant: ms(policy.backgroundMs) }, frameSize: policy.backgroundSize },
      cover: {
        objective: { probability: q },
        model: { poisson: {} },
        deviceShare: cover?.deviceShare ?? 0.5,
        durations: { device: cover?.counts ?? [1000], cloud: cover?.counts ?? [1000] },
      },
      activity: {
        perDay: ASSUMED_RATE * 86_400,
        quietBytes: policy.quietBytes,
        window: ms(policy.windowMs),
        hold: ms(policy.holdMs),
      },
    },
  });
}
