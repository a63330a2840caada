import type { Milliseconds } from '@rookery/genserver';
import { WheelNode } from './expiry-wheel.js';

/** A load that failed not long ago. */
export class Failure<Key> extends WheelNode {
  constructor(
    readonly key: Key,
    readonly error: unknown,
    readonly dueAt: Milliseconds,
  ) {
    super();
  }
}

/** The loads that failed and are not to be tried again yet, by key. The oldest go when there are too many. */
export class Failures<Key> {
  readonly #byKey = new Map<Key, Failure<Key>>();

  constructor(private readonly most: number) {}

  get size(): number {
    return this.#byKey.size;
  }

  find(key: Key, now: Milliseconds): Failure<Key> | undefined {
    const failure = this.#byKey.get(key);
    return failure !== undefined && now < failure.dueAt ? failure : undefined;
  }

  add(key: Key, error: unknown, until: Milliseconds): Failure<Key> {
    this.delete(key);
    for (const oldest of this.#byKey.keys()) {
      if (this.#byKey.size < this.most) break;
      this.delete(oldest);
    }
    const failure = new Failure(key, error, until);
    this.#byKey.set(key, failure);
    return failure;
  }

  delete(key: Key): void {
    if (this.#byKey.size === 0) return;
    this.#byKey.get(key)?.unlink();
    this.#byKey.delete(key);
  }

  /** Its time is over. */
  drop(node: WheelNode): void {
    if (node instanceof Failure) this.#byKey.delete((node as Failure<Key>).key);
  }

  clear(): void {
    this.#byKey.clear();
  }
}
