import { AbortListeners, type Milliseconds } from '@rookery/genserver';
import type { FetcherParts } from './fetcher-parts.js';
import type { Entry } from './entry.js';
import { isHeard, publish } from './diagnostics.js';
import { FetchAbortedError } from './errors.js';
import type { Failure } from './failures.js';
import { planStale } from './fetch-plan.js';
import { NOT_FOUND } from './found.js';
import { formatKey } from './key.js';
import type { Load } from './load.js';
import type { Loader } from './load-context.js';
import { Landing } from './landing.js';
import type { FetchOptions } from './options.js';
import type { Waiter } from './waiter.js';

interface Request<Key, Value> {
  readonly key: Key;
  readonly loader: Loader<Key, Value>;
  readonly options: FetchOptions;
  /** What there is, though it is over or old. */
  readonly entry: Entry<Key, Value> | undefined;
}

/** Gives values of keys, and loads what is missing. */
export class Fetcher<Key, Value> {
  readonly #parts: FetcherParts<Key, Value>;
  readonly #landing: Landing<Key, Value>;
  readonly #signals = new AbortListeners();

  constructor(parts: FetcherParts<Key, Value>) {
    this.#parts = parts;
    this.#landing = new Landing(parts);
  }

  /** Throws or rejects; the cache makes one of it. */
  fetch(key: Key, loader: Loader<Key, Value>, options: FetchOptions): Promise<Value> {
    const { map, stats, options: defaults } = this.#parts;
    if (options.signal?.aborted === true) throw new FetchAbortedError(formatKey(key), options.signal.reason);
    const entry = map.use(key);
    const now = entry === undefined ? Infinity : this.#parts.reads.now();
    if (entry === undefined || now >= entry.expiresAt) {
      stats.misses++;
      return this.#miss({ key, loader, options, entry: entry?.at(now) === 'stale' ? entry : undefined });
    }
    stats.hits++;
    const refreshAfterMs = options.refreshAfterMs ?? defaults.refreshAfterMs;
    if (now - entry.since >= refreshAfterMs) this.#refresh({ key, loader, options, entry });
    return Promise.resolve(this.#give(entry.value, key));
  }

  #miss(request: Request<Key, Value>): Promise<Value> {
    const { key, options, entry } = request;
    const running = this.#parts.flights.find(key);
    if (running !== undefined && entry === undefined) return this.#join(running, request, Infinity);
    const failure = this.#failure(key);
    const softTimeoutMs = options.softTimeoutMs ?? this.#parts.options.softTimeoutMs;
    if (entry === undefined)
      return failure === undefined ? this.#wait(request, Infinity) : Promise.reject(failure.error);
    const plan = planStale(failure !== undefined, softTimeoutMs);
    if (plan === 'load_behind') this.#refresh(request);
    if (plan === 'give_stale' || plan === 'load_behind') return this.#giveStale(entry);
    return this.#wait(request, plan === 'wait_softly' ? softTimeoutMs : Infinity);
  }

  #giveStale({ key, value }: Entry<Key, Value>): Promise<Value> {
    this.#parts.stats.staleHits++;
    return Promise.resolve(this.#give(value, key));
  }

  /** Loads behind what the caller gets, unless that is under way, by the caller itself too, or has failed just now. */
  #refresh(request: Request<Key, Value>): void {
    const { flights } = this.#parts;
    const running = flights.find(request.key);
    if (running !== undefined) running.isBehind = true;
    else if (this.#failure(request.key) === undefined && !flights.wouldRecur(request.key)) {
      const load = this.#open(request);
      load.isBehind = true;
      this.#launch(load, request);
    }
  }

  #wait(request: Request<Key, Value>, softTimeoutMs: Milliseconds): Promise<Value> {
    const { flights } = this.#parts;
    const running = flights.find(request.key);
    if (running !== undefined) return this.#join(running, request, softTimeoutMs);
    const load = this.#open(request);
    const promise = this.#begin(load, request, softTimeoutMs); // before the loader runs, as that may end the load
    this.#launch(load, request);
    return promise;
  }

  /** The first who waits. If that fails, by a signal that takes no listener, the key must not be left taken. */
  #begin(load: Load<Key, Value>, request: Request<Key, Value>, softTimeoutMs: Milliseconds): Promise<Value> {
    try {
      return this.#enlist(load, request, softTimeoutMs);
    } catch (error) {
      load.giveUp(error);
      throw error;
    }
  }

  /** Waits for a load that another has begun. */
  #join(load: Load<Key, Value>, request: Request<Key, Value>, softTimeoutMs: Milliseconds): Promise<Value> {
    const cycle = this.#parts.flights.ownLoad(load);
    if (cycle !== undefined) return Promise.reject(cycle);
    this.#parts.stats.coalesced++;
    return this.#enlist(load, request, softTimeoutMs);
  }

  #enlist(load: Load<Key, Value>, request: Request<Key, Value>, softTimeoutMs: Milliseconds): Promise<Value> {
    const { give } = this.#parts.guard;
    const shared = this.#waitFor(load, request, softTimeoutMs);
    // Each caller has a copy of its own.
    const own = give === undefined ? shared : shared.then((value) => give(value, request.key));
    return this.#parts.flights.watch(load, own);
  }

  #waitFor(
    load: Load<Key, Value>,
    { options: { signal } }: Request<Key, Value>,
    softTimeoutMs: Milliseconds,
  ): Promise<Value> {
    if (signal === undefined && softTimeoutMs === Infinity) return load.share();
    const waiter = load.join(signal, this.#signals);
    if (softTimeoutMs !== Infinity) this.#limit(load, waiter, softTimeoutMs);
    return waiter.promise;
  }

  #limit(load: Load<Key, Value>, waiter: Waiter<Value>, softTimeoutMs: Milliseconds): void {
    try {
      waiter.timer = this.#parts.options.clock.setTimer(softTimeoutMs, () => this.#waitedLong(load, waiter));
    } catch (error) {
      waiter.reject(error); // a clock of the user's that sets no timer
      load.leave(waiter);
    }
  }

  /** The soft timeout is over. If there is nothing stale any more, it has to wait on. */
  #waitedLong(load: Load<Key, Value>, waiter: Waiter<Value>): void {
    const entry = this.#landing.kept(load.plan.key);
    if (entry === undefined) return;
    if (entry.at(this.#now()) === 'stale') this.#parts.stats.staleHits++;
    load.isBehind = true;
    load.leave(waiter);
    waiter.resolve(entry.value);
  }

  #open({ key, options, entry }: Request<Key, Value>): Load<Key, Value> {
    return this.#parts.flights.open({
      key,
      options,
      errorTtlMs: options.errorTtlMs ?? this.#parts.options.errorTtlMs,
      stale: entry === undefined ? NOT_FOUND : { kind: 'found', value: this.#give(entry.value, key) },
      startedAt: this.#now(),
      ended: (load, outcome) => this.#landing.ended(load, outcome),
    });
  }

  #launch(load: Load<Key, Value>, { loader, options }: Request<Key, Value>): void {
    if (isHeard('loadStarted')) {
      const { plan, isBehind: isRefresh } = load;
      publish('loadStarted', { cache: this.#parts.options.label, key: plan.key, isRefresh });
    }
    if (load.isEnded) return; // a subscriber has closed the cache
    try {
      this.#parts.flights.launch(load, loader, options.loadTimeoutMs ?? this.#parts.options.loadTimeoutMs);
    } catch (error) {
      load.end({ kind: 'failed', error }); // a clock of the user's that sets no timer
    }
  }

  #failure(key: Key): Failure | undefined {
    const { failures } = this.#parts.map;
    return failures.size === 0 ? undefined : failures.find(key, this.#now());
  }

  #give(value: Value, key: Key): Value {
    const { give } = this.#parts.guard;
    return give === undefined ? value : give(value, key);
  }

  #now(): Milliseconds {
    return this.#parts.options.clock.now();
  }
}
