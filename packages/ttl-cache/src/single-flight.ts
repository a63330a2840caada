import { AsyncLocalStorage } from 'node:async_hooks';
import type { Clock, Milliseconds } from '@rookery/genserver';
import { CacheClosedError, LoadCycleError } from './errors.js';
import { formatKey } from './key.js';
import { Load, type LoadPlan } from './load.js';
import type { Loader } from './load-context.js';

/** The loads under way: one for each key that may still be joined, and those whose result is not wanted any more. */
export class SingleFlight<Key, Value> {
  readonly #clock: Clock;
  readonly #byKey = new Map<Key, Load<Key, Value>>();
  readonly #running = new Set<Load<Key, Value>>();
  /** The load whose loader runs here. Off while no load runs, as on Node 20 it makes every promise of the program slower. */
  readonly #current = new AsyncLocalStorage<Load<Key, Value>>();

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /** The load of this key that may be joined. */
  find(key: Key): Load<Key, Value> | undefined {
    return this.#byKey.get(key);
  }

  /** Begins a load. `call` the loader by `launch`. */
  open(plan: LoadPlan<Key, Value>): Load<Key, Value> {
    const load = new Load(plan);
    this.#byKey.set(plan.key, load);
    this.#running.add(load);
    return load;
  }

  /** Calls the loader, here and now, so that it runs in the async context of its caller. */
  launch(load: Load<Key, Value>, loader: Loader<Key, Value>, timeoutMs: Milliseconds): void {
    load.run(loader, this.#clock, timeoutMs, (work) => this.#current.run(load, work));
  }

  /** A load has ended. */
  close(load: Load<Key, Value>): void {
    if (this.#byKey.get(load.plan.key) === load) this.#byKey.delete(load.plan.key);
    this.#running.delete(load);
    if (this.#running.size === 0) this.#current.disable();
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

  /** The loader that runs here, if one does, is about to wait for a load. Throws if that waits for it. Gives how to take it back. */
  enter(load: Load<Key, Value>): (() => void) | undefined {
    const current = this.#current.getStore();
    if (current === undefined || current.isEnded) return undefined;
    const path = pathTo(current, load);
    if (path !== undefined) throw new LoadCycleError([current, ...path].map(({ plan }) => formatKey(plan.key)));
    const waitsFor = (current.waitsFor ??= new Map<Load<Key, Value>, number>());
    waitsFor.set(load, (waitsFor.get(load) ?? 0) + 1);
    return () => {
      const times = waitsFor.get(load) ?? 0;
      if (times > 1) waitsFor.set(load, times - 1);
      else waitsFor.delete(load);
    };
  }
}

/** From who is waited for to the one who waits, along what each waits for. */
function pathTo<Key, Value>(
  goal: Load<Key, Value>,
  from: Load<Key, Value>,
  seen = new Set<Load<Key, Value>>(),
): readonly Load<Key, Value>[] | undefined {
  if (from === goal) return [from];
  if (from.isEnded || seen.has(from)) return undefined;
  seen.add(from);
  for (const next of from.waitsFor?.keys() ?? []) {
    const path = pathTo(goal, next, seen);
    if (path !== undefined) return [from, ...path];
  }
  return undefined;
}
