// Distinct record lengths by direction, phase and load, with counts: what `--case records` prints.
import type { Direction } from '../capture/wire-record.ts';
import type { WirePolicy } from '../rig/wire-policy.ts';
import { recordOverhead, type SessionView, type TlsVersion } from './session-view.ts';

const directions: readonly Direction[] = ['up', 'down'];

export class LengthTable {
  readonly #policy: WirePolicy;
  readonly #overhead: number;
  /** Counts by row (direction, phase, load), then by length. */
  readonly #rows = new Map<string, Map<number, number>>();
  #strange = 0;

  constructor(policy: WirePolicy, version: TlsVersion) {
    this.#policy = policy;
    this.#overhead = recordOverhead[version];
  }

  add(load: string, view: SessionView): void {
    const { backgroundSize } = this.#policy;
    for (const direction of directions) {
      for (const { size } of view[direction].session) {
        // An unknown length counts as one of a period: it shows in that row.
        const row = `${direction.padEnd(4)} ${size === backgroundSize ? 'background' : 'period    '} ${load}`;
        const lengths = this.#rows.get(row) ?? new Map<number, number>();
        lengths.set(size + this.#overhead, (lengths.get(size + this.#overhead) ?? 0) + 1);
        this.#rows.set(row, lengths);
      }
      this.#strange += view[direction].strange.length;
    }
  }

  /** All records; and the row with the fewest. */
  get records(): number {
    return this.#counts.reduce((sum, count) => sum + count, 0);
  }
  get least(): number {
    return Math.min(...this.#counts);
  }

  /** @param least records that every row must have. */
  faults(least: number): string[] {
    const faults = this.#strange > 0 ? [`${this.#strange} records of another type than application data`] : [];
    for (const [row, lengths] of this.#rows) {
      if (lengths.size !== 1) faults.push(`${row}: lengths ${[...lengths.keys()].join(', ')}, allowed one`);
      const count = [...lengths.values()].reduce((sum, entry) => sum + entry, 0);
      if (count < least) faults.push(`${row}: ${count} records, needed ${least}`);
    }
    return faults;
  }

  render(): string {
    const lines = [...this.#rows].sort().map(([row, lengths]) => {
      const entries = [...lengths].map(([length, count]) => `${length} × ${count}`);
      return `  ${row.padEnd(34)} ${entries.join(', ')}`;
    });
    return ['  direction, phase, load             record length × count', ...lines].join('\n');
  }

  get #counts(): number[] {
    return [...this.#rows.values()].map((lengths) => [...lengths.values()].reduce((sum, count) => sum + count, 0));
  }
}
