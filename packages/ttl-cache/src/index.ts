export { TtlCache } from './ttl-cache.js';
export { TtlCacheRef } from './ttl-cache-ref.js';
export type { Cache } from './cache.js';
export type { TtlCacheChildOptions } from './child-spec.js';
export type { FetchOptions, LoadOptions, PutOptions, TtlCacheOptions } from './options.js';
export type { Found, Lookup, NotFound } from './found.js';
export type { LoadContext, Loader } from './load-context.js';
export type { CacheProblem, ProblemListener, RemovalCause, RemovalListener } from './removal.js';
export type { CacheDiagnostics } from './diagnostics.js';
export type { CacheStats } from './stats.js';
export type { CacheSnapshot, SnapshotEntry } from './snapshot.js';
export {
  CacheClosedError,
  CacheOptionError,
  CacheValueError,
  FetchAbortedError,
  LoadCycleError,
  LoadTimeoutError,
  RemovalLoopError,
  TtlCacheError,
} from './errors.js';
