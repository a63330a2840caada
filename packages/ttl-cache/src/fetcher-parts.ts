import type { Keeper } from './keeper.js';
import type { CompleteOptions } from './options.js';
import type { Problems } from './problems.js';
import type { SingleFlight } from './single-flight.js';
import type { StatsCounter } from './stats.js';
import type { Sweeper } from './sweeper.js';
import type { TimeSource } from './turn-time.js';
import type { TtlMap } from './ttl-map.js';
import type { Guard } from './values.js';

/** What a fetcher works with. */
export interface FetcherParts<Key, Value> {
  readonly map: TtlMap<Key, Value>;
  readonly flights: SingleFlight<Key, Value>;
  readonly stats: StatsCounter;
  /** By which a value is live or not. */
  readonly reads: TimeSource;
  readonly options: CompleteOptions<Key, Value>;
  readonly guard: Guard;
  readonly keeper: Keeper<Key, Value>;
  readonly sweeper: Sweeper;
  readonly problems: Problems;
}
