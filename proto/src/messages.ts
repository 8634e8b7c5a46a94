// The messages of the bootstrap and of sealed control fields as this package's users see them. Owns types only; bytes are
// in the *-codec.ts files, bounds in parameters-check.ts.

export type Binding = 'EXPORTER' | 'CERTIFICATE';
export type Aead = 'AES-256-GCM' | 'CHACHA20-POLY1305';
export type Profile = 'MINIMAL' | 'FULL';

/** Something offered or chosen outside quietwire/1. Unknown types are ignored (SPEC 17). */
export interface Extension {
  type: number;
  value: Uint8Array;
}

/** SPEC 5.2. */
export interface Hello {
  nonce: Uint8Array;
  fleet: string;
  deviceId: string;
  keyId: Uint8Array;
  binding: Binding;
  /** In the device's order of preference; unknown ones are left out. */
  aeads: Aead[];
  /** Bytes. */
  maxFrame: number;
  profile: Profile;
  extensions: Extension[];
}

/** SPEC 5.3. */
export interface Challenge {
  nonce: Uint8Array;
  aead: Aead;
  extensions: Extension[];
}

/** SPEC 5.4. */
export interface Proof {
  mac: Uint8Array;
}

/** SPEC 5.5. */
export interface Accept {
  mac: Uint8Array;
  /** The cloud's first sealed message: the parameters. */
  sealed: Uint8Array;
}

/** SPEC 5.6. */
export interface Refuse {
  code: number;
  text: string;
}

/** What one sealed message holds; parts may ride together (SPEC 6.2). */
export interface Control {
  periodStart?: PeriodStart;
  demand?: Demand;
  fragment?: Fragment;
  parameters?: Parameters;
  parametersAck?: { version: number };
  goaway?: Goaway;
}

/** SPEC 9.4. */
export interface PeriodStart {
  number: number;
  /** Position of the period in its run, from 1. */
  position: number;
  /** Version of the parameters that the period runs with. */
  version: number;
}

/** SPEC 9.3. */
export interface Demand {
  remainingMs: number;
}

/** A piece of a longer message (SPEC 6.3). */
export interface Fragment {
  message: number;
  index: number;
  last: boolean;
  data: Uint8Array;
}

/** SPEC 12.1. */
export interface Goaway {
  lastStream: number;
  final: boolean;
}

/** The shaping parameters of a session (SPEC 7). Times in ms, sizes in bytes, both whole numbers. */
export interface Parameters {
  version: number;
  mode: 'STP' | 'ILP';
  frameSize: number;
  periodMs: number;
  upstream: Pattern;
  downstream: Pattern;
  backgroundIntervalMs: number;
  backgroundFrameSize: number;
  leadMs: number;
  holdMs: number;
  restMs: number;
  followerOffsetMs: number;
  /** Periods; a power of two. */
  longestRun: number;
  quietBytes: number;
  activityWindowMs: number;
  /** Virtual activities per second that begin at the device. */
  deviceCoverRate: number;
  /** Weights of the classes 1, 2, 4 … longestRun periods. */
  deviceDurations: number[];
  maxStreams: number;
  streamWindow: number;
  tunnelWindow: number;
}

/** One direction's slots inside periods; in ILP all its slots. */
export interface Pattern {
  /** ms between slots; constant in STP. */
  interval: Distribution;
  /** Bytes of frames in ILP; absent: `frameSize`. */
  size?: Distribution;
}

/** SPEC 7.2. Draws are moved into [min, max]. */
export type Distribution = DistributionKind & { min?: number; max?: number };

export type DistributionKind =
  | { kind: 'constant'; value: number }
  | { kind: 'uniform'; low: number; high: number }
  | { kind: 'normal'; mean: number; deviation: number }
  | { kind: 'exponential'; mean: number }
  | { kind: 'lognormal'; median: number; sigma: number }
  | { kind: 'empirical'; values: number[]; weights: number[] }
  | { kind: 'spline'; samples: number[] };
