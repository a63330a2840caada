import { Injectable, type OnApplicationShutdown } from '@nestjs/common';
import { TtlCache, type TtlCacheOptions } from '@rookery/ttl-cache';

/** The caches that a module has made, to close them. */
@Injectable()
export class OpenCaches implements OnApplicationShutdown {
  readonly #caches: TtlCache[] = [];

  make(options: TtlCacheOptions): TtlCache {
    const cache = new TtlCache(options);
    this.#caches.push(cache);
    return cache;
  }

  /** Not earlier: when modules are destroyed the server still answers requests, and these use caches. */
  onApplicationShutdown(): void {
    for (const cache of this.#caches.splice(0)) cache.close();
  }
}
