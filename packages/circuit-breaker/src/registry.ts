import { isPromise } from 'node:util/types';
import type { Breaker } from './breaker.js';
import { checkCount, checkFunction, checkObject, checkText } from './checks.js';
import { BreakerOptionError } from './errors.js';
import { BreakerEvents, type BreakerListener } from './events.js';
import { LocalBreaker } from './local-breaker.js';
import { type CircuitBreakerOptions, completeOptions } from './options.js';

/** How a registry makes its breakers: as these options say, with the key as label. */
export interface BreakerRegistryOptions extends Omit<CircuitBreakerOptions, 'label'> {
  /** What the breaker of one key has beyond that, or instead. */
  readonly optionsFor?: (key: string) => Omit<CircuitBreakerOptions, 'label'>;
  /** How many it holds at most. Default 1000. */
  readonly maxBreakers?: number;
}

export interface BreakerRegistryStats {
  readonly size: number;
  /** Breakers dropped to make room. */
  readonly evictions: number;
  /** Of these, how many were open, half-open or held. */
  readonly evictedOpen: number;
}

/** A breaker in a registry, and whether it was asked for since the last look. */
interface Place {
  readonly breaker: LocalBreaker;
  isRecent: boolean;
}

/** In which order they go when room is needed. */
type Worth = 'resting' | 'busy' | 'open';

/**
 * A breaker for each key, made when it is first asked for: one for each host, tenant or endpoint. It holds at most `maxBreakers`. To
 * make room it drops one that is closed, not held, runs no call, and was not asked for lately. Only if there is none, one
 * that runs calls; and only if all are open, half-open or held, one of these: that is counted (`evictedOpen`), told (`evicted`),
 * and, if nobody listens, a warning of the process.
 */
export class CircuitBreakerRegistry implements Iterable<readonly [key: string, breaker: Breaker]> {
  readonly #shared: Omit<CircuitBreakerOptions, 'label'>;
  readonly #optionsFor: BreakerRegistryOptions['optionsFor'];
  readonly #max: number;
  readonly #places = new Map<string, Place>();
  readonly #events = new BreakerEvents('circuit-breaker-registry');
  #evictions = 0;
  #evictedOpen = 0;

  /** Throws a BreakerOptionError for options that make no sense. */
  constructor(options: BreakerRegistryOptions = {}) {
    checkObject('options', options);
    const { optionsFor, maxBreakers = 1000, ...shared } = options;
    checkCount('maxBreakers', maxBreakers);
    if (optionsFor !== undefined) checkFunction('optionsFor', optionsFor);
    completeOptions(shared);
    this.#shared = shared;
    this.#optionsFor = optionsFor;
    this.#max = maxBreakers;
  }

  get size(): number {
    return this.#places.size;
  }

  /** The breaker of a key, made if there is none. Throws a BreakerOptionError if `optionsFor` gives what makes no sense. */
  get(key: string): Breaker {
    const place = this.#places.get(key);
    if (place === undefined) return this.#make(key);
    place.isRecent = true;
    return place.breaker;
  }

  /** The breaker of a key if there is one. Does not count as asking for it. */
  peek(key: string): Breaker | undefined {
    return this.#places.get(key)?.breaker;
  }

  /** Drops one. Who holds it may go on with it. Returns whether there was one. */
  delete(key: string): boolean {
    return this.#places.delete(key);
  }

  *[Symbol.iterator](): IterableIterator<[key: string, breaker: Breaker]> {
    for (const [key, { breaker }] of this.#places) yield [key, breaker];
  }

  stats(): BreakerRegistryStats {
    return { size: this.#places.size, evictions: this.#evictions, evictedOpen: this.#evictedOpen };
  }

  /** Hears of all its breakers, also of those that are made later; `breaker` of an event is the key. Returns how to end it. */
  subscribe(listener: BreakerListener): () => void {
    checkFunction('listener', listener);
    return this.#events.subscribe(listener);
  }

  /** Ends all its breakers, and forgets them. */
  shutdown(): void {
    for (const { breaker } of this.#places.values()) breaker.shutdown();
    this.#places.clear();
  }

  #make(key: string): Breaker {
    checkText('key', key);
    const breaker = new LocalBreaker(this.#optionsOf(key), new BreakerEvents(key, this.#events));
    if (this.#places.size >= this.#max) this.#evict();
    this.#places.set(key, { breaker, isRecent: false });
    return breaker;
  }

  #optionsOf(key: string): CircuitBreakerOptions {
    const own = this.#optionsFor === undefined ? {} : this.#optionsFor(key);
    checkObject('optionsFor()', own);
    if (isPromise(own)) throw new BreakerOptionError('optionsFor()', 'options', own);
    // Two ways to say when it opens: the one of the key is instead of the shared one.
    const { failureThreshold: _, strategy: __, ...shared } = this.#shared;
    const isOwn = own.strategy !== undefined || own.failureThreshold !== undefined;
    return { ...(isOwn ? shared : this.#shared), ...own, label: key };
  }

  /**
   * Second chance: who was asked for since the last look goes to the end of the line, once. So does who is worth keeping, so that
   * the next look does not begin with the same ones.
   */
  #evict(): void {
    const kept: Partial<Record<Worth, string>> = {};
    let looks = 2 * this.#places.size;
    for (const [key, place] of this.#places) {
      if (looks-- === 0) break;
      const worth = place.isRecent ? undefined : worthOf(place.breaker);
      if (worth === 'resting') return this.#drop(key, worth);
      if (worth !== undefined) kept[worth] ??= key;
      place.isRecent = false;
      this.#places.delete(key);
      this.#places.set(key, place);
    }
    if (kept.busy !== undefined) this.#drop(kept.busy, 'busy');
    else if (kept.open !== undefined) this.#drop(kept.open, 'open');
  }

  #drop(key: string, worth: Worth): void {
    const { breaker } = this.#places.get(key) ?? {};
    this.#places.delete(key);
    this.#evictions++;
    if (worth === 'open') this.#evictedOpen++;
    if (worth === 'open' && !this.#events.isHeard) this.#warn(key);
    if (breaker !== undefined) breaker.noteEviction();
  }

  #warn(key: string): void {
    process.emitWarning(
      `A registry of ${this.#max} breakers had to drop the one of ${key}, which was not closed: all of them are open, half-open ` +
        'or held. Give it a larger maxBreakers.',
      { type: 'CircuitBreakerWarning', code: 'CIRCUIT_BREAKER_EVICTED' },
    );
  }
}

function worthOf(breaker: LocalBreaker): Worth {
  if (breaker.state !== 'closed' || breaker.mode === 'forced_closed') return 'open';
  return breaker.isBusy ? 'busy' : 'resting';
}
