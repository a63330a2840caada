import type { Subscriber } from 'rxjs';

/** What decides which values are emitted, and when. */
export interface LatestOptions<T> {
  readonly equals: (previous: T, next: T) => boolean;
  readonly ready: ((signal: AbortSignal) => PromiseLike<unknown> | undefined) | undefined;
}

type End = { readonly kind: 'complete' } | { readonly kind: 'error'; readonly error: unknown };

/**
 * Emits the newest of the values it is offered, never on the stack of who offers: what comes until then takes its place. Nothing that
 * equals the one emitted before, and nothing while the consumer is not ready. The end comes after the last value.
 */
export class LatestValue<T> {
  readonly #subscriber: Subscriber<T>;
  readonly #options: LatestOptions<T>;
  readonly #abort: AbortController | undefined;
  #pending: { readonly value: T } | undefined;
  #last: { readonly value: T } | undefined;
  #end: End | undefined;
  /** A flush is to come: in a moment, or when the consumer is ready. */
  #isScheduled = false;

  constructor(subscriber: Subscriber<T>, options: LatestOptions<T>) {
    this.#subscriber = subscriber;
    this.#options = options;
    this.#abort = options.ready && new AbortController();
  }

  /** What `select` throws is the end. */
  offer(select: () => T): void {
    if (this.#end !== undefined) return;
    try {
      this.#pending = { value: select() };
      this.#schedule();
    } catch (error) {
      this.error(error);
    }
  }

  complete(): void {
    this.#finish({ kind: 'complete' });
  }

  error(error: unknown): void {
    this.#finish({ kind: 'error', error });
  }

  /** Nobody listens any more. */
  close(): void {
    this.#end ??= { kind: 'complete' };
    this.#pending = undefined;
    this.#abort?.abort();
  }

  #finish(end: End): void {
    this.#end ??= end;
    this.#schedule();
  }

  #schedule(): void {
    if (this.#isScheduled) return;
    this.#isScheduled = true;
    queueMicrotask(() => this.#flush());
  }

  #flush(): void {
    this.#isScheduled = false;
    try {
      if (this.#emit()) this.#waitUntilReady();
    } catch (error) {
      this.#pending = undefined; // `equals` or `ready` failed
      this.#subscriber.error(error);
    }
    if (!this.#isScheduled && this.#end !== undefined) this.#tellEnd(this.#end);
  }

  /** Returns whether there was something new. */
  #emit(): boolean {
    const next = this.#pending;
    this.#pending = undefined;
    if (next === undefined) return false;
    if (this.#last !== undefined && this.#options.equals(this.#last.value, next.value)) return false;
    this.#last = next;
    this.#subscriber.next(next.value);
    return !this.#subscriber.closed;
  }

  #waitUntilReady(): void {
    const { ready } = this.#options;
    const wait = this.#abort && ready?.(this.#abort.signal);
    if (wait === undefined) return;
    this.#isScheduled = true;
    wait.then(
      () => this.#flush(),
      (error: unknown) => this.#subscriber.error(error),
    );
  }

  #tellEnd(end: End): void {
    if (end.kind === 'error') this.#subscriber.error(end.error);
    else this.#subscriber.complete();
  }
}
