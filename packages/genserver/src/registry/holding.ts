interface Keyed<Key> {
  readonly key: Key;
}

/** The entries of one process, by key, oldest first. Nearly always there is one, and then no Map is made. */
export class Holding<Key, E extends Keyed<Key>> {
  #only: E | undefined;
  #byKey: Map<Key, E[]> | undefined;

  get isEmpty(): boolean {
    return this.#only === undefined && this.#byKey === undefined;
  }

  add(entry: E): void {
    if (this.isEmpty) this.#only = entry;
    else this.#append(entry);
  }

  under(key: Key): readonly E[] {
    if (this.#byKey !== undefined) return this.#byKey.get(key) ?? [];
    return this.#only !== undefined && isSame(this.#only.key, key) ? [this.#only] : [];
  }

  all(): readonly E[] {
    if (this.#byKey !== undefined) return [...this.#byKey.values()].flat();
    return this.#only === undefined ? [] : [this.#only];
  }

  /** Of the entries under a key, only these stay. */
  keep(key: Key, entries: E[]): void {
    if (this.#byKey === undefined) {
      if (entries.length === 0 && this.under(key).length === 1) this.#only = undefined;
    } else if (entries.length > 0) this.#byKey.set(key, entries);
    else if (this.#byKey.delete(key) && this.#byKey.size === 0) this.#byKey = undefined;
  }

  #append(entry: E): void {
    const byKey = (this.#byKey ??= new Map<Key, E[]>());
    const only = this.#only;
    this.#only = undefined;
    for (const next of only === undefined ? [entry] : [only, entry]) {
      const entries = byKey.get(next.key);
      if (entries === undefined) byKey.set(next.key, [next]);
      else entries.push(next);
    }
  }
}

/** As a Map compares keys: NaN is NaN. */
function isSame(a: unknown, b: unknown): boolean {
  return a === b || (Number.isNaN(a) && Number.isNaN(b));
}
