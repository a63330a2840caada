import { GenServer, shared } from '@rookery/genserver';
import { ExpiringCache } from './expiring-cache.js';
import type { TtlCacheOptions } from './options.js';
import { clockOf, Tick } from './process-clock.js';

/**
 * The process that owns a cache: it has its timers, and the cache ends with it. What the cache is asked goes to the cache
 * directly, see TtlCacheRef; no message waits for another.
 */
export class TtlCacheServer extends GenServer {
  declare readonly [shared]: ExpiringCache<unknown, unknown>;

  override init(options: TtlCacheOptions): void {
    const cache = new ExpiringCache<unknown, unknown>({ label: this.self.name, ...options, clock: clockOf(this.self) });
    this.#share(cache);
    this.self.signal.addEventListener('abort', () => cache.close(), { once: true });
  }

  override handleInfo(message: unknown): void {
    if (message instanceof Tick) message.run();
  }

  /** The cache goes on, entries and all. */
  override codeChange(_state: unknown, _extra: unknown, old: GenServer<unknown>): void {
    if (old instanceof TtlCacheServer) this.#share(old[shared]);
  }

  #share(cache: ExpiringCache<unknown, unknown>): void {
    Object.defineProperty(this, shared, { value: cache });
  }
}
