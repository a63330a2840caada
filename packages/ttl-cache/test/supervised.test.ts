import { describe, expect, jest, test } from '@jest/globals';
import { child, ExitReason, GenServer, registry, type Runtime, via } from '@rookery/genserver';
import { settle } from '@rookery/genserver/testing';
import { expectTypeOf } from 'expect-type';
import { type Cache, CacheOptionError, TtlCache, TtlCacheRef } from '../src/index.js';
import { found, Gate, notFound, useRuntimes } from './support/caches.js';

const newRuntime = useRuntimes();

async function start(options: Parameters<typeof TtlCache.childSpec<string, number>>[0] = {}) {
  const { runtime, clock } = newRuntime();
  const children = [TtlCache.childSpec<string, number>({ name: 'users', ...options })];
  await runtime.startSupervisor({ name: 'app', strategy: 'one_for_one', children });
  return { runtime, clock, users: TtlCache.ref<string, number>(runtime, 'users') };
}

async function crash(runtime: Runtime): Promise<void> {
  runtime.exit('users', ExitReason.error(new Error('crash')));
  await settle(runtime);
}

describe('a supervised cache', () => {
  test('does all that a plain one does, directly, on the runtime’s clock', async () => {
    const { users, clock } = await start({ ttlMs: 100 });
    expect(users.put('a', 1)).toBe(true);
    expect([users.get('a'), users.peek('a'), users.has('a'), users.ttl('a'), users.size]).toEqual([
      found(1),
      found(1),
      true,
      100,
      1,
    ]);
    await clock.advance(99);
    expect(users.touch('a', 10)).toBe(true);
    await clock.advance(10);
    expect(users.get('a')).toEqual(notFound);
    users.put('b', 2, { tags: ['x'] });
    expect([[...users], [...users.keys()], [...users.values()], [...users.entries()]]).toEqual([
      [['b', 2]],
      ['b'],
      [2],
      [['b', 2]],
    ]);
    expect(users.restore(users.snapshot())).toBe(0);
    expect([users.deleteTag('x'), users.delete('b'), users.stats().hits]).toEqual([1, false, 1]);
    users.put('c', 3);
    users.clear();
    expect(users.size).toBe(0);
    expect(await users.fetch('a', async () => 3)).toBe(3);
  });

  test('sweeps by messages to its process, with a timer that does not keep Node running', async () => {
    const { users, clock } = await start({ sweepIntervalMs: 1000 });
    for (let key = 0; key < 2500; key++) users.put(`k${key}`, key, 10);
    expect([clock.pendingTimers, clock.allTimers]).toEqual([0, 1]);
    await clock.advance(1000);
    expect([users.size, clock.allTimers]).toEqual([0, 0]);
  });

  test('starts empty after a restart, and refs by name go on', async () => {
    const { users, runtime } = await start();
    const { pid } = users;
    users.put('a', 1);
    await crash(runtime);
    expect([users.isAlive, users.get('a'), users.put('a', 2), users.get('a')]).toEqual([
      true,
      notFound,
      true,
      found(2),
    ]);
    expect(users.pid).not.toBe(pid);
    expect(await users.fetch('b', () => 3)).toBe(3);
    expect(users.has('b')).toBe(true);
  });

  test('between two lives keeps nothing: reads find nothing, put says no, fetch loads once for all who wait', async () => {
    const { users, runtime } = await start();
    const taken = users.snapshot();
    runtime.kill('users');
    expect([users.isAlive, users.pid, users.size]).toEqual([false, undefined, 0]);
    expect([users.get('a'), users.peek('a'), users.has('a'), users.ttl('a')]).toEqual([
      notFound,
      notFound,
      false,
      undefined,
    ]);
    expect([
      users.put('a', 1),
      users.touch('a'),
      users.delete('a'),
      users.deleteTag('x'),
      users.restore(taken),
    ]).toEqual([false, false, false, 0, 0]);
    expect([[...users], [...users.keys()], [...users.values()], users.snapshot().entries, users.stats().hits]).toEqual([
      [],
      [],
      [],
      [],
      0,
    ]);
    users.clear();
    const gate = new Gate<number>();
    const both = Promise.all([users.fetch('a', gate.loader), users.fetch('a', gate.loader)]);
    gate.open(1);
    expect([await both, gate.calls]).toEqual([[1, 1], 1]);
    await expect(users.fetch('a', 1 as never)).rejects.toBeInstanceOf(CacheOptionError);
    await settle(runtime);
    expect([users.isAlive, users.size]).toEqual([true, 0]);
  });

  describe('loads while it is away', () => {
    async function away(options: Parameters<typeof start>[0] = {}) {
      const started = await start({ restart: 'temporary', ...options });
      started.users.get('a');
      started.runtime.kill('users');
      const gate = new Gate<number>();
      const end = (fetch: Promise<number>): Promise<unknown> => fetch.catch((error: unknown) => error);
      return { ...started, gate, end };
    }

    test('run on the runtime’s clock, for as long as the cache that was there would have let them', async () => {
      const { users, clock, gate, end } = await away({ loadTimeoutMs: 100 });
      const waiting = end(users.fetch('a', gate.loader));
      await clock.advance(99);
      expect(gate.signals[0]?.aborted).toBe(false);
      await clock.advance(1);
      expect(await waiting).toMatchObject({ code: 'ERR_TTL_CACHE_LOAD_TIMEOUT', timeoutMs: 100 });
      expect([gate.signals[0]?.aborted, clock.allTimers]).toEqual([true, 0]);
    });

    test('a ref that was given by the start knows the time limit from there; one that knows none takes the default', async () => {
      const { runtime, clock } = newRuntime();
      const started = await runtime.start(TtlCache.childSpec<string, number>({ name: 'x', loadTimeoutMs: 100 }));
      runtime.kill('x');
      const never = (): Promise<never> => new Promise(() => {});
      const ends: string[] = [];
      started.fetch('a', never).catch(() => ends.push('started'));
      TtlCache.ref(runtime, 'x')
        .fetch('a', never)
        .catch(() => ends.push('by name'));
      started.fetch('b', never, { loadTimeoutMs: 5 }).catch(() => ends.push('own'));
      await clock.advance(100);
      expect(ends).toEqual(['own', 'started']);
      await clock.advance(29_900);
      expect(ends).toEqual(['own', 'started', 'by name']);
    });

    test('end with the runtime; who waits gets a CacheClosedError', async () => {
      const { users, runtime, gate, end } = await away();
      const waiting = end(users.fetch('a', gate.loader));
      await runtime.shutdown();
      expect(await waiting).toMatchObject({ code: 'ERR_TTL_CACHE_CLOSED', cache: 'users' });
      expect(gate.signals[0]?.aborted).toBe(true);
      expect(runtime.stats().dropped.dead_letter).toBe(0);
    });

    test('also when that is shut down on the same turn, and when its deadline is over', async () => {
      const { users, runtime, gate, end } = await away();
      const waiting = end(users.fetch('a', gate.loader));
      await runtime.shutdown({ timeoutMs: 0 });
      expect(await waiting).toMatchObject({ code: 'ERR_TTL_CACHE_CLOSED' });
      expect(await users.fetch('a', () => 2)).toBe(2); // a runtime can be used again
    });

    test('leave no process behind when the last one has ended', async () => {
      const { users, runtime, gate } = await away();
      const before = runtime.stats().processes;
      const all = Promise.all([users.fetch('a', gate.loader), users.fetch('b', gate.loader)]);
      expect(runtime.stats().processes).toBe(before + 1);
      gate.open(1);
      await all;
      await settle(runtime);
      expect(runtime.stats()).toMatchObject({ processes: before, dropped: { dead_letter: 0 } });
    });

    test.each([
      ['put', (users: Cache<string, number>) => users.put('a', 1)],
      ['delete', (users: Cache<string, number>) => users.delete('a')],
      ['deleteTag', (users: Cache<string, number>) => users.deleteTag('x')],
      ['clear', (users: Cache<string, number>) => users.clear()],
    ])('are joined by nobody after a %s', async (_, change) => {
      const { users, gate } = await away();
      const first = users.fetch('a', gate.loader, { tags: ['x'] });
      change(users);
      expect(await users.fetch('a', () => 2)).toBe(2);
      gate.open(1);
      expect(await first).toBe(1);
    });

    test('remember no failure, and copy for each who waits where the cache would have', async () => {
      const { users, end } = await away({ values: 'cloned' });
      const down = new Error('down');
      expect(await end(users.fetch('a', () => Promise.reject(down), { errorTtlMs: 1000 }))).toBe(down);
      const load = async (): Promise<never> => ({ n: 1 }) as never;
      const [one, two] = await Promise.all([users.fetch('a', load), users.fetch('a', load)]);
      expect(one).toEqual(two);
      expect(one).not.toBe(two);
    });

    test('that wait for each other get an error', async () => {
      const { users } = await away();
      const cycle = users.fetch('a', () => users.fetch('b', async () => users.fetch('a', () => 1)));
      await expect(cycle).rejects.toMatchObject({ code: 'ERR_TTL_CACHE_LOAD_CYCLE' });
    });
  });

  test.each<[string, (users: Cache<string, number>) => unknown]>([
    ['get', (users) => users.get(null as never)],
    ['peek', (users) => users.peek(null as never)],
    ['has', (users) => users.has(undefined as never)],
    ['ttl', (users) => users.ttl(null as never)],
    ['put of no key', (users) => users.put(null as never, 1)],
    ['put with a ttl of 0', (users) => users.put('a', 1, 0)],
    ['put with wrong tags', (users) => users.put('a', 1, { tags: [''] })],
    ['touch', (users) => users.touch('a', -1)],
    ['delete', (users) => users.delete(null as never)],
    ['deleteTag', (users) => users.deleteTag('')],
    ['restore', (users) => users.restore(null as never)],
    ['fetch of no key', (users) => users.fetch(null as never, () => 1)],
    ['fetch without a loader', (users) => users.fetch('a', 1 as never)],
    ['fetch with a wrong option', (users) => users.fetch('a', () => 1, { loadTimeoutMs: 0 })],
  ])('%s: what makes no sense is refused, whether it is there or not', async (_, use) => {
    const { users, runtime } = await start({ restart: 'temporary' });
    const refused = async (): Promise<unknown> => await use(users);
    await expect(refused()).rejects.toBeInstanceOf(CacheOptionError);
    runtime.kill('users');
    await expect(refused()).rejects.toBeInstanceOf(CacheOptionError);
    expect(users.isAlive).toBe(false);
  });

  test('that ends aborts its loads; who waits gets a CacheClosedError', async () => {
    const { users, runtime } = await start();
    const gate = new Gate<number>();
    const waiting = users.fetch('a', gate.loader);
    const end = waiting.catch((error: unknown) => error);
    await crash(runtime);
    expect(await end).toMatchObject({ code: 'ERR_TTL_CACHE_CLOSED', cache: 'users' });
    expect(gate.signals[0]?.aborted).toBe(true);
  });

  test.each([['stop'], ['kill'], ['shutdown']] as const)('leaves no timer after %s', async (how) => {
    const heard: unknown[] = [];
    const { users, runtime, clock } = await start({
      restart: 'temporary',
      onRemoval: (key, _value, cause) => heard.push([key, cause]),
    });
    users.put('a', 1);
    if (how === 'stop') await runtime.stop('users');
    else if (how === 'kill') runtime.kill('users');
    else await runtime.shutdown();
    await settle(runtime);
    expect([clock.allTimers, users.isAlive, heard]).toEqual([0, false, [['a', 'cleared']]]);
  });

  test('is found under a key of a registry, too', async () => {
    const { runtime } = newRuntime();
    const name = via('caches', 7);
    const children = [registry({ name: 'caches', keys: 'unique' }), TtlCache.childSpec({ name })];
    await runtime.startSupervisor({ strategy: 'rest_for_one', children });
    const cache = TtlCache.ref<string, number>(runtime, name);
    cache.put('a', 1);
    expect(cache.get('a')).toEqual(found(1));
  });

  test('without a name gives a ref by pid', async () => {
    const { runtime } = newRuntime();
    const cache = await runtime.start(TtlCache.childSpec<string, number>());
    expectTypeOf(cache).toEqualTypeOf<TtlCacheRef<string, number>>();
    cache.put('a', 1);
    expect(cache.get('a')).toEqual(found(1));
    expect(TtlCache.ref(runtime, cache.pid as never).get('a')).toEqual(found(1));
    runtime.kill(cache.pid as never);
    expect([cache.isAlive, String(cache)]).toEqual([false, expect.stringContaining('TtlCacheServer')]);
  });

  test('keeps its entries when its code is replaced', async () => {
    const { users, runtime, clock } = await start({ ttlMs: 10 });
    users.put('a', 1);
    await runtime.sys.restartWithState('users');
    expect(users.get('a')).toEqual(found(1));
    await clock.advance(30_000);
    expect(users.size).toBe(0);
  });

  test('crashes, and is restarted, if a clock of it fails; a listener or a loader cannot make it', async () => {
    const { users, runtime, clock } = await start({
      sweepIntervalMs: 1000,
      onProblem: () => {},
      onRemoval: () => {
        throw new Error('listener');
      },
    });
    const { pid } = users;
    users.put('a', 1, 10);
    await clock.advance(1000);
    await users.fetch('b', () => Promise.reject(new Error('loader'))).catch(() => {});
    await settle(runtime);
    expect([users.pid, users.size]).toEqual([pid, 0]);
  });

  test('a name that another kind of server holds is an error', async () => {
    class Other extends GenServer {}
    const { runtime } = newRuntime();
    await runtime.startSupervisor({ strategy: 'one_for_one', children: [child(Other, { name: 'users' })] });
    const users = TtlCache.ref(runtime, 'users');
    expect(() => users.get('a')).toThrow('the name of a TtlCacheServer');
    await expect(users.fetch('a', () => 1)).rejects.toThrow('the name of a TtlCacheServer');
  });

  test('what makes no sense is refused before anything starts', () => {
    expect(() => TtlCache.childSpec({ ttlMs: 0 })).toThrow(CacheOptionError);
    expect(() => TtlCache.childSpec({ restart: 'sometimes' as never })).toThrow('`restart`');
  });

  test('is one kind of thing with the plain one, in types', () => {
    expectTypeOf<TtlCache<string, number>>().toExtend<Cache<string, number>>();
    expectTypeOf<TtlCacheRef<string, number>>().toExtend<Cache<string, number>>();
    const fetch = jest.fn((cache: Cache<string, number>) => cache.fetch('a', (key) => key.length));
    expectTypeOf(fetch).returns.resolves.toBeNumber();
    expect(TtlCache.prototype).toHaveProperty('fetch');
  });
});
