/** Which keys have a tag. Holds no tag that nobody has. */
export class TagIndex<Key> {
  readonly #byTag = new Map<string, Set<Key>>();

  add(key: Key, tags: readonly string[]): void {
    for (const tag of tags) {
      const tagged = this.#byTag.get(tag);
      if (tagged === undefined) this.#byTag.set(tag, new Set([key]));
      else tagged.add(key);
    }
  }

  delete(key: Key, tags: readonly string[]): void {
    for (const tag of tags) {
      const tagged = this.#byTag.get(tag);
      if (tagged?.delete(key) === true && tagged.size === 0) this.#byTag.delete(tag);
    }
  }

  /** A copy. */
  having(tag: string): Key[] {
    return [...(this.#byTag.get(tag) ?? [])];
  }

  clear(): void {
    this.#byTag.clear();
  }
}
