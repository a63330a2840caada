import type { ChildSpec, Name, Pid, Runtime } from '@rookery/genserver';
import { childSpec, type TtlCacheChildOptions } from './child-spec.js';
import { ExpiringCache } from './expiring-cache.js';
import { TtlCacheRef } from './ttl-cache-ref.js';
import { TtlCacheServer } from './ttl-cache-server.js';

/**
 * A cache with expiry, in this process. It never gives what has expired, loads once for all who ask, and frees what it no longer
 * needs. As it stands it needs no runtime; its one timer does not keep Node running, and `close()` leaves nothing.
 */
export class TtlCache<Key = unknown, Value = unknown> extends ExpiringCache<Key, Value> {
  /**
   * The same as a child of a supervisor, for `runtime.start` too. Its process has the timers and the life of the cache: a restart
   * starts empty. Reads and writes are direct all the same. Throws a CacheOptionError for options that make no sense.
   */
  static childSpec<Key = unknown, Value = unknown>(
    options: TtlCacheChildOptions<Key, Value> = {},
  ): ChildSpec<TtlCacheRef<Key, Value>> {
    return childSpec(options);
  }

  /** A supervised cache by name, which nobody needs to hold yet, or by pid. */
  static ref<Key = unknown, Value = unknown>(
    runtime: Pick<Runtime, 'ref' | 'now' | 'start'>,
    target: Name | Pid,
  ): TtlCacheRef<Key, Value> {
    return new TtlCacheRef<Key, Value>(runtime.ref(TtlCacheServer, target), runtime);
  }
}
