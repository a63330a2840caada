import type { Entry } from './entry.js';

/** Which entries have a tag. Holds no tag that nobody has. */
export class TagIndex<Key, Value> {
  readonly #byTag = new Map<string, Set<Entry<Key, Value>>>();

  add(entry: Entry<Key, Value>): void {
    for (const tag of entry.tags ?? []) {
      const tagged = this.#byTag.get(tag);
      if (tagged === undefined) this.#byTag.set(tag, new Set([entry]));
      else tagged.add(entry);
    }
  }

  delete(entry: Entry<Key, Value>): void {
    for (const tag of entry.tags ?? []) {
      const tagged = this.#byTag.get(tag);
      if (tagged?.delete(entry) === true && tagged.size === 0) this.#byTag.delete(tag);
    }
  }

  /** A copy. */
  having(tag: string): Entry<Key, Value>[] {
    return [...(this.#byTag.get(tag) ?? [])];
  }

  clear(): void {
    this.#byTag.clear();
  }
}
