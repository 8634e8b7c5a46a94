// Credit that one tunnel gives its peer for all streams together: small at first, and widened from the process's budget for a
// peer that uses it up (docs/limits.md).
import type { TunnelLimits } from './limits.ts';
import type { MemoryBudget } from './memory-budget.ts';
import { ReceiveWindow } from './receive-window.ts';

export class TunnelWindow extends ReceiveWindow {
  readonly #limits: TunnelLimits;
  readonly #memory: MemoryBudget | undefined;
  #reserved = 0;

  constructor(limits: TunnelLimits, memory: MemoryBudget | undefined) {
    super(limits.tunnelWindow);
    this.#limits = limits;
    this.#memory = memory;
  }

  override receive(bytes: number): boolean {
    const allowed = super.receive(bytes);
    // Half is gone before more credit could reach the peer.
    if (this.unused < this.#limits.tunnelWindow / 2) this.#widen();
    return allowed;
  }

  /** Gives everything back to the budget: the tunnel is over. */
  release(): void {
    this.#memory?.release(this.#reserved);
    this.#reserved = 0;
  }

  #widen(): void {
    const { bytesPerTunnel, tunnelWindow } = this.#limits;
    const wanted = bytesPerTunnel - tunnelWindow;
    if (this.#reserved > 0 || wanted <= 0 || this.#memory?.reserve(wanted) !== true) return;
    this.#reserved = wanted;
    this.widen(bytesPerTunnel);
  }
}
