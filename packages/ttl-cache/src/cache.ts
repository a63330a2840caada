import type { Milliseconds } from '@rookery/genserver';
import type { Lookup } from './found.js';
import type { Loader } from './load-context.js';
import type { FetchOptions, PutOptions } from './options.js';
import type { CacheSnapshot } from './snapshot.js';
import type { CacheStats } from './stats.js';

/**
 * What every cache of this package can do: a `TtlCache`, and a `TtlCacheRef` to a supervised one. Keys are compared as a Map
 * compares them; any value but `undefined` and `null` is a key. Values may be anything, also `undefined` and `null`.
 */
export interface Cache<Key, Value> {
  /** How many entries are held, those included that have expired and were not swept yet. */
  readonly size: number;
  /** The live value, which counts as a hit and a use; else a miss. What has expired is removed on the way. */
  get(key: Key): Lookup<Value>;
  /** The same, but counts as nothing and removes nothing. */
  peek(key: Key): Lookup<Value>;
  /** Whether there is a live value. Counts as nothing. */
  has(key: Key): boolean;
  /**
   * Keeps a value, for the cache's `ttlMs` unless said otherwise. A load of this key that is under way will not replace it.
   * Returns false if it was not kept: heavier than `maxWeight`, and then what was there is gone, too.
   */
  put(key: Key, value: Value, options?: Milliseconds | PutOptions): boolean;
  /**
   * The live value, or what the loader gives. One load runs for each key, however many ask; its failure is everybody's. Rejects
   * with what the loader threw, or with a LoadTimeoutError, FetchAbortedError, LoadCycleError, CacheClosedError or, for wrong
   * arguments, a CacheOptionError.
   */
  fetch(key: Key, loader: Loader<Key, Value>, options?: FetchOptions): Promise<Value>;
  /** Lets a live entry begin its life anew: with the life it was given, or another. It is as if it had just been put. Returns false if there is none. */
  touch(key: Key, ttlMs?: Milliseconds): boolean;
  /** The milliseconds that a live entry has left, Infinity if it does not expire; undefined if there is none. */
  ttl(key: Key): Milliseconds | undefined;
  /** Removes an entry; a load of this key that is under way will not bring it back. Returns whether there was a live one. */
  delete(key: Key): boolean;
  /** Removes all that has this tag; loads that are under way will not bring it back. Returns how many live entries there were. */
  deleteTag(tag: string): number;
  /** Removes everything; loads that are under way bring nothing back. */
  clear(): void;
  /** The live entries. The order is that of putting; with `maxEntries` or `maxWeight` the least recently used come first. */
  entries(): IterableIterator<[Key, Value]>;
  keys(): IterableIterator<Key>;
  values(): IterableIterator<Value>;
  [Symbol.iterator](): IterableIterator<[Key, Value]>;
  stats(): CacheStats;
  /** The live entries with what is left of their lives. Plain data: JSON if keys and values are. */
  snapshot(): CacheSnapshot<Key, Value>;
  /**
   * Puts what is in a snapshot and has not expired since it was taken. A key that has a live value keeps that. Returns how many
   * were put. Time between programs goes by the date: a date that was set back lets entries live longer, by no more than they had left.
   */
  restore(snapshot: CacheSnapshot<Key, Value>): number;
}
