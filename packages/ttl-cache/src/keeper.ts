import type { Milliseconds } from '@rookery/genserver';
import type { Life } from './entry.js';
import { CacheClosedError, CacheOptionError, CacheValueError } from './errors.js';
import { formatKey } from './key.js';
import type { CompleteOptions, PutOptions } from './options.js';
import type { Problems } from './problems.js';
import { type RecentTime, SAFE_MARGIN_MS } from './recent-time.js';
import type { SingleFlight } from './single-flight.js';
import type { Revived } from './snapshot.js';
import type { Sweeper } from './sweeper.js';
import type { Extras, TtlMap } from './ttl-map.js';
import type { Guard } from './values.js';

/** What a keeper works with. */
export interface KeeperParts<Key, Value> {
  readonly options: CompleteOptions<Key, Value>;
  readonly guard: Guard;
  readonly map: TtlMap<Key, Value>;
  readonly flights: SingleFlight<Key, Value>;
  readonly time: RecentTime;
  readonly sweeper: Sweeper;
  readonly problems: Problems;
}

/** A value as it is kept. */
export interface Prepared<Value> {
  readonly value: Value;
  readonly weight: number;
}

/** Puts values into the map: how heavy, for how long, and in place of which load. */
export class Keeper<Key, Value> {
  readonly #parts: KeeperParts<Key, Value>;
  /** The life of what is put without a word; undefined where that is not all there is to say. */
  readonly #plainLife: Life | undefined;

  constructor(parts: KeeperParts<Key, Value>) {
    const { ttlMs, staleForMs, ttlJitter, weigh: ask } = parts.options;
    const isPlain = parts.guard.keep === undefined && ask === undefined && ttlJitter === 0;
    this.#parts = parts;
    this.#plainLife = isPlain ? { ttlMs, staleForMs } : undefined;
  }

  /** Returns false, and nothing is there any more, if the value is too heavy. Throws a CacheValueError if it cannot be kept. */
  keep(key: Key, value: Value, options?: PutOptions): boolean {
    if (options === undefined && this.#plainLife !== undefined) return this.#put(key, value, this.#plainLife);
    const { guard, options: own } = this.#parts;
    if (guard.keep === undefined && own.weigh === undefined) return this.set(key, value, 1, options);
    const prepared = this.prepare(key, value);
    return this.set(key, prepared.value, prepared.weight, options);
  }

  /**
   * Copies or freezes a value, and weighs it. All of that may call what belongs to the user, and so change the cache: nothing that
   * was looked up before holds any more. Throws a CacheValueError, or a CacheClosedError if the cache was closed there.
   */
  prepare(key: Key, value: Value): Prepared<Value> {
    const { options } = this.#parts;
    const kept = this.copy(key, value);
    if (options.weigh === undefined) return { value: kept, weight: 1 };
    const weight = weigh(options.weigh, kept, key);
    this.#refuseClosed(key);
    return { value: kept, weight };
  }

  /** The same without weighing. */
  copy(key: Key, value: Value): Value {
    const { keep } = this.#parts.guard;
    if (keep === undefined) return value;
    const kept = keep(value, key);
    this.#refuseClosed(key);
    return kept;
  }

  /** What was prepared. Returns false, and nothing is there any more, if it is too heavy. */
  set(key: Key, value: Value, weight: number, options?: PutOptions): boolean {
    const life = this.#lifeOf(options);
    if (weight > this.#parts.options.maxWeight) return this.#refuse(key);
    const tags = options?.tags;
    if (tags === undefined && weight === 1) return this.#put(key, value, life);
    return this.#put(key, value, life, { tags: tags && withoutRepeats(tags), weight, ageMs: 0 });
  }

  /**
   * As it was, unless there is a live value. A load under way goes on, as it brings something newer. `asOf`: by when its age was
   * that; listeners may have held up those before it.
   */
  revive({ key, value, ageMs, tags, ttlMs, staleForMs }: Revived<Key, Value>, asOf: Milliseconds): boolean {
    const { options, map } = this.#parts;
    const life = { ttlMs, staleForMs };
    const { value: kept, weight } = this.prepare(key, value);
    const now = options.clock.now();
    const age = ageMs + (now - asOf);
    if (age >= ttlMs || weight > options.maxWeight || map.peek(key)?.at(now) === 'live') return false;
    map.put(key, kept, life, now, { tags: tags && withoutRepeats(tags), weight, ageMs: age });
    this.#hasKept(life);
    return true;
  }

  #put(key: Key, value: Value, life: Life, extras?: Extras): boolean {
    const { options, map, flights, time } = this.#parts;
    flights.supersede(key);
    map.failures.delete(key);
    // A time that lags makes a life end early, never late.
    map.put(key, value, life, life.ttlMs > SAFE_MARGIN_MS ? time.now() : options.clock.now(), extras);
    this.#hasKept(life);
    return true;
  }

  /** It is too heavy. */
  #refuse(key: Key): boolean {
    const { options, map, flights } = this.#parts;
    flights.supersede(key);
    map.failures.delete(key);
    const old = map.peek(key);
    if (old !== undefined) map.remove(old.row, old.at(options.clock.now()) === 'live' ? 'replaced' : 'expired');
    return false;
  }

  #refuseClosed(key: Key): void {
    const { sweeper, options } = this.#parts;
    if (sweeper.isClosed) throw new CacheClosedError(options.label, `keep ${formatKey(key)}`);
  }

  #hasKept({ ttlMs, staleForMs }: Life): void {
    const { sweeper, problems, map } = this.#parts;
    if (!sweeper.isArmed && ttlMs + staleForMs !== Infinity) sweeper.arm();
    problems.grown(map.size);
  }

  #lifeOf(options: PutOptions | undefined): Life {
    const { ttlMs, staleForMs, ttlJitter, random } = this.#parts.options;
    const wholeMs = options?.ttlMs ?? ttlMs;
    return {
      ttlMs: ttlJitter === 0 ? wholeMs : wholeMs * (1 - ttlJitter * chance(random)),
      staleForMs: options?.staleForMs ?? staleForMs,
    };
  }
}

function weigh<Key, Value>(ask: (value: Value, key: Key) => number, value: Value, key: Key): number {
  try {
    const weight = ask(value, key);
    if (Number.isSafeInteger(weight) && weight >= 1) return weight;
    throw new CacheOptionError('weigh', 'a function that gives an integer >= 1', weight);
  } catch (error) {
    throw new CacheValueError(formatKey(key), 'weigh', error);
  }
}

/** What is no number would make a life that never ends. */
function chance(random: () => number): number {
  const drawn = random();
  if (typeof drawn === 'number' && drawn >= 0 && drawn < 1) return drawn;
  throw new CacheOptionError('random', 'a function that gives a number in [0, 1)', drawn);
}

function withoutRepeats(tags: readonly string[]): readonly string[] | undefined {
  return tags.length === 0 ? undefined : [...new Set(tags)];
}
