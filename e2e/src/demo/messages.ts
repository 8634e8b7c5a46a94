// What the demo tells its page, and what the page asks of it. Types only: shared by the server and the browser.
// Times are ms of the demo's monotonic clock; the page shows them relative to `Snapshot.timeMs`.

export type Mode = 'STP' | 'ILP';

/** What the page may change. `confidence` is the adversary's, 0…1; ILP does not use it. */
export interface Settings {
  readonly mode: Mode;
  readonly confidence: number;
}

/** Bytes that passed in the `stepMs` before `timeMs`. */
export interface Step {
  readonly timeMs: number;
  readonly rawUp: number;
  readonly rawDown: number;
  readonly shapedUp: number;
  readonly shapedDown: number;
}

/** Something real that happened: the plug acted, or someone used the switch. */
export interface ActivitySpan {
  readonly startMs: number;
  readonly endMs: number;
  readonly cause: 'plug' | 'switch';
}

/** The observer says: somebody did something here. `isRight` is open until the first period after the claim is over. */
export interface Claim {
  readonly startMs: number;
  readonly endMs: number;
  readonly isRight: boolean | undefined;
}

/** How good an observer's claims were since the settings changed. Shares are 0…1 and NaN-free: absent until known. */
export interface Score {
  /** Whether the observer has found a threshold at all. */
  readonly isGuessing: boolean;
  readonly claims: number;
  readonly right: number;
  /** 95 % interval (Wilson) of the share of right claims. */
  readonly interval: readonly [number, number] | undefined;
  readonly activities: number;
  readonly found: number;
  /** How often a claim at a random moment would have been right. */
  readonly chance: number | undefined;
}

export interface DelayFigures {
  readonly count: number;
  readonly p50Ms: number;
  readonly p99Ms: number;
}

export interface Command {
  readonly id: number;
  readonly on: boolean;
  readonly sentMs: number;
  readonly delayMs: number | undefined;
}

/** What the policy in force promises. */
export interface PolicyPromise {
  /** Probability that the claim "an activity starts in the first period of this run" is right (equation 1). */
  readonly confidence: number;
  /** Probability that an activity starts within a period. */
  readonly probability: number;
  /** The policy holds for devices that act no more often than this. */
  readonly activityEveryS: number;
  /** Confidences at or below this cannot be reached. */
  readonly lowestConfidence: number;
}

export interface Snapshot {
  readonly timeMs: number;
  readonly stepMs: number;
  readonly phase: 'starting' | 'running' | 'reconnecting' | 'failed';
  /** One sentence about the phase. */
  readonly text: string;
  readonly settings: Settings;
  readonly promise: PolicyPromise;
  /** How many times faster than captured the plug's traffic is replayed. */
  readonly speed: number;
  /** New steps since the snapshot before; all that are kept in the first one. */
  readonly steps: readonly Step[];
  readonly activities: readonly ActivitySpan[];
  readonly claims: { readonly raw: readonly Claim[]; readonly shaped: readonly Claim[] };
  readonly scores: { readonly raw: Score; readonly shaped: Score };
  readonly rawBytesPerS: number;
  readonly shapedBytesPerS: number;
  readonly overhead: number | undefined;
  /** Delay of payload inside activities, and of what is quiet (heartbeats). */
  readonly delay: { readonly active: DelayFigures | undefined; readonly quiet: DelayFigures | undefined };
  readonly commands: readonly Command[];
  readonly plugIsOn: boolean;
}
