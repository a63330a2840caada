import { isHeard, publish } from './diagnostics.js';
import { Fetcher } from './fetcher.js';
import { Keeper } from './keeper.js';
import type { CompleteOptions } from './options.js';
import { Problems } from './problems.js';
import { RecentTime } from './recent-time.js';
import { SingleFlight } from './single-flight.js';
import { StatsCounter } from './stats.js';
import { Sweeper } from './sweeper.js';
import { TtlMap } from './ttl-map.js';
import { type Guard, GUARDS } from './values.js';

/** So much of a sweep is done before the event loop goes on: ten times a hundred entries, or what fits into a millisecond. */
const SLICE = { chunks: 10, chunk: 100, ms: 1 };
/** Into how many parts the time between two sweeps is divided. What is in the last one is looked at twice. */
const SLOTS_A_SWEEP = 32;

/** What a cache is made of. */
export interface Parts<Key, Value> {
  readonly options: CompleteOptions<Key, Value>;
  readonly guard: Guard;
  readonly time: RecentTime;
  readonly stats: StatsCounter;
  readonly map: TtlMap<Key, Value>;
  readonly flights: SingleFlight<Key, Value>;
  readonly sweeper: Sweeper;
  readonly keeper: Keeper<Key, Value>;
  readonly fetcher: Fetcher<Key, Value>;
}

/** Puts a cache together. `idle`: told when the last load under way has ended. */
export function makeParts<Key, Value>(options: CompleteOptions<Key, Value>, idle?: () => void): Parts<Key, Value> {
  const { clock, values } = options;
  const guard = GUARDS[values];
  const stats = new StatsCounter();
  const problems = new Problems<Key, Value>(options);
  const map = makeMap(options, stats, problems);
  const sweeper = makeSweeper(options, map, stats);
  const common = {
    options,
    guard,
    map,
    sweeper,
    problems,
    stats,
    time: new RecentTime(clock),
    flights: new SingleFlight<Key, Value>(clock, options.label, idle),
  };
  const keeper = new Keeper<Key, Value>(common);
  const fetcher = new Fetcher<Key, Value>({ ...common, keeper });
  return { ...common, keeper, fetcher };
}

function makeMap<Key, Value>(
  { label, maxEntries, maxWeight, sweepIntervalMs, clock }: CompleteOptions<Key, Value>,
  stats: StatsCounter,
  problems: Problems<Key, Value>,
): TtlMap<Key, Value> {
  return new TtlMap<Key, Value>({
    maxEntries,
    maxWeight,
    slotMs: Math.max(1, sweepIntervalMs / SLOTS_A_SWEEP),
    now: clock.now(),
    removed: (key, value, cause) => {
      stats.removed(cause);
      if (cause === 'evicted' && isHeard('eviction')) publish('eviction', { cache: label, key });
      problems.removed(key, value, cause);
    },
  });
}

function makeSweeper<Key, Value>(
  { label, clock, sweepIntervalMs }: CompleteOptions<Key, Value>,
  map: TtlMap<Key, Value>,
  stats: StatsCounter,
): Sweeper {
  let begun = { at: 0, expirations: 0 };
  const tell = (): void => {
    const [expired, durationMs] = [stats.expirations - begun.expirations, clock.now() - begun.at];
    publish('sweep', { cache: label, expired, durationMs, entries: map.size });
  };
  return new Sweeper(clock, sweepIntervalMs, {
    hasMore: () => map.expires,
    advance: () => {
      begun = { at: clock.now(), expirations: stats.expirations };
      map.advance(begun.at);
    },
    sweepSlice: () => {
      const until = clock.now() + SLICE.ms;
      for (let chunk = 0; chunk < SLICE.chunks && clock.now() < until; chunk++) {
        if (map.sweep(clock.now(), SLICE.chunk)) continue;
        if (isHeard('sweep')) tell();
        return false;
      }
      return true;
    },
  });
}
