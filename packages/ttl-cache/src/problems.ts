import { isPromise } from 'node:util/types';
import { formatKey } from './key.js';
import type { CacheProblem, ProblemListener, RemovalCause, RemovalListener } from './removal.js';

/** Above this, a cache that nobody has set a limit for gives a warning, once. */
const MANY_ENTRIES = 100_000;

/** Calls what the user has given to listen, and reports what goes wrong there and elsewhere, so that nothing of it is lost. */
export class Problems {
  readonly #label: string;
  readonly #onProblem: ProblemListener | undefined;
  #isUnbounded: boolean;

  constructor(options: {
    readonly label: string;
    readonly isUnlimited: boolean;
    readonly onProblem: ProblemListener | undefined;
  }) {
    this.#label = options.label;
    this.#isUnbounded = options.isUnlimited;
    this.#onProblem = options.onProblem;
  }

  /** What the listener throws or rejects with is reported. */
  tell<Key, Value>(onRemoval: RemovalListener<Key, Value>, key: Key, value: Value, cause: RemovalCause): void {
    const fail = (error: unknown): void => this.report(error, { during: 'removal_listener', key });
    try {
      const result = onRemoval(key, value, cause);
      if (isPromise(result)) result.catch(fail);
    } catch (error) {
      fail(error);
    }
  }

  report(thrown: unknown, problem: CacheProblem): void {
    if (this.#onProblem === undefined) return this.#warn(thrown, problem);
    const fail = (another: unknown): void => {
      this.#warn(thrown, problem);
      this.#warn(another, problem);
    };
    try {
      const result: unknown = this.#onProblem(thrown, problem);
      if (isPromise(result)) result.catch(fail); // an async function is a listener, too
    } catch (another) {
      fail(another);
    }
  }

  /** Called when an entry is put. */
  grown(entries: number): void {
    if (entries > MANY_ENTRIES && this.#isUnbounded) this.#warnOfMany();
  }

  #warnOfMany(): void {
    this.#isUnbounded = false;
    process.emitWarning(
      `${this.#label} holds more than ${MANY_ENTRIES} entries and has no limit. Give it maxEntries or maxWeight, or ` +
        'maxEntries: Infinity if that is meant.',
      { type: 'TtlCacheWarning', code: 'TTL_CACHE_UNBOUNDED' },
    );
  }

  #warn(error: unknown, { during, key }: CacheProblem): void {
    const where = during === 'refresh' ? 'A load behind' : 'The removal listener';
    process.emitWarning(`${where} of ${this.#label} failed for ${formatKey(key)}: ${formatError(error)}`, {
      type: 'TtlCacheWarning',
      code: 'TTL_CACHE_PROBLEM',
      ...(error instanceof Error && error.stack !== undefined && { detail: error.stack }),
    });
  }
}

/** Anything can be thrown, also what cannot be turned into text. */
function formatError(error: unknown): string {
  return error instanceof Error ? `${error.name}: ${error.message}` : formatKey(error);
}
