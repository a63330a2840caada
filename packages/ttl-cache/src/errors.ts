import type { Milliseconds } from '@rookery/genserver';

/** Base of every error this package raises. `code` is stable and safe to switch on; `message` is for people. */
export abstract class TtlCacheError extends Error {
  abstract readonly code: `ERR_TTL_CACHE_${string}`;

  override get name(): string {
    return this.constructor.name;
  }
}

/** An option or argument has the wrong type or range. Nothing was changed. */
export class CacheOptionError extends TtlCacheError {
  readonly code = 'ERR_TTL_CACHE_INVALID_OPTION';

  constructor(
    /** Name of the option or argument, as the caller wrote it. */
    readonly option: string,
    readonly expected: string,
    /** What came instead. */
    readonly received: unknown,
  ) {
    super(`Expected \`${option}\` to be ${expected}, got \`${show(received)}\`.`);
  }
}

/** The cache is closed, or its process has ended: what it held is gone, and what it was loading was aborted. */
export class CacheClosedError extends TtlCacheError {
  readonly code = 'ERR_TTL_CACHE_CLOSED';

  constructor(
    readonly cache: string,
    readonly request: string,
  ) {
    super(
      `Cannot ${request}: ${cache} is closed. If it is supervised, its next instance starts empty: ask again through a ref ` +
        'by name.',
    );
  }
}

/** The loader did not settle within `loadTimeoutMs`. Its signal has fired; what it still gives is not kept. */
export class LoadTimeoutError extends TtlCacheError {
  readonly code = 'ERR_TTL_CACHE_LOAD_TIMEOUT';

  constructor(
    /** As text. */
    readonly key: string,
    readonly timeoutMs: Milliseconds,
  ) {
    super(
      `Loading ${key} took longer than ${timeoutMs} ms. Pass the loader's signal on to what it waits for, or give a larger ` +
        'loadTimeoutMs.',
    );
  }
}

/** The `signal` of one `fetch` fired before there was a value. Its reason is the `cause`. Others who wait for it go on waiting. */
export class FetchAbortedError extends TtlCacheError {
  readonly code = 'ERR_TTL_CACHE_FETCH_ABORTED';

  constructor(
    /** As text. */
    readonly key: string,
    cause: unknown,
  ) {
    super(`The fetch of ${key} was aborted by its caller.`, { cause });
  }
}

/** A loader waits for its own result, directly or through loaders of other keys: it would wait for ever. */
export class LoadCycleError extends TtlCacheError {
  readonly code = 'ERR_TTL_CACHE_LOAD_CYCLE';

  constructor(
    /** The keys that wait for each other, as text, the first one repeated at the end. */
    readonly path: readonly string[],
  ) {
    super(`Loading would wait for itself: ${path.join(' → ')}. A loader must not fetch the key that it loads.`);
  }
}

/**
 * A removal listener put a value that made another entry go, was told of that one, put another, and so on, 1,000 times: it would never end. The
 * put is refused, nothing was changed. Whoever made the first change does not see this; it is reported as a problem of the listener.
 */
export class RemovalLoopError extends TtlCacheError {
  readonly code = 'ERR_TTL_CACHE_REMOVAL_LOOP';

  constructor(
    readonly cache: string,
    /** Of the put that was refused, as text. */
    readonly key: string,
    /** How many removals had followed from each other. */
    readonly removals: number,
  ) {
    super(
      `Cannot put ${key} within the removal listener of ${cache}: ${removals} removals have followed from each other, each of them ` +
        'made by the listener that heard of the one before. A listener must not put back what it is told of, whatever the cause.',
    );
  }
}

/**
 * A value cannot be kept, or given: copying, freezing or weighing it failed, for the `cause`. Of a load it is the failure of that
 * load. What was there under the key is still there.
 */
export class CacheValueError extends TtlCacheError {
  readonly code = 'ERR_TTL_CACHE_VALUE';

  constructor(
    /** As text. */
    readonly key: string,
    /** What was done to it. */
    readonly step: 'copy' | 'freeze' | 'weigh',
    cause: unknown,
  ) {
    super(`Cannot ${step} the value of ${key}: ${REMEDIES[step]} The cause says more.`, { cause });
  }
}

const REMEDIES: Record<CacheValueError['step'], string> = {
  copy: 'structuredClone refuses it (functions, sockets and the like have no copy). Keep plain data, or leave `values` at `shared`.',
  freeze: 'a part of it cannot be frozen or read. Keep plain data, or leave `values` at `shared`.',
  weigh: '`weigh` threw, or gave something other than an integer >= 1.',
};

/** One line for a value in an error message. */
function show(value: unknown): string {
  if (typeof value === 'function') return `function ${value.name || '(anonymous)'}`;
  if (typeof value === 'object' && value !== null) return value.constructor?.name ?? 'object';
  return typeof value === 'string' ? JSON.stringify(value) : String(value);
}
