import type { Clock, Milliseconds } from '@rookery/genserver';
import { CacheClosedError, type LoadCycleError } from './errors.js';
import { formatKey } from './key.js';
import { Load, type LoadPlan } from './load.js';
import type { Loader } from './load-context.js';
import { LoadNode, recursionOf, Wait } from './load-node.js';
import { loadScope } from './load-scope.js';
import { NestedPromise } from './nested-promise.js';

/** The loads under way: one for each key that may still be joined, and those whose result is not wanted any more. */
export class SingleFlight<Key, Value> {
  readonly #clock: Clock;
  readonly #label: string;
  readonly #idle: (() => void) | undefined;
  /** Stands for this cache where nothing of it may be held. */
  readonly #owner = {};
  readonly #byKey = new Map<Key, Load<Key, Value>>();
  readonly #running = new Set<Load<Key, Value>>();

  /** `label`: what errors call the cache. `idle`: told when no load is under way any more. */
  constructor(clock: Clock, label: string, idle?: () => void) {
    this.#clock = clock;
    this.#label = label;
    this.#idle = idle;
  }

  get isIdle(): boolean {
    return this.#running.size === 0;
  }

  /** The load of this key that may be joined. */
  find(key: Key): Load<Key, Value> | undefined {
    return this.#byKey.get(key);
  }

  /** Whether the loader that runs here, if one does, would begin itself again by a load of this key. */
  wouldRecur(key: Key): boolean {
    return this.#recursion(key) !== undefined;
  }

  /** Begins a load. `call` the loader by `launch`. Throws a LoadCycleError if the loader that runs here would begin itself again. */
  open(plan: LoadPlan<Key, Value>): Load<Key, Value> {
    const { current } = loadScope;
    const recursion = this.#recursion(plan.key);
    if (recursion !== undefined) throw recursion;
    const load = new Load(plan, new LoadNode(this.#owner, this.#label, plan.key, current));
    this.#byKey.set(plan.key, load);
    this.#running.add(load);
    loadScope.enter();
    return load;
  }

  /** Calls the loader, here and now, so that it runs in the async context of its caller. */
  launch(load: Load<Key, Value>, loader: Loader<Key, Value>, timeoutMs: Milliseconds): void {
    load.run(loader, this.#clock, timeoutMs);
  }

  /** A load has ended. */
  close(load: Load<Key, Value>): void {
    if (this.#byKey.get(load.plan.key) === load) this.#byKey.delete(load.plan.key);
    if (!this.#running.delete(load)) return;
    loadScope.leave();
    if (this.#running.size === 0) this.#idle?.();
  }

  /** Something else happened to the key: the result is for those who wait, and nobody joins them. */
  supersede(key: Key): void {
    if (this.#byKey.size === 0) return;
    const load = this.#byKey.get(key);
    if (load === undefined) return;
    load.isCurrent = false;
    this.#byKey.delete(key);
  }

  /** The same for all keys. */
  supersedeAll(): void {
    for (const load of this.#byKey.values()) load.isCurrent = false;
    this.#byKey.clear();
  }

  /** The same for those that have the tag, as far as is known now; the others are asked about it when they end. */
  supersedeTag(tag: string): void {
    for (const load of this.#byKey.values()) {
      (load.deletedTags ??= new Set()).add(tag);
      if (load.plan.options.tags?.includes(tag) === true) this.supersede(load.plan.key);
    }
  }

  /** Whoever waits is told that the cache is closed; loaders are told to stop. */
  abortAll(cache: string): void {
    for (const load of this.#running) load.giveUp(new CacheClosedError(cache, `fetch ${formatKey(load.plan.key)}`));
  }

  /** The error of a loader that asks for the very load that it is. */
  ownLoad(load: Load<Key, Value>): LoadCycleError | undefined {
    const { current } = loadScope;
    return current === load.node ? recursionOf(current, this.#owner, load.plan.key) : undefined;
  }

  /** Without a load that nobody can join any more there is none: its key would be joined. So most are spared the look. */
  #recursion(key: Key): LoadCycleError | undefined {
    const isPossible = this.#running.size > this.#byKey.size;
    return isPossible ? recursionOf(loadScope.current, this.#owner, key) : undefined;
  }

  /** The promise of a load, for who asks here: in a loader it notices when that waits for ever. */
  watch(load: Load<Key, Value>, promise: Promise<Value>): Promise<Value> {
    const { current } = loadScope;
    return current === undefined ? promise : NestedPromise.of(promise, new Wait(current, load.node, promise));
  }
}
