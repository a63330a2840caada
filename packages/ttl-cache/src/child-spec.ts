import { child, type ChildDefaults, type ChildId, type ChildSpec, type Name } from '@rookery/genserver';
import type { Home } from './absent-loads.js';
import { completeOptions, type TtlCacheOptions } from './options.js';
import { TtlCacheRef } from './ttl-cache-ref.js';
import { TtlCacheServer } from './ttl-cache-server.js';

/** A cache as a child. Its clock is the runtime's. */
export interface TtlCacheChildOptions<Key = unknown, Value = unknown>
  extends
    Omit<TtlCacheOptions<Key, Value>, 'clock'>,
    Pick<ChildDefaults, 'restart' | 'shutdownMs' | 'significant' | 'backoff'> {
  /** By which refs find it, over restarts. */
  readonly name?: Name;
  /** Default: the name, or the class of the server. */
  readonly id?: ChildId;
}

/** How to start a cache, for a supervisor or `runtime.start`: `permanent`, unless said otherwise. A restart starts empty. */
export function childSpec<Key = unknown, Value = unknown>(
  options: TtlCacheChildOptions<Key, Value> = {},
): ChildSpec<TtlCacheRef<Key, Value>> {
  const { name, id, restart, shutdownMs, significant, backoff, ...cacheOptions } = options;
  completeOptions(cacheOptions); // so that what makes no sense is refused here, not at the start
  const spec = child(TtlCacheServer, {
    args: [cacheOptions as TtlCacheOptions],
    ...defined({ name, id, restart, shutdownMs, significant, backoff }),
  });
  return {
    ...spec,
    toRef: (kernel, target) => {
      const home: Home = {
        now: () => kernel.clock.now(),
        start: <Ref>(other: ChildSpec<Ref>) => kernel.start(kernel, other) as Promise<Ref>,
      };
      return new TtlCacheRef<Key, Value>(spec.toRef(kernel, target), home, cacheOptions);
    },
  };
}

type Defined<T> = { [K in keyof T]?: Exclude<T[K], undefined> };

/** Without what is undefined. */
function defined<T extends object>(options: T): Defined<T> {
  return Object.fromEntries(Object.entries(options).filter(([, value]) => value !== undefined)) as Defined<T>;
}
