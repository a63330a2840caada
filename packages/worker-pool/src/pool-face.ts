import { AbortListeners } from '@rookery/genserver';
import {
  checkMapOptions,
  type MapOptions,
  type Overflow,
  type TaskOptions,
  type ThreadTaskOptions,
} from './options.js';
import { PoolOptionError } from './errors.js';
import type { Face, Items, MapClosure, TaskContext } from './face.js';
import { mapItems } from './map.js';

/** One task on its way to a pool. */
export interface Submission {
  readonly job: unknown;
  readonly options: ThreadTaskOptions | undefined;
  readonly index: number | undefined;
  /** Default: as the pool's queue says. */
  readonly overflow: Overflow | undefined;
}

/** What a face stands on. */
export interface FaceOwner {
  readonly label: string;
  /** How many items of a `map` are under way at a time, unless it says so. */
  readonly concurrency: number;
  /** Never throws. */
  submit(submission: Submission): Promise<unknown>;
}

/** Makes `executeTask` and `map`. They are functions of their own: what they take and give depends on the engine. */
export function faceOf<F extends Face>(owner: FaceOwner): Pick<F, 'executeTask' | 'map'> {
  const executeTask = (job: unknown, options?: ThreadTaskOptions): Promise<unknown> =>
    owner.submit({ job, options, index: undefined, overflow: undefined });
  const signals = new AbortListeners();
  const map = (items: Items<unknown>, ...rest: readonly unknown[]): AsyncIterableIterator<unknown> =>
    mapOf(owner, signals, items, rest);
  const face: object = { executeTask, map };
  return face as Pick<F, 'executeTask' | 'map'>; // which face it is only the engine's type knows
}

function mapOf(
  owner: FaceOwner,
  signals: AbortListeners,
  items: Items<unknown>,
  rest: readonly unknown[],
): AsyncGenerator<unknown, void, undefined> {
  const task = typeof rest[0] === 'function' ? (rest[0] as MapClosure<unknown, unknown>) : undefined;
  const options = ((task === undefined ? rest[0] : rest[1]) ?? {}) as MapOptions;
  checkItems(items);
  checkMapOptions(options);
  const { concurrency, ordered: isOrdered = true, ...taskOptions } = options;
  const submit = (item: unknown, index: number, itemOptions: TaskOptions): Promise<unknown> => {
    const job = task === undefined ? item : (context: TaskContext): unknown => task(item, context);
    return owner.submit({ job, options: itemOptions, index, overflow: 'block' });
  };
  return mapItems({
    label: owner.label,
    items,
    concurrency: concurrency ?? owner.concurrency,
    isOrdered,
    signals,
    options: taskOptions,
    submit,
  });
}

function checkItems(items: unknown): void {
  const isIterable = typeof items === 'string' || (typeof items === 'object' && items !== null);
  if (isIterable && (Symbol.iterator in Object(items) || Symbol.asyncIterator in Object(items))) return;
  throw new PoolOptionError('items', 'iterable, synchronously or not', items);
}
