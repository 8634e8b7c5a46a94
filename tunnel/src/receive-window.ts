// Credit given to the peer, for one stream or for the whole tunnel: absolute offsets, renewed when the program has taken
// what came, so that memory stays bounded by the window (SPEC.md section 11).

export class ReceiveWindow {
  #window: number;
  #received = 0;
  #consumed = 0;
  #granted: number;
  #acknowledged = 0;

  /** @param window bytes that the peer may send beyond what was consumed. */
  constructor(window: number) {
    this.#window = window;
    this.#granted = window;
  }

  get received(): number {
    return this.#received;
  }
  get consumed(): number {
    return this.#consumed;
  }
  /** Credit that the peer has not used. */
  get unused(): number {
    return this.#granted - this.#received;
  }

  /** @returns false if the peer exceeded its credit. */
  receive(bytes: number): boolean {
    this.#received += bytes;
    return this.#received <= this.#granted;
  }

  /** What the program has taken so far, as an absolute offset. */
  consumeTo(offset: number): void {
    this.#consumed = Math.max(this.#consumed, offset);
  }

  /** Makes the window larger; credit follows with the next renewal. */
  widen(window: number): void {
    this.#window = Math.max(this.#window, window);
  }

  /** Whether it is time to renew the credit: a quarter of the window was consumed since. */
  get creditDue(): boolean {
    return this.#consumed + this.#window - this.#granted >= this.#window / 4;
  }
  /** The new limit; call it when the field was written. */
  renew(): number {
    this.#granted = this.#consumed + this.#window;
    return this.#granted;
  }

  get ackDue(): boolean {
    return this.#consumed > this.#acknowledged;
  }
  acknowledged(offset: number): void {
    this.#acknowledged = offset;
  }
}
