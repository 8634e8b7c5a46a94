/**
 * Reads the lists of revoked devices again and again: where the keys are a Kubernetes Secret nobody sends a signal when it
 * changes. A revoked device's tunnel then closes by the rule of the period clock, which takes up to two periods, a rest and
 * the lead (closing-time.ts); with periods of up to 14 s that is within 60 s of the file's change.
 */
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { OneShot, type TimerRuntime } from '@quietwire/tunnel';
import { parseRevoked } from './group-keys.ts';

const distanceMs = 30_000;

export interface RevocationWatchOptions {
  readonly runtime: TimerRuntime;
  readonly directory: string;
  readonly fleets: () => Iterable<string>;
  /** Called when a list differs from the one read before. */
  readonly onChange: (revoked: ReadonlyMap<string, ReadonlySet<string>>) => void;
}

export class RevocationWatch {
  readonly #options: RevocationWatchOptions;
  readonly #timer: OneShot;
  readonly #texts = new Map<string, string>();
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
    const lists = new Map<string, ReadonlySet<string>>();
    let changed = false;
    for (const fleet of this.#options.fleets()) {
      // A list that cannot be read now (a Secret is being exchanged) stays in force; a reload reports it.
      const text = await readFile(join(this.#options.directory, `${fleet}.revoked`), 'utf8').catch(() => undefined);
      if (text === undefined) continue;
      if (this.#texts.get(fleet) !== text) changed = true;
      this.#texts.set(fleet, text);
      lists.set(fleet, parseRevoked(text));
    }
    if (this.#closed) return;
    if (changed) this.#options.onChange(lists);
    this.#timer.startIn(distanceMs);
  }
}
