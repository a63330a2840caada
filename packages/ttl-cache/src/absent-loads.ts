import type { ChildSpec, Milliseconds, Self } from '@rookery/genserver';
import { keeperSpec } from './load-keeper.js';
import type { Loader } from './load-context.js';
import { completeOptions, type FetchOptions, type TtlCacheOptions } from './options.js';
import { makeParts, type Parts } from './parts.js';
import { laterClock } from './process-clock.js';
import type { SingleFlight } from './single-flight.js';

/** Where processes are started, and on whose clock: a runtime, as far as a ref needs one. */
export interface Home {
  now(): Milliseconds;
  start<Ref>(spec: ChildSpec<Ref>): Promise<Ref>;
}

/** What is known of the cache that is not there now. */
export type KnownOptions = Pick<TtlCacheOptions, 'loadTimeoutMs' | 'values'>;

/** Loads while no cache holds the name: once for all who wait, and nothing of it is kept. */
export class AbsentLoads<Key, Value> {
  readonly #home: Home;
  readonly #label: string;
  #group: LoadGroup<Key, Value> | undefined;

  constructor(home: Home, label: string) {
    this.#home = home;
    this.#label = label;
  }

  /** What was checked. */
  fetch(key: Key, loader: Loader<Key, Value>, options: FetchOptions, known: KnownOptions): Promise<Value> {
    const ended = (): void => (this.#group = undefined);
    const group = (this.#group ??= new LoadGroup(this.#home, { ...known, label: this.#label }, ended));
    return group.fetch(key, keepNothing(loader), { ...options, errorTtlMs: 0 });
  }

  /** The loads under way, if there are any. */
  get flights(): SingleFlight<Key, Value> | undefined {
    return this.#group?.parts.flights;
  }
}

/**
 * Loads from the first one to the last. A process that nobody supervises is theirs: it keeps their time, and when the runtime is
 * shut down it ends, and they with it.
 */
class LoadGroup<Key, Value> {
  readonly parts: Parts<Key, Value>;
  readonly #label: string;
  readonly #ended: () => void;
  readonly #keeper: Promise<{ readonly cast: { end(): void } } | undefined>;
  #isEnded = false;

  constructor(home: Home, options: TtlCacheOptions<Key, Value> & { readonly label: string }, ended: () => void) {
    let begin: (self: Self) => void = () => {};
    const self = new Promise<Self>((resolve) => (begin = resolve));
    this.#label = options.label;
    this.#ended = ended;
    this.parts = makeParts(completeOptions({ ...options, clock: laterClock(() => home.now(), self) }), () =>
      this.#end(),
    );
    const spec = keeperSpec({ label: `loads for ${this.#label}`, begin, close: () => this.#close() });
    // Rejected: the runtime is past the deadline of its shutdown, or this one was stopped before it began.
    this.#keeper = home.start(spec).catch(() => {
      this.#close();
      return undefined;
    });
  }

  fetch(key: Key, loader: Loader<Key, Value>, options: FetchOptions): Promise<Value> {
    try {
      return this.parts.fetcher.fetch(key, loader, options);
    } finally {
      if (this.parts.flights.isIdle) this.#end(); // it has begun none
    }
  }

  /** The process has ended. */
  #close(): void {
    if (this.#isEnded) return;
    this.#isEnded = true;
    this.#ended();
    this.parts.sweeper.close();
    this.parts.flights.abortAll(this.#label);
  }

  /** The last load has ended. */
  #end(): void {
    if (this.#isEnded) return;
    this.#isEnded = true;
    this.#ended();
    this.parts.sweeper.close();
    void this.#keeper.then((keeper) => keeper?.cast.end());
  }
}

function keepNothing<Key, Value>(loader: Loader<Key, Value>): Loader<Key, Value> {
  return (key, context) => {
    context.skip();
    return loader(key, context);
  };
}
