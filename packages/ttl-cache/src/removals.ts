import { isHeard, publish } from './diagnostics.js';
import { RemovalLoopError } from './errors.js';
import { formatKey } from './key.js';
import type { Problems } from './problems.js';
import type { RemovalCause, RemovalListener } from './removal.js';

/** So many removals may follow from each other, each made by the listener that was told of the one before. */
const LONGEST_CHAIN = 1000;

interface Removal<Key, Value> {
  readonly key: Key;
  readonly value: Value;
  readonly cause: RemovalCause;
  /** The how-manieth it is of those that follow from each other. */
  readonly link: number;
}

export interface RemovalsOptions<Key, Value> {
  readonly label: string;
  readonly onRemoval: RemovalListener<Key, Value> | undefined;
  readonly problems: Problems;
}

/**
 * Tells of what has gone. What goes because a listener changes the cache is told after that listener has returned, before the
 * call that began it all returns: however long that chain, the stack does not grow.
 */
export class Removals<Key, Value> {
  readonly #options: RemovalsOptions<Key, Value>;
  #waiting: Removal<Key, Value>[] = [];
  /** Of the removal that is being told of; 0: none is. */
  #link = 0;

  constructor(options: RemovalsOptions<Key, Value>) {
    this.#options = options;
  }

  add(key: Key, value: Value, cause: RemovalCause): void {
    if (this.#options.onRemoval === undefined && !(cause === 'evicted' && isHeard('eviction'))) return;
    const removal = { key, value, cause, link: this.#link + 1 };
    if (this.#link > 0) this.#waiting.push(removal);
    else this.#tellAll(removal);
  }

  /** Throws a RemovalLoopError in a listener that would go on for ever, as it puts what makes another entry go, of which it is told, and so on. */
  refuseLoop(key: Key): void {
    if (this.#link >= LONGEST_CHAIN) throw new RemovalLoopError(this.#options.label, formatKey(key), this.#link);
  }

  #tellAll(first: Removal<Key, Value>): void {
    try {
      this.#tell(first);
      while (this.#waiting.length > 0) this.#tellWaiting();
    } finally {
      this.#link = 0;
    }
  }

  #tellWaiting(): void {
    const removals = this.#waiting;
    this.#waiting = []; // so that what has been told is not held as long as the chain goes on
    for (const removal of removals) this.#tell(removal);
  }

  #tell({ key, value, cause, link }: Removal<Key, Value>): void {
    const { label, onRemoval, problems } = this.#options;
    this.#link = link;
    if (cause === 'evicted' && isHeard('eviction')) publish('eviction', { cache: label, key });
    if (onRemoval !== undefined) problems.tell(onRemoval, key, value, cause);
  }
}
