/**
 * A page of the admin port that costs time to make. Who asks now and then gets it fresh; a flood gets one that is at most a
 * second old. Who asks while it is made waits for it; all get the same bytes.
 */
import type { Clock } from '@quietwire/tunnel';
import { TokenBucket } from '../admission/token-bucket.ts';

/** Renders a second, on average. */
const rendersPerSecond = 1;
/** Renders in reserve, for whoever looks several times within a second after a quiet time. */
const renderReserve = 10;

export class RenderCache {
  readonly #clock: Clock;
  readonly #render: () => string | Promise<string>;
  readonly #allowance: TokenBucket;
  #page: Promise<Buffer> | undefined;
  #making = false;

  constructor(clock: Clock, render: () => string | Promise<string>) {
    this.#clock = clock;
    this.#render = render;
    this.#allowance = new TokenBucket(rendersPerSecond, renderReserve, clock.now());
  }

  /** @throws (rejects) what the render throws, to all who get this page. */
  take(): Promise<Buffer> {
    if (this.#page !== undefined && (this.#making || !this.#allowance.take(this.#clock.now()))) return this.#page;
    this.#making = true;
    this.#page = this.#make().finally(() => {
      this.#making = false;
    });
    return this.#page;
  }

  async #make(): Promise<Buffer> {
    return Buffer.from(await this.#render());
  }
}
