/**
 * Why an entry has gone: its time was over; it had to make room; another value was put under its key; `delete` or `deleteTag`
 * named it; `clear` or `close` took all.
 */
export type RemovalCause = 'expired' | 'evicted' | 'replaced' | 'deleted' | 'cleared';

/**
 * Told of an entry after it has gone from the cache, and never while it is being told of another: what goes because it changes the
 * cache itself is told when it has returned. One that puts back all it hears of is stopped by a RemovalLoopError. Whatever it
 * throws or rejects with is reported, and hurts nobody.
 */
export type RemovalListener<Key, Value> = (key: Key, value: Value, cause: RemovalCause) => unknown;

/** What went wrong where no caller waits for it: `during` says in what. */
export interface CacheProblem {
  readonly during: 'removal_listener' | 'refresh';
  readonly key: unknown;
}

/** Hears of errors that no caller gets. */
export type ProblemListener = (error: unknown, problem: CacheProblem) => void;
