/** The peer's credit for all streams of a tunnel together (SPEC.md section 11.2): absolute offsets, bytes. */
export class SendCredit {
  #max: number;
  #sent = 0;
  /** Credit that came lets payload of an activity leave that had waited for it. */
  unblocked = false;

  /** @param window first credit. */
  constructor(window: number) {
    this.#max = window;
  }

  get left(): number {
    return Math.max(0, this.#max - this.#sent);
  }
  grant(max: number): void {
    this.#max = Math.max(this.#max, max);
  }
  spend(bytes: number): void {
    this.#sent += bytes;
  }
}
