/**
 * Looks at the lists of revoked devices again and again: where the keys are a Kubernetes Secret nobody sends a signal when it
 * changes. What it compares with is what is in force, whoever put it there (decision 0016). A revoked device's tunnel then
 * closes by the rule of the period clock, which takes up to two periods, a rest and the lead (closing-time.ts); with periods of
 * up to 14 s that is within 60 s of the file's change.
 */
import { OneShot, type TimerRuntime } from '@quietwire/tunnel';
import type { RevokedRead } from './read-revoked.ts';
import type { RevokedInForce, RevokedList } from './revoked-list.ts';

const distanceMs = 30_000;

export interface RevocationWatchOptions {
  readonly runtime: TimerRuntime;
  /** The lists in force, by fleet. */
  readonly inForce: () => ReadonlyMap<string, RevokedInForce>;
  /** Reads the lists that may differ from these; those of other fleets may be left out. */
  readonly read: (inForce: ReadonlyMap<string, RevokedInForce>) => Promise<ReadonlyMap<string, RevokedRead>>;
  /** Called when lists differ from those in force. */
  readonly onChange: (revoked: ReadonlyMap<string, RevokedList>) => void;
  /** Called when a list is not taken, once for each reason. */
  readonly onFault: (fault: string) => void;
}

export class RevocationWatch {
  readonly #options: RevocationWatchOptions;
  readonly #timer: OneShot;
  /** What was told last, by fleet. */
  readonly #told = new Map<string, string>();
  #closed = false;

  constructor(options: RevocationWatchOptions) {
    this.#options = options;
    this.#timer = new OneShot(options.runtime, () => void this.#look()).startIn(distanceMs);
  }

  close(): void {
    this.#closed = true;
    this.#timer.cancel();
  }

  async #look(): Promise<void> {
    const { inForce, read, onChange } = this.#options;
    const before = inForce();
    try {
      const lists = await read(before);
      if (this.#closed) return;
      const changed = new Map<string, RevokedList>();
      const now = inForce();
      for (const [fleet, result] of lists) {
        // A reload has put another list in force meanwhile: the next look compares with that one.
        if (now.get(fleet)?.digest !== before.get(fleet)?.digest) continue;
        if ('fault' in result) this.#tell(fleet, result.fault);
        else {
          this.#told.delete(fleet);
          if (result.list !== undefined) changed.set(fleet, result.list);
        }
      }
      if (changed.size > 0) onChange(changed);
    } catch (error) {
      if (!this.#closed) this.#tell('', `the lists of revoked devices cannot be read: ${String(error)}`);
    }
    if (!this.#closed) this.#timer.startIn(distanceMs);
  }

  #tell(fleet: string, fault: string): void {
    if (this.#told.get(fleet) === fault) return;
    this.#told.set(fleet, fault);
    this.#options.onFault(fault);
  }
}
