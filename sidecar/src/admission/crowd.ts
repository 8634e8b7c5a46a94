/**
 * Visitors in one state, grouped by source: in the order of their coming within a source, and the sources in turn. So that no
 * source gets more than its share when there is not enough for all. Pure.
 */

export class Crowd<Member> {
  readonly #bySource = new Map<string, Set<Member>>();
  #size = 0;

  get size(): number {
    return this.#size;
  }

  /** Members of one source. */
  countOf(source: string): number {
    return this.#bySource.get(source)?.size ?? 0;
  }

  add(source: string, member: Member): void {
    let members = this.#bySource.get(source);
    if (members === undefined) {
      members = new Set();
      this.#bySource.set(source, members);
    }
    members.add(member);
    this.#size += 1;
  }

  /** @returns false if it was not there. */
  remove(source: string, member: Member): boolean {
    const members = this.#bySource.get(source);
    if (members?.delete(member) !== true) return false;
    this.#size -= 1;
    if (members.size === 0) this.#bySource.delete(source);
    return true;
  }

  /** The oldest member of the source with the least load, of several the one whose turn it is; it stays until it is removed. */
  next(loadOf: (source: string) => number): Member | undefined {
    let chosen: ReadonlySet<Member> | undefined;
    let least = Number.POSITIVE_INFINITY;
    for (const [source, members] of this.#bySource) {
      const load = loadOf(source);
      if (load >= least) continue;
      least = load;
      chosen = members;
    }
    return first(chosen);
  }

  /** The source's turn is over: it comes behind all others. */
  served(source: string): void {
    const members = this.#bySource.get(source);
    if (members === undefined) return;
    this.#bySource.delete(source);
    this.#bySource.set(source, members);
  }

  /** The source with the most members. */
  heaviest(): { readonly source: string; readonly count: number } | undefined {
    let heaviest: { source: string; count: number } | undefined;
    for (const [source, { size }] of this.#bySource) {
      if (heaviest === undefined || size > heaviest.count) heaviest = { source, count: size };
    }
    return heaviest;
  }

  oldestOf(source: string): Member | undefined {
    return first(this.#bySource.get(source));
  }

  newestOf(source: string): Member | undefined {
    let newest: Member | undefined;
    for (const member of this.#bySource.get(source) ?? []) newest = member;
    return newest;
  }

  *[Symbol.iterator](): Generator<Member> {
    for (const members of this.#bySource.values()) yield* members;
  }
}

function first<Member>(members: ReadonlySet<Member> | undefined): Member | undefined {
  for (const member of members ?? []) return member;
  return undefined;
}
