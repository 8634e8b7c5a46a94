// Collects what scenarios saw of each MUST and renders the lines. One fault outweighs any number of good sights.
import { type Must, type MustId, musts } from './musts.ts';

export interface Line {
  readonly verdict: 'ok' | 'not ok' | '--';
  readonly section: string;
  readonly text: string;
  /** What was seen instead, or why nothing was. */
  readonly saw?: string;
}

export class Verdicts {
  readonly #good = new Set<MustId>();
  readonly #faults = new Map<MustId, string[]>();
  readonly #unseen = new Map<MustId, string>();

  judge(id: MustId, holds: boolean, saw: string): void {
    if (holds) this.#good.add(id);
    else this.#faults.set(id, [...(this.#faults.get(id) ?? []), saw]);
  }

  /** Says why a scenario could not tell. */
  unseen(id: MustId, why: string): void {
    this.#unseen.set(id, why);
  }

  get failed(): boolean {
    return this.#faults.size > 0;
  }

  /** Whether anything was judged at all: without, nothing conforms. */
  get empty(): boolean {
    return this.#good.size === 0 && this.#faults.size === 0;
  }

  /** A line for each MUST of the profile, in the order of their sections; `seenOnly` leaves out those that nothing was tried for. */
  lines(profile: 'minimal' | 'full', seenOnly = false): Line[] {
    return (Object.entries(musts) as [MustId, Must][])
      .filter(([, must]) => profile === 'full' || must.fullOnly !== true)
      .filter(([id]) => !seenOnly || this.#good.has(id) || this.#faults.has(id) || this.#unseen.has(id))
      .map(([id, must]) => this.#line(id, must))
      .sort((one, other) => order(one.section) - order(other.section));
  }

  #line(id: MustId, { section, text, hidden }: Must): Line {
    const faults = this.#faults.get(id);
    if (faults !== undefined) {
      const more = faults.length > 3 ? `; and ${faults.length - 3} more` : '';
      return { verdict: 'not ok', section, text, saw: `${faults.slice(0, 3).join('; ')}${more}` };
    }
    if (this.#good.has(id)) return { verdict: 'ok', section, text };
    return { verdict: '--', section, text, saw: hidden ?? this.#unseen.get(id) ?? 'no scenario got so far' };
  }
}

export function renderLine({ verdict, section, text, saw }: Line): string {
  if (verdict === '--') return `-- §${section} ${text}: not observable (${saw})`;
  return `${verdict} §${section} ${text}${saw === undefined ? '' : `: ${saw}`}`;
}

function order(section: string): number {
  const [chapter = 0, part = 0] = section.split('.').map(Number);
  return chapter * 100 + part;
}
