import { expect, test } from '@jest/globals';
import type { Runtime } from '@rookery/genserver';
import { expectTypeOf } from 'expect-type';
import { closures, type Engine, type Threads, type ThreadsOf, WorkerPool, type WorkerPoolRef } from '../src/index.js';

// Types alone: nothing here runs.
function typesOf(runtime: Runtime, resizing: Engine<ThreadsOf<typeof resize>>): void {
  const pool = new WorkerPool();
  expectTypeOf(pool).toEqualTypeOf<WorkerPool>();
  expectTypeOf(new WorkerPool({ size: 3 })).toEqualTypeOf<WorkerPool>();
  expectTypeOf(new WorkerPool({ engine: closures() })).toEqualTypeOf<WorkerPool>();
  expectTypeOf(pool.executeTask(() => 1)).toEqualTypeOf<Promise<number>>();
  expectTypeOf(pool.executeTask(async () => 'x')).toEqualTypeOf<Promise<string>>();
  expectTypeOf(pool.executeTask<unknown>(() => 1)).toEqualTypeOf<Promise<unknown>>();
  expectTypeOf(pool.map([1, 2], (item) => String(item))).toEqualTypeOf<AsyncIterableIterator<string>>();
  // @ts-expect-error an input is for threads
  void pool.executeTask(5);
  // @ts-expect-error there is no such option
  void pool.executeTask(() => 1, { timeout: 5 });
  // @ts-expect-error nothing is transferred within a thread
  void pool.executeTask(() => 1, { transfer: [] });

  const threads = new WorkerPool({ engine: resizing });
  expectTypeOf(threads).toEqualTypeOf<WorkerPool<Threads<{ readonly width: number }, Uint8Array>>>();
  expectTypeOf(threads.executeTask({ width: 5 })).toEqualTypeOf<Promise<Uint8Array>>();
  expectTypeOf(threads.map([{ width: 5 }])).toEqualTypeOf<AsyncIterableIterator<Uint8Array>>();
  void threads.executeTask({ width: 5 }, { transfer: [new ArrayBuffer(1)] });
  // @ts-expect-error the input has another type
  void threads.executeTask({ height: 5 });
  // @ts-expect-error a closure cannot go to a thread
  void threads.executeTask(() => 1);

  expectTypeOf(WorkerPool.ref(runtime, 'jobs')).toEqualTypeOf<WorkerPoolRef>();
  expectTypeOf(WorkerPool.ref<Threads<string, number>>(runtime, 'jobs').executeTask('x')).toEqualTypeOf<
    Promise<number>
  >();
  expectTypeOf(runtime.start(WorkerPool.childSpec())).toEqualTypeOf<Promise<WorkerPoolRef>>();
  expectTypeOf(runtime.start(WorkerPool.childSpec({ engine: resizing }))).toEqualTypeOf<
    Promise<WorkerPoolRef<Threads<{ readonly width: number }, Uint8Array>>>
  >();
  expectTypeOf<Engine<Threads<string, number>>>().toExtend<Engine>();
}

declare function resize(input: { readonly width: number }): Promise<Uint8Array>;

test('types are as the engine says', () => {
  expect(typesOf).toBeInstanceOf(Function);
});
