import type { Milliseconds } from '@rookery/genserver';
import { checkDuration, checkKey, checkTags, checkTtl } from './checks.js';
import type { Entry } from './entry.js';
import { CacheOptionError } from './errors.js';

/** Stands for Infinity, which JSON does not know. */
const FOR_EVER_MS = Number.MAX_VALUE;

/** One entry as it was. What is left out is none; of a life, for ever. */
export interface SnapshotEntry<Key, Value> {
  readonly key: Key;
  readonly value: Value;
  /** The life it was given; left out if for ever. */
  readonly ttlMs?: Milliseconds;
  /** What was left of it. */
  readonly leftMs?: Milliseconds;
  /** The largest number there is: for ever. */
  readonly staleForMs?: Milliseconds;
  readonly tags?: readonly string[];
}

/** A cache as it was. */
export interface CacheSnapshot<Key, Value> {
  /** Milliseconds since 1970. */
  readonly takenAtMs: number;
  readonly entries: readonly SnapshotEntry<Key, Value>[];
}

export function toSnapshotEntry<Key, Value>(
  { key, value, ttlMs, expiresAt, staleForMs, tags }: Entry<Key, Value>,
  now: Milliseconds,
): SnapshotEntry<Key, Value> {
  return {
    key,
    value,
    ...(ttlMs !== Infinity && { ttlMs, leftMs: expiresAt - now }),
    ...(staleForMs > 0 && { staleForMs: Math.min(staleForMs, FOR_EVER_MS) }),
    ...(tags !== undefined && { tags: [...tags] }),
  };
}

/** An entry that is to be put again, and how long ago its life began. */
export interface Revived<Key, Value> {
  readonly key: Key;
  readonly value: Value;
  readonly ttlMs: Milliseconds;
  readonly staleForMs: Milliseconds;
  readonly tags: readonly string[] | undefined;
  readonly ageMs: Milliseconds;
}

/** What of a snapshot is still alive. Throws a CacheOptionError if it is none. */
export function revive<Key, Value>(snapshot: CacheSnapshot<Key, Value>, dateMs: number): Revived<Key, Value>[] {
  const { takenAtMs, entries } = (snapshot ?? {}) as Partial<CacheSnapshot<Key, Value>>;
  if (!Number.isFinite(takenAtMs) || !Array.isArray(entries)) {
    throw new CacheOptionError('snapshot', 'what snapshot() gave', snapshot);
  }
  const elapsedMs = Math.max(0, dateMs - (takenAtMs as number));
  return (entries as readonly SnapshotEntry<Key, Value>[])
    .map((entry) => reviveEntry(entry, elapsedMs))
    .filter(({ ageMs, ttlMs }) => ageMs < ttlMs);
}

function reviveEntry<Key, Value>(entry: SnapshotEntry<Key, Value>, elapsedMs: Milliseconds): Revived<Key, Value> {
  if (typeof entry !== 'object' || entry === null)
    throw new CacheOptionError('snapshot', 'what snapshot() gave', entry);
  const { key, value, ttlMs = Infinity, leftMs = ttlMs, staleForMs = 0, tags } = entry;
  checkKey(key);
  checkTtl('ttlMs', ttlMs);
  checkTtl('leftMs', leftMs);
  checkDuration('staleForMs', staleForMs);
  if (tags !== undefined) checkTags(tags);
  const ageMs = ttlMs === Infinity ? 0 : Math.max(0, ttlMs - leftMs) + elapsedMs;
  const staleMs = staleForMs < FOR_EVER_MS ? staleForMs : Infinity;
  return { key, value, ttlMs, staleForMs: staleMs, tags, ageMs };
}
