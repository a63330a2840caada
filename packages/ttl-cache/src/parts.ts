import { isHeard, publish } from './diagnostics.js';
import { Fetcher } from './fetcher.js';
import { Keeper } from './keeper.js';
import type { CompleteOptions } from './options.js';
import { isMachine } from './process-clock.js';
import { Problems } from './problems.js';
import { RecentTime } from './recent-time.js';
import { Removals } from './removals.js';
import { SingleFlight } from './single-flight.js';
import { StatsCounter } from './stats.js';
import { Sweeper } from './sweeper.js';
import { type TimeSource, TurnTime } from './turn-time.js';
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
  /** By which an entry is live or not: the clock, unless the time is to stand still for a turn. */
  readonly reads: TimeSource;
  /** Forgets what was read of the clock; nothing is left for the next turn. */
  readonly endTurn: () => void;
  readonly stats: StatsCounter;
  readonly map: TtlMap<Key, Value>;
  readonly flights: SingleFlight<Key, Value>;
  readonly removals: Removals<Key, Value>;
  readonly sweeper: Sweeper;
  readonly keeper: Keeper<Key, Value>;
  readonly fetcher: Fetcher<Key, Value>;
}

/** Puts a cache together. `idle`: told when the last load under way has ended. */
export function makeParts<Key, Value>(options: CompleteOptions<Key, Value>, idle?: () => void): Parts<Key, Value> {
  const { clock, values, timePerTurn } = options;
  const guard = GUARDS[values];
  const stats = new StatsCounter();
  const problems = new Problems(options);
  const removals = new Removals<Key, Value>({ ...options, problems });
  const map = makeMap(options, stats, removals);
  const sweeper = makeSweeper(options, map, stats);
  const turn = timePerTurn && isMachine(clock) ? new TurnTime(clock) : undefined;
  const time = new RecentTime(clock);
  const common = {
    options,
    guard,
    map,
    sweeper,
    problems,
    removals,
    stats,
    time,
    reads: turn ?? clock,
    endTurn: (): void => {
      time.close();
      turn?.close();
    },
    flights: new SingleFlight<Key, Value>(clock, options.label, idle),
  };
  const keeper = new Keeper<Key, Value>(common);
  const fetcher = new Fetcher<Key, Value>({ ...common, keeper });
  return { ...common, keeper, fetcher };
}

function makeMap<Key, Value>(
  { maxEntries, maxWeight, sweepIntervalMs, clock }: CompleteOptions<Key, Value>,
  stats: StatsCounter,
  removals: Removals<Key, Value>,
): TtlMap<Key, Value> {
  return new TtlMap<Key, Value>({
    maxEntries,
    maxWeight,
    slotMs: Math.max(1, sweepIntervalMs / SLOTS_A_SWEEP),
    now: clock.now(),
    removed: (key, value, cause) => {
      stats.removed(cause);
      removals.add(key, value, cause);
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
