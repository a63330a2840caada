import { type Clock, type Milliseconds, systemClock } from '@rookery/genserver';
import {
  checkDuration,
  checkFlag,
  checkFraction,
  checkFunction,
  checkInterval,
  checkKey,
  checkLimit,
  checkSignal,
  checkTags,
  checkText,
  checkTtl,
} from './checks.js';
import { CacheOptionError } from './errors.js';
import { systemDate, systemRandom } from './machine.js';
import type { ProblemListener, RemovalListener } from './removal.js';

/** What a load does unless its `fetch` says otherwise. */
export interface LoadOptions {
  /**
   * A value older than this is still given at once, and loaded anew behind it: on access only, one load at a time. If that fails
   * the value stays. Default Infinity: never.
   */
  readonly refreshAfterMs?: Milliseconds;
  /**
   * How long past its end a value is kept for `fetch` alone, which gives it when the load fails, or when it is slow: see
   * `softTimeoutMs`. `get` never sees it. Default 0.
   */
  readonly staleForMs?: Milliseconds;
  /** A `fetch` that has a stale value waits only so long for a new one; the load goes on. 0: gives it at once. Default Infinity. */
  readonly softTimeoutMs?: Milliseconds;
  /** A load that takes longer fails with a LoadTimeoutError, and its signal fires. Default 30 000. */
  readonly loadTimeoutMs?: Milliseconds;
  /** A failure is remembered for so long: `fetch` gives it, or the stale value, without loading again. Default 0: not at all. */
  readonly errorTtlMs?: Milliseconds;
}

/** How a cache is made. All of it may be left out. */
export interface TtlCacheOptions<Key = unknown, Value = unknown> extends LoadOptions {
  /** What errors and warnings call it. Default `ttl-cache`. */
  readonly label?: string;
  /** How long an entry lives unless its `put` says otherwise. Above 0; Infinity: for ever. Default 60 000. */
  readonly ttlMs?: Milliseconds;
  /** Takes up to this fraction off each life, at random, so that what was put together does not expire together. Default 0. */
  readonly ttlJitter?: number;
  /** More than this, and the least recently used go. Room for all of them is taken at once. Default Infinity, with a warning above 100 000 entries; say Infinity to be spared that. */
  readonly maxEntries?: number;
  /** More weight than this, and the least recently used go. Needs `weigh`. Default Infinity. */
  readonly maxWeight?: number;
  /** How heavy an entry is: an integer >= 1, in any unit. Asked once, as it is put. */
  readonly weigh?: (value: Value, key: Key) => number;
  /** What has expired is freed at least so often, read or not. 1 to 2^31-1. Default 30 000. */
  readonly sweepIntervalMs?: Milliseconds;
  /**
   * `shared`: the very object that was put is given to all, so nobody should change it. `frozen`: it is deeply frozen as it is
   * put (plain objects and arrays). `cloned`: it is copied (structuredClone) when put and each time it is given. Default `shared`.
   */
  readonly values?: 'shared' | 'frozen' | 'cloned';
  /**
   * Reads the machine's clock once for each turn of the event loop, instead of at each read: hits take about half the time. Within
   * one turn time then stands still: what expires while a turn runs may be given until it ends. A clock that is not the machine's
   * is read each time. Default false.
   */
  readonly timePerTurn?: boolean;
  /** Told of each entry that has gone, after it has. */
  readonly onRemoval?: RemovalListener<Key, Value>;
  /** Hears of errors that no caller gets: of a removal listener, of a load behind. Default: a warning of the process. */
  readonly onProblem?: ProblemListener;
  /** Default: the machine's monotonic clock; under a supervisor the runtime's. */
  readonly clock?: Clock;
  /** In [0, 1), for the jitter. Default Math.random. */
  readonly random?: () => number;
  /** Milliseconds since 1970, for the age of snapshots; nothing else goes by it. Default Date.now. */
  readonly date?: () => number;
}

/** How one value is put. */
export interface PutOptions {
  /** Default: the cache's. */
  readonly ttlMs?: Milliseconds;
  /** Default: the cache's. */
  readonly staleForMs?: Milliseconds;
  /** What `deleteTag` finds it by. */
  readonly tags?: readonly string[];
}

/** How one value is fetched. What is left out is the cache's default. */
export interface FetchOptions extends PutOptions, LoadOptions {
  readonly staleForMs?: Milliseconds;
  /** Ends the waiting of this caller. The load is aborted when all who wait for it have gone. */
  readonly signal?: AbortSignal;
}

type Limits = Required<Pick<TtlCacheOptions, 'ttlMs' | 'ttlJitter' | 'maxEntries' | 'maxWeight' | 'sweepIntervalMs'>>;

/** The options, complete. */
export interface CompleteOptions<Key, Value> extends Required<LoadOptions>, Limits {
  readonly label: string;
  /** Whether nobody has thought about a limit. */
  readonly isUnlimited: boolean;
  readonly weigh: ((value: Value, key: Key) => number) | undefined;
  readonly values: 'shared' | 'frozen' | 'cloned';
  readonly timePerTurn: boolean;
  readonly onRemoval: RemovalListener<Key, Value> | undefined;
  readonly onProblem: ProblemListener | undefined;
  readonly clock: Clock;
  readonly random: () => number;
  readonly date: () => number;
}

const DEFAULTS = {
  label: 'ttl-cache',
  ttlMs: 60_000,
  ttlJitter: 0,
  sweepIntervalMs: 30_000,
  refreshAfterMs: Infinity,
  staleForMs: 0,
  softTimeoutMs: Infinity,
  loadTimeoutMs: 30_000,
  errorTtlMs: 0,
  values: 'shared',
  timePerTurn: false,
} as const;

/** Checks what came, once, and fills in the rest. */
export function completeOptions<Key, Value>(options: TtlCacheOptions<Key, Value>): CompleteOptions<Key, Value> {
  if (typeof options !== 'object' || options === null) throw new CacheOptionError('options', 'an object', options);
  const { maxEntries, maxWeight, weigh, onRemoval, onProblem } = options;
  const complete: CompleteOptions<Key, Value> = {
    ...DEFAULTS,
    clock: systemClock,
    random: systemRandom,
    date: systemDate,
    ...withoutUndefined(options),
    isUnlimited: maxEntries === undefined && maxWeight === undefined,
    maxEntries: maxEntries ?? Infinity,
    maxWeight: maxWeight ?? Infinity,
    weigh,
    onRemoval,
    onProblem,
  };
  checkOptions(complete);
  return complete;
}

/** As if what is undefined had been left out. */
function withoutUndefined<T extends object>(options: T): T {
  return Object.fromEntries(Object.entries(options).filter(([, value]) => value !== undefined)) as T;
}

function checkOptions<Key, Value>(options: CompleteOptions<Key, Value>): void {
  checkText('label', options.label);
  checkTtl('ttlMs', options.ttlMs);
  checkFraction('ttlJitter', options.ttlJitter);
  checkInterval('sweepIntervalMs', options.sweepIntervalMs);
  checkLimit('maxEntries', options.maxEntries);
  checkLimit('maxWeight', options.maxWeight);
  checkFlag('timePerTurn', options.timePerTurn);
  checkLoadOptions(options);
  for (const name of ['weigh', 'onRemoval', 'onProblem', 'random', 'date'] as const) {
    if (options[name] !== undefined) checkFunction(name, options[name]);
  }
  if ((options.weigh === undefined) !== (options.maxWeight === Infinity)) {
    throw new CacheOptionError('weigh', 'given together with a finite maxWeight, or not at all', options.weigh);
  }
  if (!['shared', 'frozen', 'cloned'].includes(options.values)) {
    throw new CacheOptionError('values', `one of 'shared', 'frozen', 'cloned'`, options.values);
  }
  if (typeof options.clock?.now !== 'function' || typeof options.clock.setTimer !== 'function') {
    throw new CacheOptionError('clock', 'a Clock', options.clock);
  }
}

/** Of a cache, or of one fetch. What is undefined is the default. */
function checkLoadOptions(options: LoadOptions): void {
  for (const name of ['refreshAfterMs', 'staleForMs', 'softTimeoutMs', 'errorTtlMs'] as const) {
    if (options[name] !== undefined) checkDuration(name, options[name]);
  }
  if (options.loadTimeoutMs !== undefined) checkTtl('loadTimeoutMs', options.loadTimeoutMs);
}

/** The arguments of `put`. */
export function checkPut(key: unknown, options: Milliseconds | PutOptions | undefined): void {
  checkKey(key);
  if (typeof options === 'number') checkTtl('ttlMs', options);
  else if (options !== undefined) checkPutOptions(options);
}

/** The arguments of `fetch`. */
export function checkFetch(key: unknown, loader: unknown, options: FetchOptions): void {
  checkKey(key);
  checkFunction('loader', loader);
  checkPutOptions(options);
  checkLoadOptions(options);
  checkSignal(options.signal);
}

function checkPutOptions(options: PutOptions): void {
  if (typeof options !== 'object' || options === null) {
    throw new CacheOptionError('options', 'a ttl in milliseconds or an object', options);
  }
  const { ttlMs, staleForMs, tags } = options;
  if (ttlMs !== undefined) checkTtl('ttlMs', ttlMs);
  if (staleForMs !== undefined) checkDuration('staleForMs', staleForMs);
  if (tags !== undefined) checkTags(tags);
}
