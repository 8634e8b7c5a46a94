// The time and randomness that a conformance run takes as arguments.

export interface ConformClock {
  /** Monotonic, ms. */
  nowMs(): number;
  wait(ms: number): Promise<void>;
  /** Calls `act` every so many ms until the returned function is called. */
  every(ms: number, act: () => void): () => void;
  randomBytes(size: number): Uint8Array;
}
