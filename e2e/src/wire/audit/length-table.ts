// Record lengths by direction, phase and load, with counts: what `--case records` prints. The phase of a record is known from
// its time, by the runs that the schedule shows; its length is then compared with the one that the policy promises.
import type { Direction } from '../capture/wire-record.ts';
import type { WirePolicy } from '../rig/wire-policy.ts';
import { recordOverhead, type SessionView, type TlsVersion } from './session-view.ts';
import type { FrameRange } from './stp-audit.ts';

const directions: readonly Direction[] = ['up', 'down'];
const phases = ['background', 'period'] as const;
type Phase = (typeof phases)[number];

/** What the table needs of a link's audit. */
export interface Seen {
  readonly view: SessionView;
  readonly up: { readonly inRun: readonly FrameRange[] };
  readonly down: { readonly inRun: readonly FrameRange[] };
}

interface Row {
  readonly expected: number;
  /** Counts by length. */
  readonly lengths: Map<number, number>;
}

export class LengthTable {
  readonly #overhead: number;
  /** Rows that must be there, whether anything was seen for them or not. */
  readonly #rows: ReadonlyMap<string, Row>;
  #strange = 0;

  /** @param loads every load that `add` will name. */
  constructor(policy: WirePolicy, version: TlsVersion, loads: readonly string[]) {
    this.#overhead = recordOverhead[version];
    const sizes: Readonly<Record<Phase, number>> = { background: policy.backgroundSize, period: policy.frameSize };
    const row = (phase: Phase): Row => ({ expected: sizes[phase] + this.#overhead, lengths: new Map() });
    this.#rows = new Map(
      directions.flatMap((direction) =>
        phases.flatMap((phase) => loads.map((load) => [rowName(direction, phase, load), row(phase)] as const)),
      ),
    );
  }

  /** @param untilMs as the audit had it: later records have no phase. */
  add(load: string, { view, ...audits }: Seen, untilMs = Number.POSITIVE_INFINITY): void {
    for (const direction of directions) {
      const { inRun: runs } = audits[direction];
      let run = 0;
      for (const [frame, { atMs, size }] of view[direction].session.entries()) {
        if (atMs > untilMs) continue;
        while (run < runs.length && (runs[run] as FrameRange).last < frame) run += 1;
        const inRun = frame >= (runs[run]?.first ?? Number.POSITIVE_INFINITY);
        const lengths = this.#rows.get(rowName(direction, inRun ? 'period' : 'background', load))?.lengths;
        if (lengths === undefined) throw new RangeError(`no rows for the load ${load}`);
        lengths.set(size + this.#overhead, (lengths.get(size + this.#overhead) ?? 0) + 1);
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
    for (const [row, { expected, lengths }] of this.#rows) {
      const seen = [...lengths.keys()];
      if (seen.length > 1) faults.push(`${row}: lengths ${seen.join(', ')}, allowed one`);
      else if (seen.some((length) => length !== expected))
        faults.push(`${row}: length ${seen[0]}, promised ${expected}`);
      const count = countOf(lengths);
      if (count < least) faults.push(`${row}: ${count} records, needed ${least}`);
    }
    return faults;
  }

  render(): string {
    const lines = [...this.#rows].sort().map(([row, { lengths }]) => {
      const entries = [...lengths].map(([length, count]) => `${length} × ${count}`);
      return `  ${row.padEnd(34)} ${entries.join(', ')}`;
    });
    return ['  direction, phase, load             record length × count', ...lines].join('\n');
  }

  get #counts(): number[] {
    return [...this.#rows.values()].map(({ lengths }) => countOf(lengths));
  }
}

function rowName(direction: Direction, phase: Phase, load: string): string {
  return `${direction.padEnd(4)} ${phase.padEnd(10)} ${load}`;
}

function countOf(lengths: ReadonlyMap<number, number>): number {
  return [...lengths.values()].reduce((sum, count) => sum + count, 0);
}
