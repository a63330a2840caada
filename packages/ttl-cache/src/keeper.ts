import type { Life } from './entry.js';
import { CacheOptionError } from './errors.js';
import type { CompleteOptions, PutOptions } from './options.js';
import type { Problems } from './problems.js';
import { type RecentTime, SAFE_MARGIN_MS } from './recent-time.js';
import type { SingleFlight } from './single-flight.js';
import type { Revived } from './snapshot.js';
import type { Sweeper } from './sweeper.js';
import type { TtlMap } from './ttl-map.js';

/** What a keeper works with. */
export interface KeeperParts<Key, Value> {
  readonly options: CompleteOptions<Key, Value>;
  readonly map: TtlMap<Key, Value>;
  readonly flights: SingleFlight<Key, Value>;
  readonly time: RecentTime;
  readonly sweeper: Sweeper;
  readonly problems: Problems<Key, Value>;
}

/** Puts values into the map: how heavy, for how long, and in place of which load. */
export class Keeper<Key, Value> {
  readonly #parts: KeeperParts<Key, Value>;

  constructor(parts: KeeperParts<Key, Value>) {
    this.#parts = parts;
  }

  /** Returns false, and nothing is there any more, if the value is too heavy. */
  keep(key: Key, value: Value, options: PutOptions): boolean {
    const { options: own, map, flights, time } = this.#parts;
    const weight = this.#weightOf(value, key);
    flights.supersede(key);
    map.failures.delete(key);
    if (weight > own.maxWeight) {
      const old = map.peek(key);
      if (old !== undefined) map.remove(old, old.at(own.clock.now()) === 'live' ? 'replaced' : 'expired');
      return false;
    }
    const life = this.#lifeOf(options);
    // A time that lags makes a life end early, never late.
    const now = life.ttlMs > SAFE_MARGIN_MS ? time.now() : own.clock.now();
    const { tags } = options;
    if (tags === undefined && weight === 1) map.put(key, value, life, now);
    else map.put(key, value, life, now, { tags: tags && withoutRepeats(tags), weight, ageMs: 0 });
    this.#hasKept(life);
    return true;
  }

  /** As it was. A load under way goes on, as it brings something newer. */
  revive({ key, value, ageMs, tags, ...life }: Revived<Key, Value>): boolean {
    const { options, map } = this.#parts;
    const weight = this.#weightOf(value, key);
    if (weight > options.maxWeight) return false;
    map.put(key, value, life, options.clock.now(), { tags: tags && withoutRepeats(tags), weight, ageMs });
    this.#hasKept(life);
    return true;
  }

  #hasKept({ ttlMs, staleForMs }: Life): void {
    const { sweeper, problems, map } = this.#parts;
    if (!sweeper.isArmed && ttlMs + staleForMs !== Infinity) sweeper.arm();
    problems.grown(map.size);
  }

  #weightOf(value: Value, key: Key): number {
    const { weigh } = this.#parts.options;
    if (weigh === undefined) return 1;
    const weight = weigh(value, key);
    if (Number.isSafeInteger(weight) && weight >= 1) return weight;
    throw new CacheOptionError('weigh', 'a function that gives an integer >= 1', weight);
  }

  #lifeOf({ ttlMs, staleForMs }: PutOptions): Life {
    const { options } = this.#parts;
    const { ttlJitter, random } = options;
    if (ttlMs === undefined && staleForMs === undefined && ttlJitter === 0) return options;
    const wholeMs = ttlMs ?? options.ttlMs;
    return {
      ttlMs: ttlJitter === 0 ? wholeMs : wholeMs * (1 - ttlJitter * random()),
      staleForMs: staleForMs ?? options.staleForMs,
    };
  }
}

function withoutRepeats(tags: readonly string[]): readonly string[] | undefined {
  return tags.length === 0 ? undefined : [...new Set(tags)];
}
