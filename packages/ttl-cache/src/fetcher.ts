import type { Milliseconds } from '@rookery/genserver';
import type { Entry } from './entry.js';
import { FetchAbortedError } from './errors.js';
import type { Failure } from './failures.js';
import { planStale } from './fetch-plan.js';
import { NOT_FOUND } from './found.js';
import { formatKey } from './key.js';
import type { Load, Outcome } from './load.js';
import type { Loader } from './load-context.js';
import type { Keeper } from './keeper.js';
import type { CompleteOptions, FetchOptions, PutOptions } from './options.js';
import type { Problems } from './problems.js';
import type { SingleFlight } from './single-flight.js';
import type { StatsCounter } from './stats.js';
import type { Sweeper } from './sweeper.js';
import type { TtlMap } from './ttl-map.js';
import type { Guard } from './values.js';
import type { Waiter } from './waiter.js';

/** What a fetcher works with. */
export interface FetcherParts<Key, Value> {
  readonly map: TtlMap<Key, Value>;
  readonly flights: SingleFlight<Key, Value>;
  readonly stats: StatsCounter;
  readonly options: CompleteOptions<Key, Value>;
  readonly guard: Guard;
  readonly keeper: Keeper<Key, Value>;
  readonly sweeper: Sweeper;
  readonly problems: Problems<Key, Value>;
}

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

  constructor(parts: FetcherParts<Key, Value>) {
    this.#parts = parts;
  }

  /** Throws or rejects; the cache makes one of it. */
  fetch(key: Key, loader: Loader<Key, Value>, options: FetchOptions): Promise<Value> {
    const { give } = this.#parts.guard;
    const kept = this.#fetch(key, loader, options);
    return give === undefined ? kept : kept.then((value) => give(value)); // each caller has a copy of its own
  }

  #fetch(key: Key, loader: Loader<Key, Value>, options: FetchOptions): Promise<Value> {
    const { map, stats, options: defaults } = this.#parts;
    if (options.signal?.aborted === true) throw new FetchAbortedError(formatKey(key), options.signal.reason);
    const entry = map.use(key);
    const now = entry === undefined ? Infinity : this.#now();
    if (entry === undefined || now >= entry.expiresAt) {
      stats.misses++;
      return this.#miss({ key, loader, options, entry: entry?.at(now) === 'stale' ? entry : undefined });
    }
    stats.hits++;
    const refreshAfterMs = options.refreshAfterMs ?? defaults.refreshAfterMs;
    if (now - entry.since >= refreshAfterMs) this.#refresh({ key, loader, options, entry });
    return Promise.resolve(entry.value);
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

  #giveStale({ value }: Entry<Key, Value>): Promise<Value> {
    this.#parts.stats.staleHits++;
    return Promise.resolve(value);
  }

  /** Loads behind what the caller gets, unless that is under way or has failed just now. */
  #refresh(request: Request<Key, Value>): void {
    const { flights } = this.#parts;
    const running = flights.find(request.key);
    if (running !== undefined) running.isBehind = true;
    else if (this.#failure(request.key) === undefined) {
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
    const leave = flights.enter(load);
    const promise = this.#enlist(load, request, softTimeoutMs); // before the loader runs, as that may end the load
    this.#launch(load, request);
    if (leave !== undefined) promise.then(leave, leave);
    return promise;
  }

  /** Waits for a load that another has begun. */
  #join(load: Load<Key, Value>, request: Request<Key, Value>, softTimeoutMs: Milliseconds): Promise<Value> {
    const leave = this.#parts.flights.enter(load);
    this.#parts.stats.coalesced++;
    const promise = this.#enlist(load, request, softTimeoutMs);
    if (leave !== undefined) promise.then(leave, leave);
    return promise;
  }

  #enlist(load: Load<Key, Value>, { options: { signal } }: Request<Key, Value>, softTimeoutMs: number): Promise<Value> {
    if (signal === undefined && softTimeoutMs === Infinity) return load.share();
    const waiter = load.join(signal);
    if (softTimeoutMs !== Infinity) {
      waiter.timer = this.#parts.options.clock.setTimer(softTimeoutMs, () => this.#waitedLong(load, waiter));
    }
    return waiter.promise;
  }

  /** The soft timeout is over. If there is nothing stale any more, it has to wait on. */
  #waitedLong(load: Load<Key, Value>, waiter: Waiter<Value>): void {
    const entry = this.#kept(load.plan.key);
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
      stale: entry === undefined ? NOT_FOUND : { kind: 'found', value: this.#give(entry.value) },
      startedAt: this.#now(),
      ended: (load, outcome) => this.#ended(load, outcome),
    });
  }

  #launch(load: Load<Key, Value>, { loader, options }: Request<Key, Value>): void {
    this.#parts.flights.launch(load, loader, options.loadTimeoutMs ?? this.#parts.options.loadTimeoutMs);
  }

  #ended(load: Load<Key, Value>, outcome: Outcome<Value>): Outcome<Value> {
    const { flights, stats } = this.#parts;
    flights.close(load);
    stats.totalLoadMs += this.#now() - load.plan.startedAt;
    if (outcome.kind === 'loaded') stats.loadSuccesses++;
    else stats.loadFailures++;
    if (outcome.kind === 'given_up') return outcome;
    const given = outcome.kind === 'loaded' ? this.#loaded(load, outcome.value) : this.#failed(load, outcome.error);
    if (given.kind !== 'loaded' && load.waiting === 0)
      this.#parts.problems.report(given.error, { during: 'refresh', key: load.plan.key });
    return given;
  }

  /** Who waited gets what was put meanwhile, if something was; else what was loaded, even if it may not be kept. */
  #loaded(load: Load<Key, Value>, value: Value): Outcome<Value> {
    const { key, options } = load.plan;
    const newer = load.isCurrent ? undefined : this.#kept(key);
    if (newer?.at(this.#now()) === 'live') return { kind: 'loaded', value: newer.value };
    const tags = load.wishes.tags ?? options.tags ?? [];
    const isKept = load.isCurrent && !load.wishes.isSkipped && !tags.some((tag) => load.deletedTags?.has(tag));
    if (!isKept) return { kind: 'loaded', value };
    try {
      const ttlMs = load.wishes.ttlMs ?? options.ttlMs;
      const kept = this.#parts.guard.keep(value);
      this.#parts.keeper.keep(key, kept, { ...options, ttlMs, tags } as PutOptions);
      return { kind: 'loaded', value: kept };
    } catch (error) {
      return { kind: 'failed', error }; // it cannot be weighed, or copied
    }
  }

  #failed(load: Load<Key, Value>, error: unknown): Outcome<Value> {
    const { key, errorTtlMs } = load.plan;
    const now = this.#now();
    if (load.isCurrent && errorTtlMs > 0) {
      this.#parts.map.fail(key, error, now + errorTtlMs);
      this.#parts.sweeper.arm();
    }
    const entry = this.#kept(key);
    if (entry === undefined || load.waiting === 0) return { kind: 'failed', error };
    if (entry.at(now) === 'stale') this.#parts.stats.staleHits += load.waiting;
    return { kind: 'loaded', value: entry.value };
  }

  #failure(key: Key): Failure<Key> | undefined {
    const { failures } = this.#parts.map;
    return failures.size === 0 ? undefined : failures.find(key, this.#now());
  }

  /** What may be given instead of a new value. */
  #kept(key: Key): Entry<Key, Value> | undefined {
    const entry = this.#parts.map.peek(key);
    return entry === undefined || entry.at(this.#now()) === 'gone' ? undefined : entry;
  }

  #give(value: Value): Value {
    const { give } = this.#parts.guard;
    return give === undefined ? value : give(value);
  }

  #now(): Milliseconds {
    return this.#parts.options.clock.now();
  }
}
