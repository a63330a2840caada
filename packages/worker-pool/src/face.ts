import type { MapOptions, TaskOptions, ThreadTaskOptions } from './options.js';

/** What the function of a task is given. It may be taken apart. */
export interface TaskContext {
  /**
   * Fires when the task should stop: its time is up, its caller has aborted it, or the pool has ended. The caller has its answer
   * then; what the function still gives is not used. A function that goes on keeps its slot until it is done.
   */
  readonly signal: AbortSignal;
  /** What `executeTask` was given as `key`. */
  readonly key: unknown;
  /** In a `map`: the place of the item in its source, from 0. */
  readonly index: number | undefined;
}

/** A task of a pool of closures: what it returns, or throws, is its caller's. Synchronous or not. */
export type Closure<Value> = (context: TaskContext) => Value | PromiseLike<Value>;

/** What `map` of a pool of closures runs for each item. */
export type MapClosure<Item, Value> = (item: Item, context: TaskContext) => Value | PromiseLike<Value>;

/** What `map` takes its items from. */
export type Items<Item> = Iterable<Item> | AsyncIterable<Item>;

/** How a pool is asked to work; it depends on what the engine can run. */
export interface Face {
  readonly executeTask: (job: never, options?: never) => Promise<unknown>;
  readonly map: (items: never, ...rest: never[]) => AsyncIterableIterator<unknown>;
}

/** The face of a pool that runs functions in this thread. */
export interface Closures extends Face {
  readonly executeTask: <Value>(task: Closure<Value>, options?: TaskOptions) => Promise<Value>;
  readonly map: <Item, Value>(
    items: Items<Item>,
    task: MapClosure<Item, Value>,
    options?: MapOptions,
  ) => AsyncIterableIterator<Value>;
}

/** The face of a pool that runs one function of a module in threads: it is given inputs. */
export interface Threads<Input, Output> extends Face {
  readonly executeTask: (input: Input, options?: ThreadTaskOptions) => Promise<Output>;
  readonly map: (inputs: Items<Input>, options?: MapOptions) => AsyncIterableIterator<Output>;
}

/** The face of a pool that runs this function in threads: `ThreadsOf<typeof resize>`. */
export type ThreadsOf<Fn extends (input: never, ...rest: never[]) => unknown> = Threads<
  Parameters<Fn>[0],
  Awaited<ReturnType<Fn>>
>;
