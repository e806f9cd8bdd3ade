/** The numbers 0 to n - 1 in sets that can be joined (union by smaller number, with path halving). */
export class DisjointSets {
  readonly #parents: Uint32Array;

  constructor(size: number) {
    this.#parents = Uint32Array.from({ length: size }, (_, index) => index);
  }

  /** The smallest member of the set `member` is in. */
  find(member: number): number {
    const parents = this.#parents;
    let at = member;
    for (;;) {
      const parent = parents[at] ?? at;
      if (parent === at) return at;
      const grandparent = parents[parent] ?? parent;
      parents[at] = grandparent;
      at = grandparent;
    }
  }

  /** Makes one set of the two that `a` and `b` are in. */
  join(a: number, b: number): void {
    const [first, second] = [this.find(a), this.find(b)];
    this.#parents[Math.max(first, second)] = Math.min(first, second);
  }

  /** Sets of two members and more, by smallest member; members ascending. */
  clusters(): readonly (readonly number[])[] {
    const sets = new Map<number, number[]>();
    for (const member of this.#parents.keys()) {
      const root = this.find(member);
      const set = sets.get(root);
      if (set === undefined) sets.set(root, [member]);
      else set.push(member);
    }
    return [...sets.values()].filter(({ length }) => length > 1);
  }
}
