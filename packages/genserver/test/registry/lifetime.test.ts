import { describe, expect, test } from '@jest/globals';
import {
  child,
  dynamicSupervisor,
  Exit,
  ExitReason,
  GenServer,
  type Pid,
  Registry,
  ServerRef,
  via,
} from '../../src/index.js';
import { open, Room, useRooms } from './rooms.js';

const { newRuntime, start } = useRooms();

describe('the registry itself', () => {
  test('when it does not run, nobody is found by name, and nobody can be named (REG-004, REG-036)', async () => {
    const { runtime } = newRuntime();
    const rooms = runtime.registry('rooms');
    const ref = runtime.ref(Room, via('rooms', 'a'));
    expect([rooms.whereis('a'), rooms.isAlive, ref.isAlive]).toEqual([undefined, false, false]);
    await expect(open(runtime, 'a')).rejects.toMatchObject({ code: 'ERR_GENSERVER_NO_PROCESS', server: 'rooms' });
    await expect(ref.call.ping()).rejects.toMatchObject({ code: 'ERR_GENSERVER_NO_PROCESS' });
    ref.cast.ping();
    expect(runtime.stats()).toMatchObject({ processes: 0, dropped: { dead_letter: 1 } });
  });

  test('when somebody else has its name, that is said', async () => {
    const { runtime } = newRuntime();
    await runtime.start(Room, { name: 'rooms' });
    const wrong = { option: 'registry', received: 'rooms' };
    await expect(open(runtime, 'a')).rejects.toMatchObject(wrong);
    expect(() => runtime.registry('rooms').whereis('a')).toThrow('the name of a Registry');
  });

  test.each([
    ['is killed', ExitReason.killed],
    ['is stopped', ExitReason.shutdown],
  ])('when it %s, those who are registered go with it (REG-019)', async (_, reason) => {
    const { runtime, clock } = await start();
    await open(runtime, 'a');
    const exited = runtime.exited(via('rooms', 'a'));
    if (reason.kind === 'killed') runtime.kill('rooms');
    else await runtime.stop('rooms', reason);
    await clock.advance(0);
    expect(await exited).toEqual(reason);
  });

  test('one that traps exits is told, lives on, and is no longer found (REG-019)', async () => {
    const heard: unknown[] = [];
    class Trapper extends GenServer {
      override init(): void {
        this.self.trapExit(true);
      }
      override handleInfo(message: unknown): void {
        heard.push(message);
      }
    }
    const { runtime, clock, rooms } = await start();
    const registry = runtime.whereis('rooms');
    await runtime.start(Trapper, { name: via('rooms', 'a') });
    runtime.kill('rooms');
    await clock.advance(0);
    expect(heard).toEqual([new Exit(registry, ExitReason.killed)]);
    expect([rooms.whereis('a'), runtime.stats().processes]).toEqual([undefined, 2]);
  });

  test('under rest_for_one it comes back first, then whoever registers', async () => {
    const { runtime, clock } = newRuntime();
    const registry = child(Registry, { args: [{ keys: 'unique' }], name: 'rooms' });
    const children = [registry, dynamicSupervisor({ name: 'sessions' }), child(Room, { name: via('rooms', 'hall') })];
    const root = await runtime.startSupervisor({ strategy: 'rest_for_one', children });
    const sessions = runtime.dynamicSupervisor<Room>('sessions');
    await sessions.startChild(child(Room, { name: via('rooms', 'a') }));
    runtime.kill('rooms');
    await clock.advance(0);
    expect([root.isAlive, runtime.registry('rooms').keys()]).toEqual([true, ['hall']]);
    await sessions.startChild(child(Room, { name: via('rooms', 'a') }));
    expect(runtime.registry('rooms').count()).toBe(2);
  });

  test('the end of those who are registered does not end it', async () => {
    const { runtime, clock, rooms } = await start();
    for (const key of 'abc') await open(runtime, key);
    runtime.ref(Room, via('rooms', 'a')).cast.crash();
    runtime.kill(via('rooms', 'b'));
    await clock.advance(0);
    expect([rooms.keys(), runtime.stats().dropped.unhandled_info]).toEqual([['c'], 0]);
  });

  test('can be addressed by pid and by ref as well (GS-020)', async () => {
    const { runtime } = newRuntime();
    const registry = await runtime.start(Registry, { args: [{ keys: 'unique' }] });
    const pid = registry?.pid ?? (0 as Pid);
    const room = await runtime.start(Room, { name: via(pid, 'a') });
    expect(registry).toBeInstanceOf(ServerRef);
    expect(runtime.registry(registry.toString()).isAlive).toBe(false);
    expect([runtime.whereis(via(registry, 'a')), runtime.whereis(via(pid, 'a'))]).toEqual([room?.pid, room?.pid]);
  });
});
