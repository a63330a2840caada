/**
 * What a table holds. The entries of a key form a ring in the order in which they came, so that each of them can be taken
 * out at once, however many there are. A new one leads to itself.
 */
interface Linked<Key, E> {
  readonly key: Key;
  next: E;
  previous: E;
}

/** Key → entries, oldest first. Adding, taking out and finding the oldest do not depend on how many there are. */
export class Table<Key, E extends Linked<Key, E>> {
  /** The oldest entry of each key, from which the ring goes on. */
  readonly #oldest = new Map<Key, E>();
  #size = 0;

  /** How many entries, of all keys. */
  get size(): number {
    return this.#size;
  }

  oldest(key: Key): E | undefined {
    return this.#oldest.get(key);
  }

  keys(): Key[] {
    return [...this.#oldest.keys()];
  }

  add(entry: E): void {
    this.#size++;
    const oldest = this.#oldest.get(entry.key);
    if (oldest === undefined) return void this.#oldest.set(entry.key, entry);
    entry.next = oldest;
    entry.previous = oldest.previous;
    oldest.previous.next = entry;
    oldest.previous = entry;
  }

  /** The entry must be in the table. */
  delete(entry: E): void {
    const { key, next, previous } = entry;
    this.#size--;
    if (next === entry) return void this.#oldest.delete(key);
    previous.next = next;
    next.previous = previous;
    if (this.#oldest.get(key) === entry) this.#oldest.set(key, next);
  }

  /** What `make` makes of each entry of a key. A copy: what is done with it cannot disturb the table. */
  of<T>(key: Key, make: (entry: E) => T): T[] {
    const made: T[] = [];
    addRing(this.#oldest.get(key), make, made);
    return made;
  }

  /** The same for all entries, key by key. */
  all<T>(make: (entry: E) => T): T[] {
    const made: T[] = [];
    for (const oldest of this.#oldest.values()) addRing(oldest, make, made);
    return made;
  }
}

function addRing<E extends { readonly next: E }, T>(oldest: E | undefined, make: (entry: E) => T, made: T[]): void {
  if (oldest === undefined) return;
  let entry = oldest;
  do {
    made.push(make(entry));
    entry = entry.next;
  } while (entry !== oldest);
}
