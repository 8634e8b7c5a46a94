/**
 * Which device is connected: one connection for each, the newest wins. A device whose identity is used twice at a time would
 * otherwise make the two push each other out without end, so how often that may happen is limited.
 */
import { TokenBucket } from '../admission/token-bucket.ts';

/** How long a device that broke the protocol stays out: what it did until it was noticed may have held the thread, ms. */
const penaltyMs = 60_000;
/** Replacements at once, and per second in the long run. */
const replacementBurst = 5;
const replacementsPerSecond = 0.1;

export class DeviceTable<Connection> {
  readonly #connections = new Map<string, Connection>();
  /** Only of devices that replaced a connection lately. */
  readonly #replacements = new Map<string, TokenBucket>();

  /** When devices that broke the protocol may connect again, ms. */
  readonly #penalties = new Map<string, number>();

  get size(): number {
    return this.#connections.size;
  }

  /** Whether the device may connect now: not after a breach of the protocol; if it is connected, within the limit. */
  admits(fleet: string, deviceId: string, nowMs: number): boolean {
    const key = deviceKey(fleet, deviceId);
    if (nowMs < (this.#penalties.get(key) ?? 0)) return false;
    if (!this.#connections.has(key)) return true;
    let bucket = this.#replacements.get(key);
    if (bucket === undefined) {
      bucket = new TokenBucket(replacementsPerSecond, replacementBurst, nowMs);
      this.#replacements.set(key, bucket);
    }
    return bucket.take(nowMs);
  }

  /** Puts the connection in the device's place; returns the one that was there. */
  put(fleet: string, deviceId: string, connection: Connection): Connection | undefined {
    const key = deviceKey(fleet, deviceId);
    const old = this.#connections.get(key);
    this.#connections.set(key, connection);
    return old;
  }

  /** Forgets the connection, unless another has taken its place. */
  remove(fleet: string, deviceId: string, connection: Connection): void {
    const key = deviceKey(fleet, deviceId);
    if (this.#connections.get(key) === connection) this.#connections.delete(key);
  }

  /** The device broke the protocol. */
  penalise(fleet: string, deviceId: string, nowMs: number): void {
    this.#penalties.set(deviceKey(fleet, deviceId), nowMs + penaltyMs);
  }

  /** Forgets limits that have recovered. */
  sweep(nowMs: number): void {
    for (const [key, untilMs] of this.#penalties) {
      if (untilMs <= nowMs) this.#penalties.delete(key);
    }
    for (const [key, bucket] of this.#replacements) {
      if (bucket.isFull(nowMs)) this.#replacements.delete(key);
    }
  }
}

/** Fleet names hold no line feed. */
function deviceKey(fleet: string, deviceId: string): string {
  return `${fleet}\n${deviceId}`;
}
