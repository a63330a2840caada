import { describe, expect, test } from '@jest/globals';
import { child, Down, ExitReason, GenServer, Registry, type Runtime, via } from '../../src/index.js';
import { open, Room, useRooms } from './rooms.js';

const { newRuntime, start } = useRooms();

describe('starting a registry', () => {
  test.each([[undefined], [{}], [{ keys: 'some' }], [{ keys: 'bag' }]])(
    'wrong options are refused: %p (REG-001)',
    async (options) => {
      const { runtime } = newRuntime();
      const started = runtime.start(Registry, { args: [options as never] });
      await expect(started).rejects.toMatchObject({ cause: { option: 'keys' } });
    },
  );

  test.each([[undefined], [null]])('%p is no key', (key) => {
    expect(() => via('rooms', key)).toThrow('`key`');
  });

  test('the address of the registry is checked at once', () => {
    expect(() => via('', 'a')).toThrow('`name`');
  });
});

describe('names through a registry', () => {
  test('register the process, find it for calls, stop and whereis, and are free after it (REG-031)', async () => {
    const { runtime, rooms } = await start();
    const room = await open(runtime, 'a');
    const byName = runtime.ref(Room, via('rooms', 'a'));
    expect(await byName.call.ping()).toBe('pong');
    expect([rooms.whereis('a'), runtime.whereis(via('rooms', 'a'))]).toEqual([room?.pid, room?.pid]);
    await runtime.stop(via('rooms', 'a'));
    expect([rooms.whereis('a'), rooms.count(), byName.isAlive]).toEqual([undefined, 0, false]);
    await open(runtime, 'a');
  });

  test('a held key refuses the start, with the holder, and leaves no trace (REG-006, REG-018)', async () => {
    const { runtime, rooms } = await start();
    const room = await open(runtime, 'a');
    const second = open(runtime, 'a');
    await expect(second).rejects.toMatchObject({
      code: 'ERR_GENSERVER_ALREADY_STARTED',
      server: 'rooms/a',
      pid: room?.pid,
    });
    expect([rooms.keys(), runtime.stats().processes]).toEqual([['a'], 3]);
  });

  test.each([
    ['a crash', (runtime: Runtime) => runtime.ref(Room, via('rooms', 'a')).cast.crash()],
    ['a kill', (runtime: Runtime) => runtime.kill(via('rooms', 'a'))],
    ['a signal', (runtime: Runtime) => runtime.exit(via('rooms', 'a'), ExitReason.shutdown)],
  ])('an entry goes away with its process: %s (REG-016)', async (_, end) => {
    const { runtime, clock, rooms } = await start();
    await open(runtime, 'a');
    end(runtime);
    await clock.advance(0);
    expect([rooms.count(), rooms.whereis('a')]).toEqual([0, undefined]);
  });

  test('a start that fails gives its key back, and the registry does not notice (REG-018)', async () => {
    class Failing extends GenServer {
      override init(): void {
        throw new Error('no');
      }
    }
    const { runtime, rooms } = await start();
    await expect(runtime.start(Failing, { name: via('rooms', 'a') })).rejects.toThrow('no');
    expect([rooms.count(), runtime.whereis('rooms')]).toEqual([0, expect.anything()]);
  });

  test('a key is free before anybody hears of the end of its holder (PROC-029)', async () => {
    class Heir extends GenServer {
      #runtime!: Runtime;
      override init(runtime: Runtime): void {
        this.#runtime = runtime;
        this.self.monitor(via('rooms', 'a'));
      }
      override async handleInfo(message: unknown): Promise<void> {
        if (message instanceof Down) await open(this.#runtime, 'a');
      }
    }
    const { runtime, clock, rooms } = await start();
    await open(runtime, 'a');
    const old = rooms.whereis('a') ?? 0;
    await runtime.start(Heir, { args: [runtime] });
    runtime.kill(via('rooms', 'a'));
    expect(rooms.whereis('a')).toBeUndefined();
    await clock.advance(0);
    expect(rooms.whereis('a')).toBeGreaterThan(old);
  });

  test('a name survives restarts: the ref finds the new process', async () => {
    const { runtime, clock, rooms } = await start();
    const room = child(Room, { name: via('rooms', 'a') });
    await runtime.startSupervisor({ strategy: 'one_for_one', children: [room] });
    const ref = runtime.ref(Room, via('rooms', 'a'));
    const { pid } = ref;
    ref.cast.crash();
    await clock.advance(0);
    expect(await ref.call.ping()).toBe('pong');
    expect([ref.pid === pid, rooms.whereis('a')]).toEqual([false, ref.pid]);
  });
});

describe('keys', () => {
  const object = { id: 1 };

  test.each([
    ['text'],
    [7],
    [0],
    [''],
    [false],
    [Symbol('s')],
    [object],
    [Object.create(null) as object],
    [NaN],
    [Room],
  ])('%p can be a key (REG-009)', async (key) => {
    const { runtime, rooms } = await start();
    const room = await open(runtime, key);
    expect([rooms.whereis(key), rooms.keys()]).toEqual([room?.pid, [key]]);
    await expect(open(runtime, key)).rejects.toThrow('is held by process');
  });

  test('are compared by identity and type, as in a Map (REG-009)', async () => {
    const { runtime, rooms } = await start();
    for (const key of [1, '1', object, { id: 1 }]) await open(runtime, key);
    expect([rooms.count(), rooms.whereis({ id: 1 })]).toEqual([4, undefined]);
  });

  test('are listed in the order of registration; many are no problem (REG-010, REG-011, REG-027)', async () => {
    const { runtime, rooms } = await start();
    const sessions = await runtime.startDynamicSupervisor<Room>({ name: 'sessions' });
    const keys = Array.from({ length: 2_000 }, (_, index) => index);
    await Promise.all(keys.map((key) => sessions.startChild(child(Room, { name: via('rooms', key) }))));
    expect(rooms.keys()).toEqual(keys);
    await runtime.stop('sessions');
    expect(rooms.count()).toBe(0);
  });
});
