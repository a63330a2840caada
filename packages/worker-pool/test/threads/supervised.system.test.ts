import { describe, expect, test } from '@jest/globals';
import {
  type Engine,
  type Threads,
  threads,
  type ThreadsOptions,
  WorkerCrashedError,
  WorkerPool,
} from '../../src/index.js';
import { errorOf, outcome, useRuntimes } from '../support/pools.js';
import { fixture, Flag, until } from '../support/threads.js';

const makeRuntime = useRuntimes();

const engineOf = (options: Partial<ThreadsOptions> = {}): Engine<Threads<unknown, unknown>> =>
  threads({ module: fixture('work.mjs'), export: 'act', maxThreads: 1, ...options });

describe('a pool of threads under a supervisor', () => {
  test('a supervisor starts a pool anew that gave up', async () => {
    const { runtime } = makeRuntime();
    const engine = engineOf({ crashLoop: { maxCrashes: 1 } });
    await runtime.startSupervisor({
      name: 'app',
      strategy: 'one_for_one',
      children: [WorkerPool.childSpec({ name: 'hashes', engine })],
    });
    const hashes = WorkerPool.ref<Threads<unknown, unknown>>(runtime, 'hashes');
    const { pid } = hashes;
    expect(await errorOf(hashes.executeTask({ act: 'exit', value: 1 }))).toBeInstanceOf(WorkerCrashedError);
    await until(() => hashes.isAlive && hashes.pid !== pid);
    expect(await hashes.executeTask({ act: 'give', value: 1 })).toBe(1);
  });
  test('its supervisor hears of it', async () => {
    const { runtime } = makeRuntime();
    const start = runtime.start(WorkerPool.childSpec({ name: 'hashes', engine: engineOf({ export: 'acts' }) }));
    expect((await errorOf(start)).cause).toMatchObject({ code: 'ERR_WORKER_POOL_MODULE' });
  });

  test('when its process is killed its threads end, and its tasks are told', async () => {
    const { runtime } = makeRuntime();
    const ended: number[] = [];
    const hashes = await runtime.start(
      WorkerPool.childSpec({
        name: 'hashes',
        engine: engineOf(),
        onEvent: (event) => event.kind === 'worker_exited' && ended.push(event.threadId),
      }),
    );
    const flag = new Flag();
    const task = outcome(hashes.executeTask({ act: 'spin', flag: flag.flag }));
    await flag.begun();
    runtime.kill('hashes');
    expect(await task).toMatchObject({ error: { code: 'ERR_WORKER_POOL_STOPPED', hasBegun: true } });
    await until(() => ended.length === 1);
  });

  test('when it is told to stop it ends what runs first', async () => {
    const { runtime } = makeRuntime();
    const hashes = await runtime.start(WorkerPool.childSpec({ name: 'hashes', engine: engineOf() }));
    const flag = new Flag();
    const task = hashes.executeTask({ act: 'hold', flag: flag.flag });
    await flag.begun();
    const stopped = runtime.shutdown();
    flag.open();
    expect(await task).toEqual(expect.any(Number));
    await stopped;
  });
});
